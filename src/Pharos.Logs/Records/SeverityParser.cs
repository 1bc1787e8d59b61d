using System.Buffers.Text;
using System.Text;
using Pharos.Telemetry.Records;

namespace Pharos.Logs.Records;

/// <summary>Reads the severity that a line declares: JSON level, logfmt level, a level word in brackets or at the beginning, a syslog prefix.</summary>
/// <remarks>Nothing found is 0, not INFO: what stands on stderr is not an error for that.</remarks>
public static partial class SeverityParser
{
    private const int Head = 64;

    private static readonly byte[][] JsonKeys =
        [.. new[] { "level\":", "severity\":", "@l\":", "lvl\":", "levelname\":", "LogLevel\":", "log.level\":", "severity_text\":", "severityText\":", "level_name\":" }.Select(k => Encoding.ASCII.GetBytes('"' + k))];

    private static readonly byte[][] LogfmtKeys = [.. new[] { "level=", "lvl=", "severity=" }.Select(Encoding.ASCII.GetBytes)];

    /// <summary>The severity of a clean line.</summary>
    /// <param name="line">The line.</param>
    /// <returns>OTLP number and the text as written; 0 and null when none is declared.</returns>
    public static (int Number, string? Text) Parse(ReadOnlySpan<byte> line)
    {
        var number = Find(line, out var at, out var length);
        return number == 0 ? default : (number, length == 0 ? "Information" : Encoding.UTF8.GetString(line.Slice(at, length)));
    }

    /// <summary>The severity of a line as it was written, colours and all. Allocates nothing, unless the line is no UTF-8 or is long and coloured.</summary>
    /// <param name="line">The bytes.</param>
    /// <returns>The number that <see cref="Parse"/> finds in the cleaned line.</returns>
    public static int Quick(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
            return 0;
        if (!PlainText.IsUtf8(line))
            return Find(PlainText.Clean(line), out _, out _); // rare, and what is put in for the broken bytes moves what follows
        return PlainText.IsClean(line) ? Find(line, out _, out _) : Stripped(line);
    }

    /// <summary>As <see cref="Quick"/>, of a line that is known to be clean UTF-8.</summary>
    /// <param name="line">The bytes.</param>
    /// <returns>The number.</returns>
    internal static int OfClean(ReadOnlySpan<byte> line) => Find(line, out _, out _);

    private static int Stripped(ReadOnlySpan<byte> line)
    {
        if (line.Length > 2048)
            return Find(PlainText.Clean(line), out _, out _);
        Span<byte> clean = stackalloc byte[2048];
        return Find(clean[..PlainText.Strip(line, clean)], out _, out _);
    }

    /// <summary>Number of a level word, in any case.</summary>
    /// <param name="value">The word.</param>
    /// <returns>0: it is none.</returns>
    internal static int Word(ReadOnlySpan<byte> value) => value.Length switch
    {
        3 => Is(value, "err"u8) ? Severity.Error : Is(value, "inf"u8) ? Severity.Info : Is(value, "wrn"u8) ? Severity.Warn : Is(value, "dbg"u8) || Is(value, "deb"u8) ? Severity.Debug : Is(value, "ftl"u8) ? Severity.Fatal : Is(value, "vrb"u8) || Is(value, "trc"u8) ? Severity.Trace : 0,
        4 => Is(value, "info"u8) ? Severity.Info : Is(value, "warn"u8) ? Severity.Warn : Is(value, "fail"u8) || Is(value, "eror"u8) ? Severity.Error : Is(value, "crit"u8) ? Severity.Fatal : Is(value, "dbug"u8) ? Severity.Debug : Is(value, "trce"u8) ? Severity.Trace : 0,
        5 => Is(value, "error"u8) ? Severity.Error : Is(value, "debug"u8) ? Severity.Debug : Is(value, "trace"u8) || Is(value, "silly"u8) ? Severity.Trace : Is(value, "fatal"u8) || Is(value, "panic"u8) || Is(value, "alert"u8) || Is(value, "emerg"u8) ? Severity.Fatal : 0,
        6 => Is(value, "notice"u8) ? Severity.Info : Is(value, "severe"u8) ? Severity.Error : Is(value, "dpanic"u8) ? Severity.Fatal : 0,
        7 => Is(value, "warning"u8) ? Severity.Warn : Is(value, "verbose"u8) ? Severity.Trace : 0,
        8 => Is(value, "critical"u8) ? Severity.Fatal : 0,
        9 => Is(value, "emergency"u8) ? Severity.Fatal : 0,
        11 => Is(value, "information"u8) ? Severity.Info : 0,
        _ => 0,
    };

