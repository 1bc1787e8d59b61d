using System.Diagnostics;
using Pharos.Benchmarks.Contestants;

namespace Pharos.Benchmarks.SideBySide;

/// <summary>What the daemon costs while its instances do nothing. Pharos samples /proc every second meanwhile; PM2 does not look unless asked.</summary>
internal static class IdleVerb
{
    private const double TargetPercent = 1;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(8);

    public static int Run(Arguments arguments)
    {
        var instances = arguments.Number("--instances", 100);
        var seconds = arguments.Number("--seconds", 40);
        List<string[]> rows = [[$"{instances} idle instances, {seconds} s", "cpu %", "RSS MB", "PSS MB", "anon MB", "threads", "requests", "KB sent"]];
        var pharos = Measure(PharosContestant.Create(arguments, "pharos, no destination"), null, instances, seconds, rows);
        using (var sink = new OtlpSink())
            pharos = Math.Max(pharos, Measure(PharosContestant.Create(arguments, "pharos, OTLP every 10 s", sink.Endpoint), sink, instances, seconds, rows));
        foreach (var pm2 in Pm2Contestant.IfThere(arguments))
            Measure(pm2, null, instances, seconds, rows);
        Figures.Print(rows);
        Console.WriteLine($"target: at most {TargetPercent} % of one core: {(pharos <= TargetPercent ? "met" : "MISSED")}");
        return pharos <= TargetPercent ? 0 : 1;
    }

    /// <returns>Percent of one core.</returns>
    private static double Measure(Contestant contestant, OtlpSink? sink, int instances, int seconds, List<string[]> rows)
    {
        using var who = contestant;
        who.Up();
        who.StartSleepers(instances);
        Thread.Sleep(Settling); // measured is the rest, not the work of the start
        var (requests, bytes) = (sink?.Requests ?? 0, sink?.Bytes ?? 0);
        var cpu = ProcessUse.CpuSecondsOf(who.DaemonPid);
        var watch = Stopwatch.StartNew();
        Thread.Sleep(TimeSpan.FromSeconds(seconds));
        var use = ProcessUse.Of(who.DaemonPid);
        var percent = 100 * (use.CpuSeconds - cpu) / watch.Elapsed.TotalSeconds;
        if (sink is not null && sink.Requests == requests && seconds > 12)
            throw new CannotMeasureException("nothing came to the OTLP sink");
        rows.Add(
        [
            who.Name, Figures.Text(percent, 2), Figures.Megabytes(use.RssBytes), Figures.Megabytes(use.PssBytes), Figures.Megabytes(use.AnonBytes), $"{use.Threads}",
            sink is null ? "-" : $"{sink.Requests - requests}", sink is null ? "-" : Figures.Text((sink.Bytes - bytes) / 1024.0),
        ]);
        return percent;
    }
}
