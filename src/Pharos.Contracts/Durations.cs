using System.Globalization;

namespace Pharos.Contracts;

/// <summary>Reads durations and sizes as people write them.</summary>
public static class Durations
{
    /// <summary>500ms, 5s, 2m, 1h, 1d; a bare number is milliseconds.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The duration, not negative.</param>
    /// <returns>False when it is no duration, or longer than a year.</returns>
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        var digits = text.AsSpan().Trim();
        var unit = 1.0;
        foreach (var (suffix, milliseconds) in new[] { ("ms", 1.0), ("s", 1000.0), ("m", 60_000.0), ("h", 3_600_000.0), ("d", 86_400_000.0) })
        {
            if (!digits.EndsWith(suffix, StringComparison.Ordinal))
                continue;
            digits = digits[..^suffix.Length];
            unit = milliseconds;
            break;
        }

        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number) || number * unit > TimeSpan.FromDays(366).TotalMilliseconds)
            return false;
        value = TimeSpan.FromMilliseconds(number * unit);
        return true;
    }

    /// <summary>1024, 64k, 1m, 2g (1024-based), unlimited.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The limit; <see cref="ulong.MaxValue"/> is unlimited.</param>
    /// <returns>False when it is no limit.</returns>
    public static bool TryParseLimit(string text, out ulong value)
    {
        value = ulong.MaxValue;
        if (text is "unlimited" or "infinity" or "-1")
            return true;
        var shift = text.Length == 0 ? 0 : char.ToLowerInvariant(text[^1]) switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 };
        if (!ulong.TryParse(shift > 0 ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > ulong.MaxValue >> (shift + 1))
            return false;
        value = number << shift;
        return true;
    }
}
