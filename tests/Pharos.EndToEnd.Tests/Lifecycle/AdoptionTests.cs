using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Lifecycle;

public sealed class AdoptionTests : PharosTest
{
    private const int Deaths = 5;
    private const int LinesPerSecond = 400;

    [Fact]
    public async Task A_daemon_that_is_killed_again_and_again_costs_no_process_no_restart_and_no_line()
    {
        var numbers = await KilledAgainAndAgainAsync("spool");
        var wrong = numbers.Zip(Enumerable.Range(1, numbers.Count)).FirstOrDefault(p => p.First != p.Second);
        Assert.True(wrong == default, $"line {wrong.First} where line {wrong.Second} belongs");
    }

    [Fact]
    public async Task With_FIFOs_nothing_is_doubled_and_only_what_was_just_being_read_can_be_missing()
    {
        // A pipe forgets what is read from it: lines between read(2) and write(2) die with the daemon. Spool files are there for whom that is too much.
        var numbers = await KilledAgainAndAgainAsync("fifo");
        var gaps = numbers.Zip(numbers.Skip(1), (line, next) => next - line - 1).ToList();
        Assert.All(gaps, gap => Assert.True(gap >= 0, "a line is there twice"));
        Assert.InRange(gaps.Count(gap => gap > 0), 0, Deaths);
        Assert.InRange(gaps.Sum(), 0, Deaths * LinesPerSecond / 10);
    }

    [Fact]
    public async Task An_app_that_ends_while_no_daemon_looks_is_started_again_by_the_next()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "app", "--min-uptime", "20ms", "--", "stays-up");
        var before = await Pharos.RunningAsync("app");
        for (var death = 0; death < Deaths; death++) // one time in three the first spawn of a daemon closed its own output file: it had got a low descriptor
        {
            await Pharos.KillDaemonAsync();
            Sys.Signal(before.Pid!.Value, Sys.SigKill);
            await Eventually.True(() => !Processes.IsAlive(before.Pid.Value), "the app is gone");
            await Pharos.OkAsync("list");
            var after = await Pharos.RunningAsync("app");
            Assert.NotEqual(before.Pid, after.Pid);
            Assert.Equal(before.InstanceId, after.InstanceId);
            before = after;
        }
    }

    private async Task<IReadOnlyList<int>> KilledAgainAndAgainAsync(string stdio)
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "writer", "--stdio", stdio, "--grace", "2s", "--min-uptime", "20ms", "--", "spews", "1000000", $"{LinesPerSecond}");
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "idle", "--min-uptime", "20ms", "--", "stays-up");
        var writer = await Pharos.RunningAsync("writer");
        var idle = await Pharos.RunningAsync("idle");
        for (var death = 0; death < Deaths; death++)
        {
            var lines = PharosCli.LinesOf(writer.OutLog).Count + Random.Shared.Next(1, LinesPerSecond); // a random moment within the next second
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
        return [.. PharosCli.LinesOf(writer.OutLog).Select(l => int.Parse(l["line ".Length..]))];
    }
}
