using Pharos.Benchmarks.Contestants;

namespace Pharos.Benchmarks.Table.Lines;

/// <summary>What it takes to ask for the list.</summary>
internal static class Commands
{
    private static readonly App Sleepers = new("sleeper", "/bin/sleep", ["1000000"], 1, new Dictionary<string, string>());

    /// <summary><c>list</c> of ten apps.</summary>
    public static IEnumerable<Row> List(TableRun run)
    {
        using var all = run.BothAndSupervisord();
        var costs = all.All.ToDictionary(who => who, _ => (Wall: new Sample(), Cpu: new Sample()));
        foreach (var who in all.All)
        {
            who.StartApp(Sleepers with { Instances = 10 });
            who.List();
        }

        for (var i = 0; i < run.Count(15); i++)
        {
            foreach (var who in all.All)
            {
                var cpu = CpuClock.SecondsOf(who.DaemonPid);
                var cost = who.List();
                costs[who].Wall.Add(1000 * cost.WallSeconds);
                costs[who].Cpu.Add(1000 * (cost.CpuSeconds + CpuClock.SecondsOf(who.DaemonPid) - cpu));
            }
        }

        var beside = all.Beside is null ? (Wall: "", Cpu: "") : (Wall: "supervisorctl " + costs[all.Beside].Wall.Text, Cpu: "supervisorctl " + costs[all.Beside].Cpu.Text);
        return
        [
            Row.AtMost("list of 10 apps, ms", costs[all.Pharos].Wall, costs[all.Pm2].Wall, 1 / 7.0, "≤ 1/7 of PM2", beside.Wall),
            Row.AtMost("list of 10 apps, CPU ms of client and daemon", costs[all.Pharos].Cpu, costs[all.Pm2].Cpu, 1 / 7.0, "≤ 1/7 of PM2", beside.Cpu),
        ];
    }

    /// <summary><c>jlist</c> of a hundred apps, by our program under PM2's name.</summary>
    public static IEnumerable<Row> Jlist(TableRun run)
    {
        using var both = new TableRun.Pair(Pm2Contestant.Face(run.Arguments), run.Pm2());
        var wall = both.All.ToDictionary(who => who, _ => new Sample());
        foreach (var who in both.All)
        {
            who.StartSleepers(100);
            who.Run("jlist");
        }

        for (var i = 0; i < run.Count(15); i++)
        {
            foreach (var who in both.All)
                wall[who].Add(1000 * who.Run("jlist").WallSeconds);
        }

        return [Row.AtMost("jlist of 100 apps, ms", wall[both.Pharos], wall[both.Pm2], 1 / 6.0, "≤ 1/6 of PM2")];
    }

    /// <summary>The list asked for each second, of a hundred.</summary>
    public static IEnumerable<Row> Asked(TableRun run)
    {
        using var both = run.Both();
        var cpu = both.All.ToDictionary(who => who, _ => new Sample(2));
        foreach (var who in both.All)
            who.StartSleepers(100);
        TableRun.Settle(run.Count(9));
        var seconds = run.Count(20);
        foreach (var who in both.All)
        {
            var (before, clients) = (CpuClock.SecondsOf(who.DaemonPid), 0.0);
            for (var i = 0; i < seconds; i++)
            {
                Thread.Sleep(TimeSpan.FromSeconds(1));
                clients += who.List().CpuSeconds;
            }

            cpu[who].Add(60.0 / seconds * (CpuClock.SecondsOf(who.DaemonPid) - before + clients));
        }

        return [Row.AtMost("list of 100 asked for each second, CPU s a minute of client and daemon", cpu[both.Pharos], cpu[both.Pm2], 1 / 8.0, "≤ 1/8 of PM2")];
    }
}
