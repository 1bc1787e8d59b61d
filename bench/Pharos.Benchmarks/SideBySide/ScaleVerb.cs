using System.Diagnostics;
using Pharos.Benchmarks.Contestants;

namespace Pharos.Benchmarks.SideBySide;

/// <summary>Very many instances under one daemon: start, list, stop, and what the daemon costs while they do nothing. PM2 takes minutes for it and is left out.</summary>
internal static class ScaleVerb
{
    private const double MostMegabytes = 110, MostPercent = 6;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(8);

    public static int Run(Arguments arguments)
    {
        var instances = arguments.Number("--instances", 1000);
        var seconds = arguments.Number("--seconds", 60);
        using var who = PharosContestant.Create(arguments);
        who.Up();
        var start = who.StartSleepers(instances).WallSeconds;
        Thread.Sleep(Settling); // measured is the rest, not the work of the start
        var cpu = ProcessUse.CpuSecondsOf(who.DaemonPid);
        var watch = Stopwatch.StartNew();
        Thread.Sleep(TimeSpan.FromSeconds(seconds));
        var use = ProcessUse.Of(who.DaemonPid);
        var percent = 100 * (use.CpuSeconds - cpu) / watch.Elapsed.TotalSeconds;
        var list = Figures.Median(Enumerable.Range(0, 10).Select(_ => who.List().WallSeconds));
        var before = ProcessUse.CpuSecondsOf(who.DaemonPid);
        watch.Restart();
        who.DeleteAll();
        var stop = watch.Elapsed.TotalSeconds;
        var stopCpu = ProcessUse.CpuSecondsOf(who.DaemonPid) - before;
        Figures.Print(
        [
            [$"{instances} instances", "start s", "list p50 ms", "stop s", "stop, daemon's CPU s", "idle CPU %", "RSS MB", "PSS MB", "threads"],
            [
                who.Name, Figures.Text(start, 2), Figures.Text(list * 1000), Figures.Text(stop, 2), Figures.Text(stopCpu, 2),
                Figures.Text(percent, 2), Figures.Megabytes(use.RssBytes), Figures.Megabytes(use.PssBytes), $"{use.Threads}",
            ],
        ]);
        var met = use.RssBytes / 1048576.0 <= MostMegabytes && percent <= MostPercent;
        Console.WriteLine($"target: at most {MostMegabytes} MB resident and {MostPercent} % of one core: {(met ? "met" : "MISSED")}");
        return met ? 0 : 1;
    }
}
