using Pharos.Benchmarks.Contestants;

namespace Pharos.Benchmarks.Table.Lines;

/// <summary>How soon the next process is there when one has ended.</summary>
internal static class Restarts
{
    /// <summary>From kill -9 to the first instruction of the next incarnation, by turns, the bare loop in C beside.</summary>
    public static IEnumerable<Row> Restart(TableRun run)
    {
        using var both = run.Both();
        var clocks = new[] { both.Pharos.Name, both.Pm2.Name, "floor" }.Select(run.Programs.Clock).ToList();
        both.Pharos.StartApp(Sleeper(run, clocks[0]));
        both.Pm2.StartApp(Sleeper(run, clocks[1]));
        using var loop = run.Programs.StartFloor(1, run.Programs.Sleeper, clocks[2].Path);
        var away = clocks.ConvertAll(_ => new Sample(2));
        for (var i = 1; i <= run.Count(200); i++)
        {
            for (var who = 0; who < clocks.Count; who++)
            {
                var last = clocks[who].Await(i)[^1];
                Thread.Sleep(60); // with the others' turns more than 100 ms: it was up, and there is no back-off
                var killed = Signals.Kill(last.Pid);
                away[who].Add((clocks[who].Await(i + 1)[^1].At - killed) / 1e6);
            }
        }

        return
        [
            At(0.5, "p50", away, 1 / 3.0),
            At(0.99, "p99", away, 1 / 3.0),
            new("the same to the loop in C, p50, ms", Figures.Text(away[0].Median, 2), "", Figures.Text(away[2].Median, 2), Figures.Text(away[0].Median / away[2].Median, 2), "≤ 2 × the loop", away[0].Median / away[2].Median <= 2),
        ];
    }

    /// <summary>Restarts per second of an app that ends at once, and what each costs the daemon.</summary>
    public static IEnumerable<Row> Loop(TableRun run)
    {
        var (rate, cpu) = (new[] { new Sample(0), new Sample(0) }, new[] { new Sample(3), new Sample(3) });
        var floor = new Sample(0);
        var seconds = run.Count(4);
        for (var round = 0; round < run.Count(3); round++)
        {
            using var both = run.Both(); // new ones each round: a PM2 whose app ends all the time may not get rid of it
            foreach (var (i, who) in both.All.Index())
            {
                var clock = run.Programs.Clock(who.Name);
                who.StartApp(new App("loop", run.Programs.Sleeper, [clock.Path, "end"], 1, new Dictionary<string, string>()) { IsRestartedAtOnce = true });
                Thread.Sleep(1000);
                var (used, ends) = (CpuClock.SecondsOf(who.DaemonPid), clock.Read().Count);
                Thread.Sleep(TimeSpan.FromSeconds(seconds));
                (used, ends) = (CpuClock.SecondsOf(who.DaemonPid) - used, clock.Read().Count - ends);
                rate[i].Add(ends / (double)seconds);
                cpu[i].Add(1000 * used / Math.Max(1, ends));
                who.Dispose();
            }

            var bare = run.Programs.Clock("floor");
            using var loop = run.Programs.StartFloor(1, run.Programs.Sleeper, bare.Path, "end");
            Thread.Sleep(1000);
            floor.Add(bare.Read().Count);
        }

        return
        [
            Row.AtLeast("restarts a second of an app that ends at once", rate[0], rate[1], 4, "≥ 4 × PM2", "loop in C " + floor.Text),
            Row.AtMost("the daemon's CPU for one of them, ms", cpu[0], cpu[1], 1 / 5.0, "≤ 1/5 of PM2"),
        ];
    }

    private static App Sleeper(TableRun run, ClockLines clock) => new("sleeper", run.Programs.Sleeper, [clock.Path], 1, new Dictionary<string, string>());

    private static Row At(double share, string name, List<Sample> away, double most)
    {
        var (pharos, pm2, floor) = (away[0].Percentile(share), away[1].Percentile(share), away[2].Percentile(share));
        return new($"kill -9 to the next one's first instruction, {name}, ms", Figures.Text(pharos, 2), Figures.Text(pm2, 2), "loop in C " + Figures.Text(floor, 2), Figures.Text(pharos / pm2, 2), "≤ 1/3 of PM2", pharos / pm2 <= most)
        {
            Raw = new Dictionary<string, IReadOnlyList<double>> { ["pharos"] = away[0].Values, ["pm2"] = away[1].Values, ["floor"] = away[2].Values },
        };
    }
}
