using System.Globalization;
using Pharos.Benchmarks.Contestants;
using Pharos.Benchmarks.SideBySide;

namespace Pharos.Benchmarks.Table.Lines;

/// <summary>What telemetry costs the daemon at 20,000 lines a second beside 100 sleepers.</summary>
internal static class TelemetryCost
{
    public static IEnumerable<Row> Measure(TableRun run)
    {
        using var sink = new OtlpSink();
        var (off, metrics, all, app) = (new Sample(2), new Sample(2), new Sample(2), new Sample(2));
        for (var round = 0; round < run.Count(3); round++)
        {
            off.Add(Used(run, PharosContestant.Create(run.Arguments, "pharos", null, Footprint.TelemetryOff), app));
            metrics.Add(Used(run, PharosContestant.Create(run.Arguments, "pharos", sink.Endpoint, ("OTEL_LOGS_EXPORTER", "none")), app));
            all.Add(Used(run, PharosContestant.Create(run.Arguments, "pharos", sink.Endpoint), app));
        }

        var more = (metrics.Median + app.Median) / (off.Median + app.Median);
        var whole = (all.Median + app.Median) / (off.Median + app.Median);
        return
        [
            new("20,000 lines/s and 100 sleepers: daemon, metrics and traces on against off, CPU % of a core", metrics.Text, "", $"off {off.Text}", Figures.Text(metrics.Median / off.Median, 2), "", null),
            new("the same of daemon and printing app", Figures.Text(metrics.Median + app.Median, 2), "", $"off {Figures.Text(off.Median + app.Median, 2)}", Figures.Text(more, 3), "≤ 1.05", more <= 1.05),
            new("the same, each line shipped as an OTLP log record too: daemon", all.Text, "", $"off {off.Text}", Figures.Text(whole, 2) + " with the app", "", null),
        ];
    }

    private static double Used(TableRun run, Contestant contestant, Sample app)
    {
        using var who = contestant;
        var seconds = run.Count(12);
        who.Up();
        who.StartSleepers(100);
        who.StartApp(new App("printer", Environment.ProcessPath!, ["print-lines", "20000", (seconds + 8).ToString(CultureInfo.InvariantCulture)], 1, new Dictionary<string, string>()));
        TableRun.Settle(5);
        var printer = ProcessUse.ChildrenOf(who.DaemonPid).Single(pid => File.ReadAllText($"/proc/{pid}/cmdline").Contains("print-lines", StringComparison.Ordinal));
        var (daemon, itself) = (CpuClock.SecondsOf(who.DaemonPid), CpuClock.SecondsOf(printer));
        TableRun.Settle(seconds);
        app.Add(100 * (CpuClock.SecondsOf(printer) - itself) / seconds);
        return 100 * (CpuClock.SecondsOf(who.DaemonPid) - daemon) / seconds;
    }
}
