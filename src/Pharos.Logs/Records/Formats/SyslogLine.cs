using System.Text;
using Pharos.Logs.Records.Fields;

namespace Pharos.Logs.Records.Formats;

/// <summary>RFC 5424 and RFC 3164, and the bare priority of sd-daemon(3).</summary>
internal static class SyslogLine
{
    /// <summary>Reads the fields.</summary>
    /// <param name="line">The line.</param>
    /// <param name="fields">Where to.</param>
    /// <param name="times">Reads times.</param>
    /// <param name="bare">Whether a line without a priority is one too.</param>
    /// <returns>False when it is none.</returns>
    public static bool Read(ReadOnlySpan<byte> line, RecordFields fields, Timestamps times, bool bare)
    {
        var rest = line;
        if (line.Length > 2 && line[0] == (byte)'<')
        {
            if (!System.Buffers.Text.Utf8Parser.TryParse(line[1..], out int priority, out var used) || used > 3 || priority is < 0 or > 191 || line.Length <= used + 1 || line[used + 1] != (byte)'>')
                return false;
            fields.Add("syslog.facility", (long)(priority >> 3));
            rest = line[(used + 2)..];
        }
        else if (!bare)
        {
            return false;
        }

        if (rest.StartsWith("1 "u8) && Modern(rest[2..], fields, times))
            return true;
        if (times.TryParse(rest, out var nanos, out var length) && length < rest.Length && rest[length] == (byte)' ')
        {
            fields.TimeUnixNanos = nanos;
            Tagged(rest[(length + 1)..], fields);
        }
        else if (rest.Length < line.Length)
        {
            fields.Message = Encoding.UTF8.GetString(rest);
        }

        return true;
    }

    /// <summary>TIMESTAMP HOST APP PROCID MSGID STRUCTURED-DATA MSG; a dash is nothing.</summary>
    private static bool Modern(ReadOnlySpan<byte> rest, RecordFields fields, Timestamps times)
    {
        Span<Range> words = stackalloc Range[5];
        var at = 0;
        for (var i = 0; i < words.Length; i++)
        {
            var blank = at <= rest.Length ? rest[at..].IndexOf((byte)' ') : -1;
            if (blank <= 0)
                return false;
            words[i] = at..(at + blank);
            at += blank + 1;
        }

        var time = rest[words[0]];
        if (times.TryParse(time, out var nanos, out _))
            fields.TimeUnixNanos = nanos;
        else if (!time.SequenceEqual("-"u8))
            return false;
        string[] names = ["", "syslog.hostname", "syslog.appname", "syslog.procid", "syslog.msgid"];
        for (var i = 1; i < words.Length; i++)
        {
            if (!rest[words[i]].SequenceEqual("-"u8))
                fields.Add(names[i], Encoding.UTF8.GetString(rest[words[i]]));
        }

        rest = rest[at..];
        while (rest.Length > 0 && rest[0] == (byte)'[')
        {
            var end = ElementEnd(rest);
            if (end < 0)
                break;
            Element(rest[1..end], fields, times);
            rest = rest[(end + 1)..];
        }

        if (rest.Length > 0 && rest[0] == (byte)'-')
            rest = rest[1..];
        rest = rest.TrimStart((byte)' ');
        fields.Message = Encoding.UTF8.GetString(rest.StartsWith("\uFEFF"u8) ? rest[3..] : rest);
        return true;
    }

    private static int ElementEnd(ReadOnlySpan<byte> text)
    {
        var quoted = false;
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == (byte)'\\' && quoted)
                i++;
            else if (text[i] == (byte)'"')
                quoted = !quoted;
            else if (text[i] == (byte)']' && !quoted)
                return i;
        }

        return -1;
    }

    private static void Element(ReadOnlySpan<byte> element, RecordFields fields, Timestamps times)
    {
        var blank = element.IndexOf((byte)' ');
        if (blank < 0)
            return;
        var id = Encoding.UTF8.GetString(element[..blank]);
        var inner = new RecordFields();
        LogfmtLine.Read(element[(blank + 1)..], inner, times);
        foreach (var (key, value) in inner.Attributes)
            fields.Take($"{id}.{key}", value, times);
        if (inner.TraceId is { } trace)
            fields.Ids(trace, inner.SpanId);
    }

    /// <summary>HOST TAG[PID]: MESSAGE, the host left out by some.</summary>
    private static void Tagged(ReadOnlySpan<byte> rest, RecordFields fields)
    {
        var colon = rest.IndexOf(": "u8);
        if (colon is < 0 or > 96)
        {
            fields.Message = Encoding.UTF8.GetString(rest);
            return;
        }

        fields.Message = Encoding.UTF8.GetString(rest[(colon + 2)..]);
        var tag = rest[..colon];
        if (tag.IndexOf((byte)' ') is > 0 and var blank)
        {
            fields.Add("syslog.hostname", Encoding.UTF8.GetString(tag[..blank]));
            tag = tag[(blank + 1)..];
        }

        if (tag.IndexOf((byte)'[') is > 0 and var bracket && tag[^1] == (byte)']')
        {
            fields.Add("syslog.procid", Encoding.UTF8.GetString(tag[(bracket + 1)..^1]));
            tag = tag[..bracket];
        }

        if (!tag.IsEmpty)
            fields.Add("syslog.appname", Encoding.UTF8.GetString(tag));
    }
}
