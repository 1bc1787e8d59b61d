using System.Text;

namespace Pharos.Example;

/// <summary>An answer, and what to do once it is sent.</summary>
internal sealed record Response(int Status, string Body, Action? Afterwards = null)
{
    public byte[] ToBytes(bool headOnly, bool close)
    {
        var body = Body + "\n";
        var head = $"HTTP/1.1 {Status} {Reason}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n"
            + (close ? "Connection: close\r\n\r\n" : "\r\n");
        return Encoding.UTF8.GetBytes(headOnly ? head : head + body);
    }

    private string Reason => Status switch
    {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "Service Unavailable",
    };
}
