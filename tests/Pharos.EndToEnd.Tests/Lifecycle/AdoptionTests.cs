using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Lifecycle;

public sealed class AdoptionTests : PharosTest
{
    private const int Deaths = 5;
    private const int LinesPerSecond = 400;

    [Theory]
    [InlineData("spool")]
    [InlineData("fifo")]
    public async Task A_daemon_that_is_killed_again_and_again_costs_no_process_no_restart_and_no_line(string stdio)
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "writer", "--stdio", stdio, "--grace", "2s", "--min-uptime", "20ms", "--", "spews", "1000000", $"{LinesPerSecond}");
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "idle", "--min-uptime", "20ms", "--", "stays-up");
        var writer = await Pharos.RunningAsync("writer");
        var idle = await Pharos.RunningAsync("idle");
        List<int> moments = [];
        for (var death = 0; death < Deaths; death++)
        {
            var lines = PharosCli.LinesOf(writer.OutLog).Count + Random.Shared.Next(1, LinesPerSecond); // a random moment within the next second
            moments.Add(lines);
            await Eventually.True(() => PharosCli.LinesOf(writer.OutLog).Count >= lines, $"there are {lines} lines", details: () => Pharos.Logs);
            await Pharos.KillDaemonAsync();
            Assert.True(Processes.IsAlive(writer.Pid!.Value) && Processes.IsAlive(idle.Pid!.Value), "an app died with its daemon");
            await Pharos.OkAsync("list");
            foreach (var before in new[] { writer, idle })
            {
                var after = await Pharos.RunningAsync(before.App);
                Assert.Equal((before.Pid, before.Restarts, before.Incarnation), (after.Pid, after.Restarts, after.Incarnation));
            }
        }

        var seen = PharosCli.LinesOf(writer.OutLog).Count;
        await Eventually.True(() => PharosCli.LinesOf(writer.OutLog).Count > seen, "the last daemon reads on", details: () => Pharos.Logs);
        await Pharos.OkAsync("stop", "writer");
        var written = PharosCli.LinesOf(writer.OutLog);
        var expected = Enumerable.Range(1, written.Count).Select(n => $"line {n}");
        var wrong = written.Zip(expected, (line, wanted) => (line, wanted)).FirstOrDefault(p => p.line != p.wanted);
        Assert.True(wrong == default, $"'{wrong.line}' where '{wrong.wanted}' belongs; killed at {string.Join(", ", moments)} of {written.Count}");
    }

    [Fact]
    public async Task An_app_that_ends_while_no_daemon_looks_is_started_again_by_the_next()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "app", "--min-uptime", "20ms", "--", "stays-up");
        var before = await Pharos.RunningAsync("app");
        await Pharos.KillDaemonAsync();
        Sys.Signal(before.Pid!.Value, Sys.SigKill);
        await Eventually.True(() => !Processes.IsAlive(before.Pid.Value), "the app is gone");
        await Pharos.OkAsync("list");
        var after = await Pharos.RunningAsync("app");
        Assert.NotEqual(before.Pid, after.Pid);
        Assert.Equal(before.InstanceId, after.InstanceId);
    }
}
