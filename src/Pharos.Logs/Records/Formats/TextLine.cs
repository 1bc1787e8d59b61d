using System.Text;
using Pharos.Logs.Records.Fields;

namespace Pharos.Logs.Records.Formats;

/// <summary>Lines for people: a time at the front, ids in the middle, NocoBase's pairs at the end, glog's place in the code.</summary>
internal static class TextLine
{
    private const int FewestBlanks = 1;

    /// <summary>Reads what there is. Every line is one.</summary>
    public static void Read(ReadOnlySpan<byte> line, RecordFields fields, Timestamps times)
    {
        var start = line.Length > 0 && line[0] == (byte)'[' ? 1 : 0;
        if (times.TryParse(line[start..], out var nanos, out var length))
        {
            fields.TimeUnixNanos = nanos;
            if (start == 0 && line[length..].StartsWith(" ["u8))
                Console(line[(length + 1)..], fields, times);
        }
        else if (line.Length > 22 && SeverityParser.IsGlog(line))
        {
            Glog(line, fields, times);
        }

        if (fields.TraceId is null && line.IndexOf("trace"u8) >= 0)
            Ids(line, fields);
    }

    /// <summary>[level]  message, padded, and pairs whose values have no blanks.</summary>
    public static void Console(ReadOnlySpan<byte> rest, RecordFields fields, Timestamps times)
    {
        var close = rest.IndexOf((byte)']');
        if (close is < 0 or > 12 || SeverityParser.Word(rest[1..close].Trim((byte)' ')) == 0)
            return;
        var message = rest[(close + 1)..].TrimStart((byte)' ');
        if (message.StartsWith("- "u8) || message.StartsWith(": "u8))
            message = message[2..]; // node-red, winston's printf
        var pairs = message.Length;
        for (var end = message.TrimEnd((byte)' ').Length; ;)
        {
            var blank = message[..end].LastIndexOf((byte)' ');
            if (blank < 0 || LogfmtLine.KeyAt(message, blank + 1) == 0)
                break;
            pairs = blank + 1;
            end = message[..blank].TrimEnd((byte)' ').Length;
        }

        fields.Message = Encoding.UTF8.GetString(message[..pairs].TrimEnd((byte)' '));
        if (pairs + FewestBlanks < message.Length)
            LogfmtLine.Read(message[pairs..], fields, times);
    }

    /// <summary>E1122 10:14:56.123456   123 file.go:12] message.</summary>
    private static void Glog(ReadOnlySpan<byte> line, RecordFields fields, Timestamps times)
    {
        if (Timestamps.Digits(line, 1, 2, out var month) && Timestamps.Digits(line, 3, 2, out var day) && times.Clock(line, 6, 0, month, day, out var nanos, out var length))
        {
            fields.TimeUnixNanos = nanos;
            var place = line[length..];
            if (place.IndexOf("] "u8) is > 0 and < 128 and var close)
            {
                fields.Message = Encoding.UTF8.GetString(place[(close + 2)..]);
                place = place[..close];
                place = place[(place.LastIndexOf((byte)' ') + 1)..];
                if (place.LastIndexOf((byte)':') is > 0 and var colon && LogfmtLine.Plain(place[(colon + 1)..]) is long number)
                {
                    fields.Add("code.file.path", Encoding.UTF8.GetString(place[..colon]));
                    fields.Add("code.line.number", number);
                }
            }
        }
    }

    /// <summary>trace_id=… span_id=… anywhere.</summary>
    private static void Ids(ReadOnlySpan<byte> line, RecordFields fields)
    {
        foreach (var name in new[] { "trace_id", "traceId", "traceID", "traceid" })
        {
            if (After(line, name, 32) is { } trace && Hex.Bytes(trace, 16) is { } traceId)
            {
                var span = After(line, name.Replace("trace", "span", StringComparison.Ordinal), 16);
                fields.Ids(traceId, span is null ? null : Hex.Bytes(span, 8));
                return;
            }
        }
    }

    private static string? After(ReadOnlySpan<byte> line, string name, int digits)
    {
        Span<byte> key = stackalloc byte[name.Length];
        Encoding.ASCII.GetBytes(name, key);
        var at = line.IndexOf(key);
        if (at < 0)
            return null;
        var value = line[(at + name.Length)..].TrimStart("=: \""u8);
        return value.Length < digits || (value.Length > digits && char.IsAsciiHexDigit((char)value[digits])) ? null : Encoding.ASCII.GetString(value[..digits]);
    }
}
