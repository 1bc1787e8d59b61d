using System.Globalization;

namespace Pharos.Pm2.Screens;

/// <summary>Figures as PM2 writes them.</summary>
internal static class Pm2Text
{
    private static readonly string[] Units = ["b", "kb", "mb", "gb", "tb"];

    /// <summary>42.1mb.</summary>
    public static string Bytes(long bytes)
    {
        double value = bytes;
        var unit = 0;
        while (value >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return unit == 0 ? $"{bytes}b" : value.ToString("0.0", CultureInfo.InvariantCulture) + Units[unit];
    }

    /// <summary>3s, 5m, 2h, 4D.</summary>
    public static string Since(double? seconds) => seconds switch
    {
        null => "0",
        >= 86_400 => $"{(long)(seconds.Value / 86_400)}D",
        >= 3600 => $"{(long)(seconds.Value / 3600)}h",
        >= 60 => $"{(long)(seconds.Value / 60)}m",
        >= 1 => $"{(long)seconds.Value}s",
        _ => "0s",
    };

    /// <summary>0%, 12.3%.</summary>
    public static string Percent(double? percent) => (percent ?? 0).ToString("0.#", CultureInfo.InvariantCulture) + "%";

    /// <summary>SGR number of a status.</summary>
    public static int Color(string status) => status switch { "online" => 32, "launching" => 34, "stopping" or "waiting restart" => 33, _ => 31 };
}
