using Pharos.Benchmarks.Contestants;
using Pharos.Benchmarks.SideBySide;

namespace Pharos.Benchmarks.Table.Lines;

/// <summary>What the daemon takes while its instances do nothing.</summary>
internal static class Footprint
{
    private const double MiB = 1048576;

    /// <summary>Memory with 0, 100 and 500 sleepers.</summary>
    public static IEnumerable<Row> Memory(TableRun run)
    {
        int[] sizes = [0, 100, 500];
        var (rss, pss) = (sizes.Select(_ => (Pharos: new Sample(), Pm2: new Sample())).ToList(), sizes.Select(_ => (Pharos: new Sample(), Pm2: new Sample())).ToList());
        for (var round = 0; round < run.Count(2); round++)
        {
            for (var i = 0; i < sizes.Length; i++)
            {
                using var both = run.Both();
                foreach (var who in both.All.Where(_ => sizes[i] > 0))
                    who.StartSleepers(sizes[i]);
                TableRun.Settle(16);
                var (pharos, pm2) = (ProcessUse.Of(both.Pharos.DaemonPid), ProcessUse.Of(both.Pm2.DaemonPid));
                rss[i].Pharos.Add(pharos.RssBytes / MiB);
                rss[i].Pm2.Add(pm2.RssBytes / MiB);
                pss[i].Pharos.Add(pharos.PssBytes / MiB);
                pss[i].Pm2.Add(pm2.PssBytes / MiB);
            }
        }

        var growth = (rss[2].Pharos.Median - rss[1].Pharos.Median) * 1024 / 400;
        return
        [
            .. sizes.Select((size, i) => Row.AtMost($"RSS of the daemon with {size} sleepers, MiB", rss[i].Pharos, rss[i].Pm2, 1, "≤ PM2's")),
            .. sizes.Select((size, i) => Row.AtMost($"PSS of the daemon with {size} sleepers, MiB", pss[i].Pharos, pss[i].Pm2, 1.4, "≤ 1.4 × PM2's")),
            new("RSS an instance from 100 to 500, KiB", Figures.Text(growth), Figures.Text((rss[2].Pm2.Median - rss[1].Pm2.Median) * 1024 / 400), "", "", "≤ 25", growth <= 25),
        ];
    }

    /// <summary>CPU with 100 sleepers.</summary>
    public static IEnumerable<Row> Idle(TableRun run)
    {
        using var sink = new OtlpSink();
        using var on = PharosContestant.Create(run.Arguments, "pharos, telemetry on", sink.Endpoint);
        using var off = PharosContestant.Create(run.Arguments, "pharos, telemetry off", null, TelemetryOff);
        using var pm2 = run.Pm2();
        Contestant[] all = [on, off, pm2];
        foreach (var who in all)
        {
            who.Up();
            who.StartSleepers(100);
        }

        TableRun.Settle(15);
        var seconds = run.Count(60);
        var requests = sink.Requests;
        var before = all.Select(who => CpuClock.SecondsOf(who.DaemonPid)).ToList();
        TableRun.Settle(seconds);
        var used = all.Select((who, i) => (CpuClock.SecondsOf(who.DaemonPid) - before[i]) * 60 / seconds).ToList();
        if (sink.Requests == requests)
            throw new CannotMeasureException("nothing came to the OTLP sink");
        return
        [
            new("idle with 100, 1 s sampling and OTLP each 10 s, CPU s a minute", Figures.Text(used[0], 3), Figures.Text(used[2], 3), "", "", "≤ 0.6", used[0] <= 0.6),
            new("idle with 100, telemetry off, CPU s a minute", Figures.Text(used[1], 3), Figures.Text(used[2], 3), "", "", "≤ 0.06", used[1] <= 0.06),
        ];
    }

    /// <summary>No export, and a look at /proc each minute.</summary>
    public static IEnumerable<(string Name, string Value)> TelemetryOff => [("OTEL_SDK_DISABLED", "true"), ("PHAROS_SAMPLING_INTERVAL", "1m")];
}
