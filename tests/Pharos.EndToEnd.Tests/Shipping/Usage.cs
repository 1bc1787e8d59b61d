using System.Globalization;

namespace Pharos.EndToEnd.Tests.Shipping;

/// <summary>What /proc says of a process.</summary>
internal readonly record struct Usage(double CpuSeconds, long RssBytes)
{
    private const double TicksPerSecond = 100; // USER_HZ, proc(5)

    public static Usage Of(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var rss = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new((Number(fields[11]) + Number(fields[12])) / TicksPerSecond, Number(rss[1]) * 1024);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
