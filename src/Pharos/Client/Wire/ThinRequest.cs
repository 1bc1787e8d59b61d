using System.Text;

namespace Pharos.Client.Wire;

/// <summary>One request of the thin client.</summary>
/// <param name="Verb">What the user typed, for the span.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path without query, already escaped.</param>
/// <param name="Query">Query without width and color, already escaped; may be empty.</param>
internal sealed record ThinRequest(string Verb, string Method, string Path, string Query = "")
{
    /// <summary>JSON body; null: none.</summary>
    public byte[]? Body { get; init; }

    /// <summary>What the answer should be.</summary>
    public string Accept { get; init; } = "text/plain";

    /// <summary>Columns; 0: not a terminal.</summary>
    public int Width { get; init; }

    /// <summary>Whether the answer may have colours.</summary>
    public bool Color { get; init; }

    /// <summary>Asking twice does what asking once does, so it may be sent again when a daemon that was killed this instant took the connection.</summary>
    public bool MayRepeat => Method == "GET" || Path.EndsWith("/start", StringComparison.Ordinal) || Path.EndsWith("/stop", StringComparison.Ordinal);

    /// <summary>The request as it goes over the wire.</summary>
    public byte[] ToBytes(ClientTrace trace)
    {
        var separator = Query.Length == 0 ? "" : "&";
        var head = $"{Method} {Path}?{Query}{separator}width={Width}&color={(Color ? 1 : 0)} HTTP/1.1\r\n"
            + $"Host: pharos\r\nConnection: close\r\nAccept: {Accept}\r\n"
            + $"traceparent: {trace.TraceParent}\r\nPharos-Client: {trace.ClientHeader(Verb)}\r\n"
            + (Body is not null ? $"Content-Type: application/json\r\nContent-Length: {Body.Length}\r\n"
                : Method == "GET" ? ""
                : "Content-Length: 0\r\n")
            + "\r\n";
        var bytes = Encoding.UTF8.GetBytes(head);
        if (Body is null)
        {
            return bytes;
        }

        var all = new byte[bytes.Length + Body.Length];
        bytes.CopyTo(all, 0);
        Body.CopyTo(all, bytes.Length);
        return all;
    }

    /// <summary>Escapes one path segment or query value (RFC 3986: all but the unreserved characters).</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~' or (byte)':')
            {
                escaped.Append((char)b);
            }
            else
            {
                escaped.Append('%').Append(Hex(b >> 4)).Append(Hex(b & 15));
            }
        }

        return escaped.ToString();
    }

    private static char Hex(int digit) => (char)(digit < 10 ? '0' + digit : 'A' + digit - 10);
}
