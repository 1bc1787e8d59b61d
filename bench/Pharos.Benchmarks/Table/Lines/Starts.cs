using System.Diagnostics;
using Pharos.Benchmarks.Contestants;

namespace Pharos.Benchmarks.Table.Lines;

/// <summary>How soon what was asked for is there, and gone.</summary>
internal static class Starts
{
    /// <summary>Start of 100 and of 500, until the last one's first instruction.</summary>
    public static IEnumerable<Row> Start(TableRun run) => [Many(run, 100), Many(run, 500)];

    /// <summary>From <c>stop all</c> until no process of 100 is there.</summary>
    public static IEnumerable<Row> Stop(TableRun run)
    {
        using var all = run.BothAndSupervisord();
        var took = all.All.ToDictionary(who => who, _ => new Sample(0));
        foreach (var who in all.All)
            who.StartSleepers(100);
        for (var round = 0; round < run.Count(4); round++)
        {
            foreach (var who in all.All)
            {
                Thread.Sleep(1000);
                var watch = Stopwatch.StartNew();
                who.StopAll();
                while (ProcessUse.ChildrenOf(who.DaemonPid).Count > 0)
                    Thread.Sleep(1);
                took[who].Add(watch.Elapsed.TotalMilliseconds);
                who.Run(who is SupervisordContestant ? "start" : "restart", "all");
                Contestant.WaitFor(() => ProcessUse.ChildrenOf(who.DaemonPid).Count >= 100, "100 processes");
            }
        }

        return [Row.AtMost("stop of 100, ms", took[all.Pharos], took[all.Pm2], 1 / 15.0, "≤ 1/15 of PM2", all.Beside is null ? "" : "supervisord " + took[all.Beside].Text)];
    }

    /// <summary>1,000 instances under one daemon.</summary>
    public static IEnumerable<Row> Scale(TableRun run)
    {
        const int instances = 1000;
        using var who = run.Pharos();
        who.Up();
        var start = who.StartSleepers(instances).WallSeconds;
        TableRun.Settle(15);
        var seconds = run.Count(30);
        var cpu = CpuClock.SecondsOf(who.DaemonPid);
        TableRun.Settle(seconds);
        var percent = 100 * (CpuClock.SecondsOf(who.DaemonPid) - cpu) / seconds;
        var rss = ProcessUse.Of(who.DaemonPid).RssBytes / 1048576.0;
        var list = who.List();
        var watch = Stopwatch.StartNew();
        who.StopAll();
        Contestant.WaitFor(() => ProcessUse.ChildrenOf(who.DaemonPid).Count == 0, "end of all processes", pauseMilliseconds: 5);
        var stop = watch.Elapsed.TotalSeconds;
        return
        [
            new("1,000 instances: start / list / stop, s", $"{Figures.Text(start, 2)} / {Figures.Text(list.WallSeconds, 3)} / {Figures.Text(stop, 2)}", "", "", "", "they work", list.Output.Split("sleeper").Length > instances),
            new("1,000 idle instances: RSS MiB", Figures.Text(rss), "", "", "", "< 110", rss < 110),
            new("1,000 idle instances: CPU, % of a core", Figures.Text(percent, 2), "", "", "", "< 6", percent < 6),
        ];
    }

    private static Row Many(TableRun run, int instances)
    {
        using var both = run.Both();
        var took = both.All.ToDictionary(who => who, _ => new Sample(0));
        var floor = new Sample(0);
        for (var round = 0; round < run.Count(instances > 100 ? 3 : 5); round++)
        {
            foreach (var who in both.All)
            {
                var clock = run.Programs.Clock(who.Name);
                var asked = CpuClock.Now;
                who.StartApp(new App("sleeper", run.Programs.Sleeper, [clock.Path], instances, new Dictionary<string, string>()));
                took[who].Add((clock.Await(instances).Max(l => l.At) - asked) / 1e6);
                Thread.Sleep(500);
                who.DeleteAll();
                Thread.Sleep(500);
            }

            var bare = run.Programs.Clock("floor");
            var began = CpuClock.Now;
            using var loop = run.Programs.StartFloor(instances, run.Programs.Sleeper, bare.Path);
            floor.Add((bare.Await(instances).Max(l => l.At) - began) / 1e6);
        }

        return Row.AtMost($"start of {instances}, until the last one's first instruction, ms", took[both.Pharos], took[both.Pm2], 1 / 6.0, "≤ 1/6 of PM2", "loop in C " + floor.Text);
    }
}
