using Pharos.Benchmarks.Contestants;

namespace Pharos.Benchmarks.SideBySide;

/// <summary>Time and CPU of a command, its daemon's share apart.</summary>
internal sealed class CommandCost(Contestant who)
{
    private readonly List<double> _wall = [];
    private readonly List<double> _client = [];
    private readonly List<double> _daemon = [];

    public Contestant Who => who;

    /// <summary>Median, milliseconds.</summary>
    public double Wall => 1000 * Figures.Median(_wall);

    /// <summary>Mean CPU of command and daemon, milliseconds. A mean, because the kernel shows a daemon's CPU in steps of 10 ms.</summary>
    public double Cpu => 1000 * (_client.Average() + _daemon.Average());

    /// <summary>Runs it once.</summary>
    /// <param name="command">The command; ends when its work is done.</param>
    public void Measure(Func<Contestant, CommandRun> command)
    {
        var before = ProcessUse.CpuSecondsOf(who.DaemonPid);
        var run = command(who);
        _daemon.Add(ProcessUse.CpuSecondsOf(who.DaemonPid) - before);
        _wall.Add(run.WallSeconds);
        _client.Add(run.CpuSeconds);
    }

    public static void Report(string what, IReadOnlyList<CommandCost> costs)
    {
        List<string[]> rows = [[what, "runs", "wall ms p50", "command cpu ms", "daemon cpu ms", "cpu ms together"]];
        foreach (var cost in costs)
        {
            rows.Add(
            [
                cost.Who.Name, $"{cost._wall.Count}", Figures.Text(cost.Wall), Figures.Text(1000 * cost._client.Average()), Figures.Text(1000 * cost._daemon.Average()),
                Figures.Text(cost.Cpu),
            ]);
        }

        Figures.Print(rows);
        if (costs.Count > 1)
            Console.WriteLine($"ratio pm2 : pharos = {Figures.Text(costs[1].Wall / costs[0].Wall)} in time, {Figures.Text(costs[1].Cpu / costs[0].Cpu)} in cpu");
    }
}
