using Pharos.Benchmarks.SideBySide;
using Pharos.TestKit;

namespace Pharos.Benchmarks.Table.Lines;

/// <summary>Output from the app into its file.</summary>
internal static class LogFiles
{
    public static IEnumerable<Row> Measure(TableRun run)
    {
        using var home = new TempHome();
        var big = LogMeasures.Lines(home.File("big"), 1024);
        var small = LogMeasures.Lines(home.File("small"), 128);
        var floods = new List<FloodResult>();
        for (var round = 0; round < run.Count(3); round++)
        {
            foreach (var keeper in LogsVerb.Keepers(run.Arguments, withFloor: true).Where(k => round == 0 || !k.IsSlow))
                floods.Add(LogMeasures.Flood(keeper.Make(), keeper.IsSlow ? small : big, keeper.Stamped));
        }

        var streams = LogsVerb.Keepers(run.Arguments, withFloor: false).Where(k => !k.IsSlow).Select(k => LogMeasures.Stream(k.Make(), run.Count(12))).ToDictionary(s => s.Who);
        Sample Rate(string who) => new(0, floods.Where(f => f.Who == who).Select(f => f.MegabytesPerSecond));
        Sample Cpu(string who) => new(2, floods.Where(f => f.Who == who).Select(f => f.CpuPerGib));
        var (ours, cat, supervisord) = (Rate("pharos"), Rate("cat"), Rate("supervisord"));
        var rise = floods.Where(f => f.Who.StartsWith("pharos", StringComparison.Ordinal)).Max(f => f.RssRiseBytes) / 1048576.0;
        var wrong = floods.Where(f => f.Who.StartsWith("pharos", StringComparison.Ordinal)).Sum(f => f.Lost + f.Twice) + streams.Values.Where(s => s.Who.StartsWith("pharos", StringComparison.Ordinal)).Sum(s => s.Lost);
        var theirs = floods.Where(f => f.Who.StartsWith("pm2", StringComparison.Ordinal)).Sum(f => f.Lost + f.Twice);
        return
        [
            Row.AtLeast("1 GiB of 100-byte lines into the file, MB/s", ours, Rate("pm2"), 4, "≥ 4 × PM2", $"cat {cat.Text}"),
            new("the same, to cat", Figures.Text(ours.Median, 0), "", Figures.Text(cat.Median, 0), Figures.Text(ours.Median / cat.Median, 2), "≥ 0.7 × cat", ours.Median >= 0.7 * cat.Median),
            new("the same, to supervisord", Figures.Text(ours.Median, 0), "", supervisord.Text, Figures.Text(ours.Median / supervisord.Median, 2), "≥ supervisord", ours.Median >= supervisord.Median),
            Row.AtMost("the daemon's CPU for it, s/GiB", Cpu("pharos"), Cpu("pm2"), 1 / 4.0, "≤ 1/4 of PM2", $"cat {Cpu("cat").Text}"),
            Row.AtLeast("with a time in each line, MB/s", Rate("pharos --time"), Rate("pm2 --time"), 25, "≥ 25 × PM2 --time"),
            Row.AtMost("with a time in each line, CPU s/GiB", Cpu("pharos --time"), Cpu("pm2 --time"), 1 / 25.0, "≤ 1/25 of PM2 --time"),
            new("memory of the daemon rises meanwhile, MiB", Figures.Text(rise), Figures.Text(floods.Where(f => f.Who.StartsWith("pm2", StringComparison.Ordinal)).Max(f => f.RssRiseBytes) / 1048576.0), "", "", "< 30", rise < 30),
            new("lines that are not there once", $"{wrong}", $"{theirs}", "", "", "0", wrong == 0),
            new("20,000 lines/s, one per write, CPU % of a core", Figures.Text(streams["pharos"].CpuPercent, 2), Figures.Text(streams["pm2"].CpuPercent, 2), $"supervisord {Figures.Text(streams["supervisord"].CpuPercent, 2)}", "", "< 2.5", streams["pharos"].CpuPercent < 2.5),
        ];
    }
}
