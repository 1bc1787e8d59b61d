using System.Globalization;

namespace Pharos.Core.Specs;

/// <summary>Durations and sizes as people write them.</summary>
public static class Quantities
{
    private static readonly (string Suffix, double Milliseconds)[] Units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    /// <summary>500ms, 5s, 2m, 1h, 1d; a bare number is milliseconds.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The duration, not negative.</param>
    /// <returns>False when it is no duration, or longer than a year.</returns>
    public static bool TryDuration(string text, out TimeSpan value)
    {
        value = default;
        var digits = text.AsSpan().Trim();
        var unit = 1.0;
        foreach (var (suffix, milliseconds) in Units)
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
    public static bool TryLimit(string text, out ulong value)
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

    /// <summary>As <see cref="TryLimit"/>, and neither zero nor unlimited.</summary>
    /// <param name="text">The text.</param>
    /// <param name="bytes">Bytes, at least 1.</param>
    /// <returns>False when it is no size.</returns>
    public static bool TrySize(string text, out long bytes)
    {
        var ok = TryLimit(text, out var limit) && limit is > 0 and < long.MaxValue;
        bytes = ok ? (long)limit : 0;
        return ok;
    }

    /// <summary>The shortest text that <see cref="TryDuration"/> reads back.</summary>
    /// <param name="value">The duration, whole milliseconds.</param>
    /// <returns>The text.</returns>
    public static string Text(TimeSpan value)
    {
        var milliseconds = value.TotalMilliseconds;
        for (var i = Units.Length - 1; i > 0; i--)
        {
            if (milliseconds >= Units[i].Milliseconds && milliseconds % Units[i].Milliseconds == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / Units[i].Milliseconds}{Units[i].Suffix}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");
    }

    /// <summary>The shortest text that <see cref="TrySize"/> reads back.</summary>
    /// <param name="bytes">The size.</param>
    /// <returns>The text.</returns>
    public static string Text(long bytes)
    {
        foreach (var (shift, suffix) in new[] { (30, "g"), (20, "m"), (10, "k") })
        {
            if (bytes > 0 && bytes % (1L << shift) == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{bytes >> shift}{suffix}");
        }

        return bytes.ToString(CultureInfo.InvariantCulture);
    }
}
