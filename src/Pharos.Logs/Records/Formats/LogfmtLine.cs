using System.Text;
using Pharos.Logs.Records.Fields;

namespace Pharos.Logs.Records.Formats;

/// <summary>key=value pairs. A value in quotes ends with them; one without runs to the next <c> key=</c>, as NocoBase writes it.</summary>
internal static class LogfmtLine
{
    private const int LongestKey = 64;

    /// <summary>Whether the line begins with a pair, has two at least, and one of them says what every logger says.</summary>
    public static bool Looks(ReadOnlySpan<byte> line)
    {
        line = line.TrimStart((byte)' ');
        if (KeyAt(line, 0) == 0)
            return false;
        var (pairs, known) = (0, false);
        for (var at = 0; at < line.Length && !(pairs > 1 && known); pairs++)
        {
            var key = KeyAt(line, at);
            known |= FieldNames.RoleOf(Encoding.UTF8.GetString(line.Slice(at, key))) is FieldRole.Severity or FieldRole.Message or FieldRole.Time;
            at = End(line, at + key + 1, out _, out var next);
            at = next;
        }

        return pairs > 1 && known;
    }

    /// <summary>Reads the fields.</summary>
    public static void Read(ReadOnlySpan<byte> line, RecordFields fields, Timestamps times)
    {
        line = line.TrimStart((byte)' ');
        for (var at = 0; at < line.Length;)
        {
            var key = KeyAt(line, at);
            if (key == 0)
                return;
            var from = at + key + 1;
            var end = End(line, from, out var quoted, out var next);
            var name = Encoding.UTF8.GetString(line.Slice(at, key));
            if (!line[from..end].SequenceEqual("{}"u8)) // NocoBase's way to say nothing
                fields.Take(name, quoted ? Unquote(line[(from + 1)..end]) : Plain(line[from..end].TrimEnd((byte)' ')), times);
            at = next;
        }
    }

    /// <summary>Length of the key that begins at a place and is followed by an equals sign.</summary>
    /// <returns>0: there is none.</returns>
    public static int KeyAt(ReadOnlySpan<byte> line, int at)
    {
        var i = at;
        for (; i < line.Length && i - at <= LongestKey; i++)
        {
            var c = line[i];
            if (c == (byte)'=')
                return i - at;
            if (!(char.IsAsciiLetter((char)c) || c is (byte)'_' or (byte)'@' || (i > at && (char.IsAsciiDigit((char)c) || c is (byte)'.' or (byte)'-' or (byte)'/'))))
                return 0;
        }

        return 0;
    }

    /// <summary>Numbers and truth values as such.</summary>
    public static object Plain(ReadOnlySpan<byte> value)
    {
        if (value.Length is > 0 and < 19 && System.Buffers.Text.Utf8Parser.TryParse(value, out long whole, out var used) && used == value.Length && (value[0] != (byte)'0' || value.Length == 1) && value[0] != (byte)'+')
            return whole;
        return value.SequenceEqual("true"u8) ? true : value.SequenceEqual("false"u8) ? false : Encoding.UTF8.GetString(value);
    }

    /// <summary>Where a value ends.</summary>
    private static int End(ReadOnlySpan<byte> line, int from, out bool quoted, out int next)
    {
        quoted = from < line.Length && line[from] == (byte)'"';
        if (quoted)
        {
            for (var i = from + 1; i < line.Length; i++)
            {
                if (line[i] == (byte)'\\')
                    i++;
                else if (line[i] == (byte)'"' && (i + 1 == line.Length || line[i + 1] == (byte)' '))
                    return Then(line, i, i + 1, out next);
            }

            quoted = false; // a quote that is never closed stands for itself
        }

        for (var at = from; ; at++)
        {
            var blank = at <= line.Length ? line[at..].IndexOf((byte)' ') : -1;
            if (blank < 0)
            {
                next = line.Length;
                return line.Length;
            }

            at += blank;
            if (KeyAt(line, at + 1) > 0)
            {
                next = at + 1;
                return at;
            }
        }
    }

    /// <summary>Behind a closed quote: the next key, or, where something else stands there, the next that comes.</summary>
    private static int Then(ReadOnlySpan<byte> line, int end, int at, out int next)
    {
        for (next = at; next < line.Length && line[next] == (byte)' '; next++)
        {
        }

        while (next < line.Length && KeyAt(line, next) == 0)
        {
            var blank = line[next..].IndexOf((byte)' ');
            next = blank < 0 ? line.Length : next + blank + 1;
        }

        return end;
    }

    private static string Unquote(ReadOnlySpan<byte> value)
    {
        var text = Encoding.UTF8.GetString(value);
        if (!text.Contains('\\'))
            return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            plain.Append(text[i] != '\\' || i + 1 == text.Length ? text[i] : text[++i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var c => c });
        }

        return plain.ToString();
    }
}