    /// <summary>E1122 10:14:56: glog and klog.</summary>
    internal static bool IsGlog(ReadOnlySpan<byte> text) =>
        text.Length > 9 && text[0] is (byte)'I' or (byte)'W' or (byte)'E' or (byte)'F' && text[5] == (byte)' ' && text[8] == (byte)':' && text[1..5].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    /// <param name="line">The line.</param>
    /// <param name="at">Where the text of the severity stands.</param>
    /// <param name="length">0: what was not written means information (Serilog).</param>
    /// <returns>The number; 0: none.</returns>
    private static int Find(ReadOnlySpan<byte> line, out int at, out int length)
    {
        (at, length) = (0, 0);
        var text = line;
        while (!text.IsEmpty && text[0] is (byte)' ' or (byte)'\t')
            text = text[1..];
        if (text.IsEmpty)
            return 0;
        var number = text[0] switch
        {
            (byte)'{' => Json(text, out at, out length),
            (byte)'<' when Syslog(text, out length) is > 0 and var syslog => syslog,
            _ => Plain(text, out at, out length),
        };
        at += line.Length - text.Length;
        return number;
    }

    private static int Plain(ReadOnlySpan<byte> text, out int at, out int length)
    {
        if (text.IndexOf((byte)'=') > 0 && AfterKey(text, LogfmtKeys, wordStart: true, out at, out length) is > 0 and var logfmt)
            return logfmt;
        return Marked(text, out at, out length);
    }

    private static int Json(ReadOnlySpan<byte> text, out int at, out int length)
    {
        var number = AfterKey(text, JsonKeys, wordStart: false, out at, out length);
        if (number > 0 || text.IndexOf("\"@t\":"u8) < 0 || text.IndexOf("\"@l\":"u8) >= 0)
            return number;
        (at, length) = (0, 0);
        return Severity.Info;
    }

    private static int AfterKey(ReadOnlySpan<byte> text, byte[][] keys, bool wordStart, out int at, out int length)
    {
        (at, length) = (0, 0);
        foreach (var key in keys)
        {
            for (var from = 0; text[from..].IndexOf(key) is >= 0 and var found; from += found + key.Length)
            {
                if (wordStart && from + found > 0 && text[from + found - 1] is not ((byte)' ' or (byte)'\t'))
                    continue;
                var start = from + found + key.Length;
                while (start < text.Length && text[start] is (byte)' ' or (byte)'"')
                    start++;
                var end = text[start..].IndexOfAny(" \",}\t"u8);
                var value = text[start..(end < 0 ? text.Length : start + end)];
                if (Value(value) is > 0 and var number)
                {
                    (at, length) = (start, value.Length);
                    return number;
                }
            }
        }

        return 0;
    }

    private static int Value(ReadOnlySpan<byte> value)
    {
        if (value.Length is > 0 and <= 3 && Utf8Parser.TryParse(value, out int number, out var used) && used == value.Length)
            return Pino(number);
        return Word(value) is > 0 and var word ? word : value.SequenceEqual("http"u8) ? Severity.Info : 0; // npm's levels have http; outside a key it is the protocol
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
    private static int Syslog(ReadOnlySpan<byte> text, out int length)
    {
        length = 0;
        if (!Utf8Parser.TryParse(text[1..], out int priority, out var used) || used > 3 || 1 + used >= text.Length || text[1 + used] != (byte)'>' || priority is < 0 or > 191)
            return 0;
        length = used + 2;
        return (priority & 7) switch { 0 or 1 or 2 => Severity.Fatal, 3 => Severity.Error, 4 => Severity.Warn, 5 or 6 => Severity.Info, _ => Severity.Debug };
    }

    private static bool Is(ReadOnlySpan<byte> value, ReadOnlySpan<byte> word)
    {
        // Words are letters only, so that the bit of the case can be set blindly on both sides.
        for (var i = 0; i < word.Length; i++)
        {
            if ((value[i] | 0x20) != word[i])
                return false;
        }

        return true;
    }
}
