using System.Text;
using Pharos.Telemetry.Records;

namespace Pharos.Logs.Records;

/// <summary>Reads the severity that a line declares: JSON level, logfmt level, a level word in brackets or at the beginning, a syslog prefix.</summary>
/// <remarks>Nothing found is 0, not INFO: what stands on stderr is not an error for that.</remarks>
public static class SeverityParser
{
    private static readonly (string Word, int Number)[] Levels =
    [
        ("trace", Severity.Trace), ("verbose", Severity.Trace), ("silly", Severity.Trace),
        ("debug", Severity.Debug), ("dbug", Severity.Debug), ("dbg", Severity.Debug),
        ("information", Severity.Info), ("info", Severity.Info), ("inf", Severity.Info), ("notice", Severity.Info),
        ("warning", Severity.Warn), ("warn", Severity.Warn), ("wrn", Severity.Warn),
        ("error", Severity.Error), ("err", Severity.Error), ("eror", Severity.Error), ("fail", Severity.Error),
        ("critical", Severity.Fatal), ("crit", Severity.Fatal), ("fatal", Severity.Fatal), ("panic", Severity.Fatal), ("alert", Severity.Fatal), ("emerg", Severity.Fatal), ("ftl", Severity.Fatal),
    ];

    private static readonly byte[][] JsonKeys = [.. new[] { "\"level\":", "\"severity\":", "\"@l\":", "\"lvl\":", "\"levelname\":", "\"LogLevel\":" }.Select(Encoding.ASCII.GetBytes)];
    private static readonly byte[][] LogfmtKeys = [.. new[] { "level=", "lvl=", "severity=" }.Select(Encoding.ASCII.GetBytes)];

    /// <summary>The severity of a clean line.</summary>
    /// <param name="line">The line.</param>
    /// <returns>OTLP number and the text as written; 0 and null when none is declared.</returns>
    public static (int Number, string? Text) Parse(ReadOnlySpan<byte> line)
    {
        var text = line.TrimStart(" \t"u8);
        if (text.IsEmpty)
            return default;
        if (text[0] == (byte)'{')
            return AfterKey(text, JsonKeys);
        if (text[0] == (byte)'<' && text.Length > 2 && Syslog(text) is { Number: > 0 } syslog)
            return syslog;
        var logfmt = AfterKey(text, LogfmtKeys, wordStart: true);
        return logfmt.Number > 0 ? logfmt : Bracketed(text);
    }

    private static (int Number, string? Text) AfterKey(ReadOnlySpan<byte> text, byte[][] keys, bool wordStart = false)
    {
        foreach (var key in keys)
        {
            var at = text.IndexOf(key);
            while (wordStart && at > 0 && text[at - 1] is not ((byte)' ' or (byte)'\t'))
            {
                var next = text[(at + 1)..].IndexOf(key);
                at = next < 0 ? -1 : at + 1 + next;
            }

            if (at < 0)
                continue;
            var value = text[(at + key.Length)..].TrimStart(" \""u8);
            var end = value.IndexOfAny(" \",}\t"u8);
            if (end >= 0)
                value = value[..end];
            if (value.Length is > 0 and <= 3 && System.Buffers.Text.Utf8Parser.TryParse(value, out int number, out var used) && used == value.Length && Pino(number) is > 0 and var counted)
                return (counted, Encoding.ASCII.GetString(value));
            if (Word(value) is > 0 and var found)
                return (found, Encoding.ASCII.GetString(value));
            if (value.SequenceEqual("http"u8))
                return (Severity.Info, "http"); // npm's levels have it; outside a key it is the protocol
        }

        return default;
    }

    /// <summary>pino and bunyan count 10..60 upwards.</summary>
    private static int Pino(int level) => level switch
    {
        >= 60 => Severity.Fatal,
        >= 50 => Severity.Error,
        >= 40 => Severity.Warn,
        >= 30 => Severity.Info,
        >= 20 => Severity.Debug,
        >= 10 => Severity.Trace,
        _ => Severity.Unspecified,
    };

    /// <summary>RFC 5424 priority: the lowest three bits are the severity, 0 the worst.</summary>
    private static (int Number, string? Text) Syslog(ReadOnlySpan<byte> text)
    {
        if (!System.Buffers.Text.Utf8Parser.TryParse(text[1..], out int priority, out var used) || 1 + used >= text.Length || text[1 + used] != (byte)'>' || priority is < 0 or > 191)
            return default;
        var number = (priority & 7) switch { 0 or 1 or 2 => Severity.Fatal, 3 => Severity.Error, 4 => Severity.Warn, 5 or 6 => Severity.Info, _ => Severity.Debug };
        return (number, $"<{priority}>");
    }

    /// <summary>A level word in brackets, or followed by a colon, or as the first word in capitals, among the first 64 bytes.</summary>
    private static (int Number, string? Text) Bracketed(ReadOnlySpan<byte> text)
    {
        var head = text[..Math.Min(text.Length, 64)];
        for (var i = 0; i < head.Length; i++)
        {
            if (!char.IsAsciiLetter((char)head[i]) || (i > 0 && char.IsAsciiLetterOrDigit((char)head[i - 1])))
                continue;
            var end = i;
            while (end < head.Length && char.IsAsciiLetter((char)head[end]))
                end++;
            var word = head[i..end];
            var after = end < head.Length ? head[end] : (byte)0;
            var before = i > 0 ? head[i - 1] : (byte)0;
            var opens = before == (byte)'[';
            var capitals = word.IndexOfAnyInRange((byte)'a', (byte)'z') < 0;
            var marked = (opens && after == (byte)']')
                || (after == (byte)':' && (opens || !FollowsWord(head[..i])))
                || (capitals && after is (byte)' ' or 0 or (byte)']' && (i == 0 || char.IsAsciiDigit((char)head[0]) || head[0] == (byte)'['));
            if (marked && Word(word) is > 0 and var found)
                return (found, Encoding.ASCII.GetString(word));
            i = end;
        }

        return default;
    }

    /// <summary>Whether what stands before ends in a word of a sentence: "no error: all is well" declares nothing. The Z of a time is no word.</summary>
    private static bool FollowsWord(ReadOnlySpan<byte> before)
    {
        before = before.TrimEnd((byte)' ');
        return before.Length > 0 && char.IsAsciiLetter((char)before[^1])
            && !(before[^1] == (byte)'Z' && before.Length > 1 && char.IsAsciiDigit((char)before[^2]));
    }

    private static int Word(ReadOnlySpan<byte> value)
    {
        if (value.Length is < 3 or > 11)
            return 0;
        foreach (var (word, number) in Levels)
        {
            if (Ascii.EqualsIgnoreCase(value, word))
                return number;
        }

        return 0;
    }
}
