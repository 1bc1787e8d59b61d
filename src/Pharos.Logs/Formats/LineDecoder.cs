using System.Buffers.Text;

namespace Pharos.Logs.Formats;

/// <summary>Takes away what a format put around a line: the other half of <see cref="LineEncoder"/>.</summary>
internal static class LineDecoder
{
    /// <summary>Marks a part that is not the last of an over-long line. A whole line is never longer than the limit, a marked part always is.</summary>
    public static ReadOnlySpan<byte> Mark => "…"u8;

    private const int DelimiterColumns = 5;

    /// <summary>The app's bytes.</summary>
    /// <param name="layout">The format.</param>
    /// <param name="line">A line of the file, without its newline.</param>
    /// <param name="prefix">Bytes that the format put before it, where they are equally many for all lines of a batch.</param>
    /// <param name="maxLine">Longest line, bytes.</param>
    /// <param name="scratch">Memory for what has to be unescaped; valid until the next call.</param>
    /// <param name="more">It is a part of an over-long line, and not the last.</param>
    /// <returns>The bytes; a line that somebody else put there comes back as it is.</returns>
    public static ReadOnlySpan<byte> Decode(LogLayout layout, ReadOnlySpan<byte> line, int prefix, int maxLine, ByteBuffer scratch, out bool more)
    {
        scratch.Clear();
        var raw = layout switch
        {
            LogLayout.Verbatim => line,
            LogLayout.Text or LogLayout.Console => line.Length >= prefix ? line[prefix..] : line,
            LogLayout.Json or LogLayout.Pm2Json => Json(line, scratch),
            LogLayout.Logfmt => Logfmt(line, scratch),
            LogLayout.Delimiter => Delimiter(line),
        };
        more = raw.Length > maxLine && raw.EndsWith(Mark);
        return more ? raw[..^Mark.Length] : raw;
    }

    private static ReadOnlySpan<byte> Json(ReadOnlySpan<byte> line, ByteBuffer scratch)
    {
        // Our own objects only: the raw bytes, when there are any, and the message come first.
        if (line.StartsWith("{\"raw\":\""u8))
        {
            var text = line["{\"raw\":\""u8.Length..];
            var end = text.IndexOf((byte)'"');
            if (end < 0)
                return line;
            if (Base64.DecodeFromUtf8(text[..end], scratch.Room(end), out _, out var written) != System.Buffers.OperationStatus.Done)
                return line;
            scratch.Advance(written);
            return scratch.Written;
        }

        if (!line.StartsWith("{\"message\":\""u8))
            return line;
        return Escapes.Unquote(line["{\"message\":\""u8.Length..], scratch) >= 0 ? scratch.Written : line;
    }

    private static ReadOnlySpan<byte> Logfmt(ReadOnlySpan<byte> line, ByteBuffer scratch)
    {
        var at = line.IndexOf(" msg=\""u8);
        return at >= 0 && Escapes.Unquote(line[(at + " msg=\""u8.Length)..], scratch) >= 0 ? scratch.Written : line;
    }

    private static ReadOnlySpan<byte> Delimiter(ReadOnlySpan<byte> line)
    {
        var rest = line;
        for (var column = 0; column < DelimiterColumns; column++)
        {
            var bar = rest.IndexOf((byte)'|');
            if (bar < 0)
                return line;
            rest = rest[(bar + 1)..];
        }

        return rest;
    }
}
