using System.Globalization;

namespace Pharos.Contracts.Text;

/// <summary>Numbers for people's eyes.</summary>
public static class Humanize
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>Bytes in binary units, three digits: <c>512 B</c>, <c>1.5 MiB</c>, <c>310 MiB</c>.</summary>
    /// <param name="bytes">Bytes; less than 0 counts as 0.</param>
    public static string Bytes(long bytes)
    {
        double value = Math.Max(0, bytes);
        var unit = 0;
        while (value >= 1023.5 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value.ToString(unit == 0 || value >= 99.95 ? "0" : "0.0", CultureInfo.InvariantCulture)} {Units[unit]}");
    }

    /// <summary>A length of time in its two largest units: <c>12s</c>, <c>5m 12s</c>, <c>2h 13m</c>, <c>3d 4h</c>.</summary>
    /// <param name="seconds">Seconds; less than 0 counts as 0.</param>
    public static string Uptime(double seconds)
    {
        var whole = seconds is > 0 and < long.MaxValue / 2d ? (long)seconds : 0;
        var (days, hours, minutes) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60);
        return days > 0 ? $"{days}d {hours}h"
            : hours > 0 ? $"{hours}h {minutes}m"
            : minutes > 0 ? $"{minutes}m {whole % 60}s"
            : $"{whole}s";
    }

    /// <summary>The same, with what is below ten seconds in finer steps: <c>250ms</c>, <c>3.2s</c>, <c>5m 12s</c>.</summary>
    /// <param name="seconds">Seconds; less than 0 counts as 0.</param>
    public static string Duration(double seconds) => seconds switch
    {
        <= 0 or double.NaN => "0s",
        < 0.9995 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0}ms"),
        < 9.95 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#}s"),
        _ => Uptime(Math.Round(seconds)),
    };

    /// <summary>Percent of one core: <c>0.3%</c>, <c>142%</c>.</summary>
    /// <param name="percent">Percent; less than 0 counts as 0.</param>
    public static string Percent(double percent) =>
        Math.Max(0, percent).ToString(percent >= 99.95 ? "0" : "0.0", CultureInfo.InvariantCulture) + "%";

    /// <summary>A point in time, UTC to the second.</summary>
    /// <param name="at">The time.</param>
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary><c>1 app</c>, <c>2 apps</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="noun">The word for one.</param>
    public static string Count(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
