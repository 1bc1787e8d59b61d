using System.Globalization;

namespace Pharos.Node.Monitoring;

/// <summary>Numbers as people write them: <c>12.34 MB</c>, <c>0.53ms</c>, <c>91 %</c>, <c>3.1e2 req/min</c>.</summary>
internal static class MeasuredText
{
    /// <summary>Reads a number and the unit behind it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The number.</param>
    /// <param name="unit">The unit that is known already, which wins; else what stands behind the number.</param>
    /// <returns>False when it does not begin with a number.</returns>
    public static bool TryParse(string text, out double value, ref string? unit)
    {
        var trimmed = text.AsSpan().Trim();
        var end = 0;
        while (end < trimmed.Length && (char.IsAsciiDigit(trimmed[end]) || trimmed[end] is '.' or '-' or '+' || IsExponent(trimmed, end)))
            end++;
        if (!double.TryParse(trimmed[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out value))
            return false;
        var rest = trimmed[end..].Trim();
        if (string.IsNullOrEmpty(unit) && rest.Length is > 0 and <= 16)
            unit = rest.ToString();
        return true;
    }

    /// <summary>From the units that apps write to the base units of the conventions.</summary>
    /// <param name="unit">As it was written; becomes the UCUM unit.</param>
    /// <returns>The factor for the value.</returns>
    public static double Scale(ref string? unit)
    {
        (unit, var factor) = unit?.Trim() switch
        {
            null or "" => ("", 1),
            "ms" or "milliseconds" => ("s", 1e-3),
            "us" or "µs" => ("s", 1e-6),
            "ns" => ("s", 1e-9),
            "s" or "sec" or "seconds" => ("s", 1),
            "B" or "bytes" => ("By", 1),
            "KB" or "kB" or "KiB" => ("By", 1024),
            "MB" or "MiB" => ("By", 1024.0 * 1024),
            "GB" or "GiB" => ("By", 1024.0 * 1024 * 1024),
            "%" => ("1", 1e-2),
            "req/min" => ("{request}/s", 1 / 60.0),
            "req/sec" or "req/s" => ("{request}/s", 1),
            var other => ($"{{{new string([.. other.Where(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '/' or ' ')])}}}", 1.0),
        };
        return factor;
    }

    private static bool IsExponent(ReadOnlySpan<char> text, int at) =>
        text[at] is 'e' or 'E' && at > 0 && at + 1 < text.Length && (char.IsAsciiDigit(text[at + 1]) || (text[at + 1] is '-' or '+' && at + 2 < text.Length && char.IsAsciiDigit(text[at + 2])));
}
