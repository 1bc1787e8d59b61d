using System.Globalization;

namespace Pharos.Contracts;

/// <summary>Reads how much of the processors something may use.</summary>
public static class CpuShare
{
    private const double MostCores = 10_000;

    /// <summary>1.5 (cores), 150% (of one core).</summary>
    /// <param name="text">The text.</param>
    /// <param name="percent">Percent of one core, at least 1.</param>
    /// <returns>False when it is neither.</returns>
    public static bool TryParse(string text, out double percent)
    {
        var share = text.EndsWith('%');
        if (!double.TryParse(share ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out percent))
            return false;
        percent *= share ? 1 : 100;
        return percent is >= 1 and <= MostCores * 100;
    }
}
