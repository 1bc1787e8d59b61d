using System.Buffers.Text;
using System.Text;

namespace Pharos.Logs.Records.Fields;

/// <summary>Times as loggers write them, to Unix nanoseconds. One without a zone is local; one without a year is the nearest.</summary>
/// <param name="zone">The zone of times that name none.</param>
/// <param name="nowUnixNanos">When the line was read.</param>
public sealed class Timestamps(TimeZoneInfo zone, long nowUnixNanos)
{
    private const long Second = 1_000_000_000;
    private static readonly string[] Months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    /// <summary>Reads the value of a time field: a text, or a number of seconds, milliseconds, microseconds or nanoseconds.</summary>
    /// <param name="value">The value.</param>
    /// <param name="unixNanos">The time.</param>
    /// <returns>False when it is none, or lies outside 1990 to 2200.</returns>
    public bool TryRead(object value, out long unixNanos)
    {
        unixNanos = 0;
        switch (value)
        {
            case long whole:
                return FromNumber(whole, out unixNanos);
            case double number:
                return FromNumber(number, out unixNanos);
            case string text when text.Length is > 5 and < 64:
                Span<byte> bytes = stackalloc byte[192];
                var length = Encoding.UTF8.GetBytes(text, bytes);
                var span = bytes[..length];
                if (Utf8Parser.TryParse(span, out double epoch, out var used) && used == length && text.AsSpan().IndexOfAny('-', ':', '/') < 0)
                    return FromNumber(epoch, out unixNanos);
                return TryParse(span, out unixNanos, out used);
            default:
                return false;
        }
    }

    /// <summary>Reads a time at the beginning of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="unixNanos">The time.</param>
    /// <param name="length">How many bytes it takes.</param>
    /// <returns>False when none stands there.</returns>
    public bool TryParse(ReadOnlySpan<byte> text, out long unixNanos, out int length)
    {
        (unixNanos, length) = (0, 0);
        if (text.Length < 14)
            return false;
        return text[0] is >= (byte)'0' and <= (byte)'9' ? YearFirst(text, out unixNanos, out length) || DayFirst(text, out unixNanos, out length) : MonthFirst(text, out unixNanos, out length);
    }

    /// <summary>2026-11-22 10:14:56,123+01:00 and its like; 2026/11/22 too.</summary>
    private bool YearFirst(ReadOnlySpan<byte> text, out long unixNanos, out int length)
    {
        (unixNanos, length) = (0, 0);
        if (text.Length < 16 || text[4] is not ((byte)'-' or (byte)'/') || text[7] != text[4] || text[10] is not ((byte)' ' or (byte)'T' or (byte)'t')
            || !Digits(text, 0, 4, out var year) || !Digits(text, 5, 2, out var month) || !Digits(text, 8, 2, out var day))
            return false;
        return Clock(text, 11, year, month, day, out unixNanos, out length);
    }

    /// <summary>22 Nov 10:14:56, 22 Nov 2026 10:14:56, 22/Nov/2026:10:14:56 +0100.</summary>
    private bool DayFirst(ReadOnlySpan<byte> text, out long unixNanos, out int length)
    {
        (unixNanos, length) = (0, 0);
        var digits = text[1] is >= (byte)'0' and <= (byte)'9' ? 2 : 1;
        if (!Digits(text, 0, digits, out var day) || text.Length < digits + 13 || text[digits] is not ((byte)' ' or (byte)'/') || text[digits + 4] != text[digits] || Month(text[(digits + 1)..]) is not (> 0 and var month))
            return false;
        var at = digits + 5;
        if (text.Length > at + 5 && text[at + 4] is (byte)' ' or (byte)':' && Digits(text, at, 4, out var year))
            return Clock(text, at + 5, year, month, day, out unixNanos, out length);
        return Clock(text, at, 0, month, day, out unixNanos, out length);
    }

    /// <summary>Nov 22 10:14:56, Nov  2 2026 10:14:56, each with or without the day of the week.</summary>
    private bool MonthFirst(ReadOnlySpan<byte> text, out long unixNanos, out int length)
    {
        (unixNanos, length) = (0, 0);
        var skipped = text[3] == (byte)' ' && Month(text) == 0 ? 4 : text[3] == (byte)',' && text[4] == (byte)' ' ? 5 : 0;
        var rest = text[skipped..];
        if (skipped == 5 && rest.Length > 14 && DayFirst(rest, out unixNanos, out length))
        {
            length += skipped;
            return true;
        }

        if (rest.Length < 15 || Month(rest) is not (> 0 and var month) || rest[3] != (byte)' ')
            return false;
        var at = rest[4] == (byte)' ' ? 5 : 4;
        var digits = rest[at + 1] is >= (byte)'0' and <= (byte)'9' ? 2 : 1;
        if (!Digits(rest, at, digits, out var day) || rest[at + digits] is not (byte)' ')
            return false;
        at += digits + 1;
        var ok = rest.Length > at + 13 && rest[at + 4] == (byte)' ' && Digits(rest, at, 4, out var year)
            ? Clock(rest, at + 5, year, month, day, out unixNanos, out length)
            : Clock(rest, at, 0, month, day, out unixNanos, out length);
        length += ok ? skipped : 0;
        return ok;
    }

