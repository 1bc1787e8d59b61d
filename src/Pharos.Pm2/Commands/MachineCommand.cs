using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Pharos.Pm2.Commands;

/// <summary>slist: figures of the machine, under PM2's names.</summary>
internal static class MachineCommand
{
    private const double GiB = 1 << 30;

    public static int Run(Pm2Context it)
    {
        var before = Cpu();
        it.Host.WaitForEnd(TimeSpan.FromMilliseconds(300));
        var after = Cpu();
        var memory = Memory();
        double Of(string name) => memory.GetValueOrDefault(name) * 1024 / GiB;
        var total = after.Total - before.Total;
        List<(string Name, string Value, string Unit)> figures =
        [
            ("CPU Usage", Number(total > 0 ? 100.0 * (after.Busy - before.Busy) / total : 0), "%"),
            ("RAM Usage", Number(Of("MemTotal") > 0 ? 100 * (Of("MemTotal") - Of("MemAvailable")) / Of("MemTotal") : 0), "%"),
            ("RAM Total", Number(Of("MemTotal")), "gb"), ("RAM Available", Number(Of("MemAvailable")), "gb"), ("RAM Active", Number(Of("Active")), "gb"),
        ];
        foreach (var drive in DriveInfo.GetDrives().Where(d => d.IsReady && d.DriveType == DriveType.Fixed && d.TotalSize > 0).DistinctBy(d => d.Name))
        {
            figures.Add(($"fs:use:{drive.Name}", Number(100.0 * (drive.TotalSize - drive.AvailableFreeSpace) / drive.TotalSize), "%"));
            figures.Add(($"fs:size:{drive.Name}", Number(drive.TotalSize / GiB), "gb"));
        }

        if (it.Line.Has("--tree"))
        {
            var text = new StringBuilder();
            foreach (var (name, value, unit) in figures)
                text.Append($"├── {name} : {value} {unit}\n");
            it.Print(text.ToString());
            return Pm2Context.Ok;
        }

        var shown = new JsonObject();
        foreach (var (name, value, unit) in figures)
            shown[name] = new JsonObject { ["value"] = value, ["type"] = "metric", ["unit"] = unit, ["historic"] = true };
        it.Print(JsonLists.Inspect(shown) + "\n");
        return Pm2Context.Ok;
    }

    private static string Number(double value) => value.ToString("0.0#", CultureInfo.InvariantCulture);

    private static (long Busy, long Total) Cpu()
    {
        var parts = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(long.Parse).ToArray();
        var total = parts.Take(8).Sum();
        return (total - parts[3] - parts[4], total);
    }

    private static Dictionary<string, double> Memory() => File.ReadLines("/proc/meminfo")
        .Select(l => l.Split(':', 2))
        .Where(p => p.Length == 2)
        .ToDictionary(p => p[0], p => double.TryParse(p[1].Replace("kB", "").Trim(), CultureInfo.InvariantCulture, out var kib) ? kib : 0);
}