    /// <summary>The time of day, a fraction and a zone.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="at">Where the hour stands.</param>
    /// <param name="year">0: the nearest.</param>
    /// <param name="month">From 1.</param>
    /// <param name="day">From 1.</param>
    /// <param name="unixNanos">The time.</param>
    /// <param name="length">Bytes up to the end of the zone.</param>
    internal bool Clock(ReadOnlySpan<byte> text, int at, int year, int month, int day, out long unixNanos, out int length)
    {
        (unixNanos, length) = (0, 0);
        if (text.Length < at + 5 || text[at + 2] != (byte)':' || !Digits(text, at, 2, out var hour) || !Digits(text, at + 3, 2, out var minute))
            return false;
        at += 5;
        var second = 0;
        long fraction = 0;
        if (at + 2 < text.Length && text[at] == (byte)':' && Digits(text, at + 1, 2, out second))
        {
            at += 3;
            if (at + 1 < text.Length && text[at] is (byte)'.' or (byte)',' && text[at + 1] is >= (byte)'0' and <= (byte)'9')
            {
                var scale = Second / 10;
                for (at++; at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9'; at++, scale /= 10)
                    fraction += (text[at] - '0') * scale;
            }
        }

        if (hour > 23 || minute > 59 || second > 60 || month is < 1 or > 12 || day < 1)
            return false;
        var nearest = year == 0;
        if (nearest)
            year = DateTimeOffset.FromUnixTimeSeconds(nowUnixNanos / Second).Year;
        if (year is < 1990 or > 2200 || day > DateTime.DaysInMonth(year, month))
            return false;
        var offset = Zone(text, ref at);
        var wall = new DateTime(year, month, day, hour, minute, Math.Min(second, 59), DateTimeKind.Unspecified);
        var utc = wall - (offset ?? zone.GetUtcOffset(wall));
        unixNanos = ((utc.Ticks - DateTimeOffset.UnixEpoch.Ticks) * 100) + fraction;
        if (nearest && unixNanos - nowUnixNanos > 183L * 86_400 * Second)
            unixNanos -= 365L * 86_400 * Second; // December's line, read in January
        length = at;
        return true;
    }

    private static TimeSpan? Zone(ReadOnlySpan<byte> text, ref int at)
    {
        var i = at < text.Length && text[at] == (byte)' ' ? at + 1 : at;
        if (i >= text.Length)
            return null;
        if (text[i] is (byte)'Z' or (byte)'z' && (i + 1 == text.Length || !char.IsAsciiLetterOrDigit((char)text[i + 1])))
        {
            at = i + 1;
            return TimeSpan.Zero;
        }

        if (text[i..].StartsWith("UTC"u8) || text[i..].StartsWith("GMT"u8))
        {
            at = i + 3;
            return TimeSpan.Zero;
        }

        if (text[i] is not ((byte)'+' or (byte)'-') || !Digits(text, i + 1, 2, out var hours) || hours > 14)
            return null;
        var colon = i + 3 < text.Length && text[i + 3] == (byte)':' ? 1 : 0;
        if (!Digits(text, i + 3 + colon, 2, out var minutes) || minutes > 59)
            return null;
        at = i + 5 + colon;
        var offset = new TimeSpan(hours, minutes, 0);
        return text[i] == (byte)'-' ? -offset : offset;
    }

    private static bool FromNumber(double number, out long unixNanos)
    {
        var scale = number switch { >= 1e17 => 1.0, >= 1e14 => 1e3, >= 1e11 => 1e6, _ => 1e9 };
        unixNanos = 0;
        if (!double.IsFinite(number) || number * scale is < 631_152_000e9 or > 7_258_118_400e9)
            return false;
        unixNanos = (long)((decimal)number * (decimal)scale);
        return true;
    }

    private static bool FromNumber(long number, out long unixNanos)
    {
        var scale = number switch { >= 100_000_000_000_000_000 => 1L, >= 100_000_000_000_000 => 1000L, >= 100_000_000_000 => 1_000_000L, _ => Second };
        unixNanos = 0;
        if (number is < 631_152_000 or > 7_258_118_400_000_000_000 || number > long.MaxValue / scale)
            return false;
        unixNanos = number * scale;
        return unixNanos is >= 631_152_000 * Second and <= 7_258_118_400 * Second;
    }

    private static int Month(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3)
            return 0;
        for (var i = 0; i < Months.Length; i++)
        {
            if (Ascii.EqualsIgnoreCase(text[..3], Months[i]))
                return i + 1;
        }

        return 0;
    }

    internal static bool Digits(ReadOnlySpan<byte> text, int at, int count, out int value)
    {
        value = 0;
        if (at + count > text.Length)
            return false;
        foreach (var c in text.Slice(at, count))
        {
            if (c is < (byte)'0' or > (byte)'9')
                return false;
            value = (value * 10) + c - '0';
        }

        return true;
    }
}
