using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Lifecycle;

public sealed class StoppingTests : PharosTest
{
    [Fact]
    public async Task An_app_that_ignores_polite_signals_is_killed_when_its_grace_has_passed()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "deaf", "--grace", "500ms", "--", "ignores-sigterm");
        await Pharos.LineAsync("deaf", "ready");
        var pid = (await Pharos.OneAsync("deaf")).Pid!.Value;
        var began = Environment.TickCount64;
        await Pharos.OkAsync("stop", "deaf");
        Assert.InRange(Environment.TickCount64 - began, 490, 20_000);
        var it = await Pharos.UntilAsync("deaf", i => i.LastExit is not null, "has ended");
        Assert.Equal(("stopped", "stop_timeout_kill", 9), (it.State, it.LastExit!.Reason, it.LastExit.Signal));
        Assert.False(Processes.IsAlive(pid));
    }

    [Fact]
    public async Task Of_a_family_of_six_none_survives_stop()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "family", "--grace", "500ms", "--", "leaves-grandchildren");
        await Pharos.LineAsync("family", "ready");
        var family = PharosCli.LinesOf((await Pharos.OneAsync("family")).OutLog).Select(l => l.Split(' ')).Where(w => w.Length == 2).Select(w => int.Parse(w[1])).ToList();
        Assert.Equal(6, family.Count);
        Assert.All(family, pid => Assert.True(Processes.IsAlive(pid), $"{pid} is not there to begin with"));
        await Pharos.OkAsync("stop", "family");
        Assert.All(family, pid => Assert.False(Processes.IsAlive(pid), $"{pid} {Processes.CommandOf(pid)} survived"));
    }

    [Fact]
    public async Task SIGTERM_to_the_daemon_stops_the_apps_and_the_next_daemon_starts_those_that_were_wanted()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "wanted", "--min-uptime", "20ms", "--", "stays-up");
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "unwanted", "--min-uptime", "20ms", "--", "stays-up");
        await Pharos.OkAsync("stop", "unwanted");
        var before = await Pharos.RunningAsync("wanted");
        var daemon = await Pharos.DaemonPidAsync();
        Sys.Signal(daemon, Sys.SigTerm);
        await Eventually.True(() => !Processes.IsAlive(daemon), "the daemon ends", details: () => Pharos.Logs);
        Assert.Empty(Processes.Of(Pharos.Folder));

        await Pharos.OkAsync("list");
        var after = await Pharos.RunningAsync("wanted");
        Assert.NotEqual(before.Pid, after.Pid);
        Assert.Equal("stopped", (await Pharos.OneAsync("unwanted")).State);
    }

    [Fact]
    public async Task Kill_stops_for_good()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "app", "--min-uptime", "20ms", "--", "stays-up");
        var daemon = await Pharos.DaemonPidAsync();
        await Pharos.OkAsync("kill");
        await Eventually.True(() => !Processes.IsAlive(daemon), "the daemon ends", details: () => Pharos.Logs);
        Assert.Empty(Processes.Of(Pharos.Folder));
        await Pharos.OkAsync("list");
        Assert.Equal("stopped", (await Pharos.OneAsync("app")).State);
    }

    [Fact]
    public async Task Kill_can_leave_the_apps_running_and_the_next_daemon_has_them_back()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "app", "--min-uptime", "20ms", "--", "stays-up");
        var before = await Pharos.RunningAsync("app");
        var daemon = await Pharos.DaemonPidAsync();
        await Pharos.OkAsync("kill", "--keep-apps");
        await Eventually.True(() => !Processes.IsAlive(daemon), "the daemon ends", details: () => Pharos.Logs);
        Assert.Equal(before.Pid, Assert.Single(Processes.Of(Pharos.Folder)));
        await Pharos.OkAsync("list");
        var after = await Pharos.RunningAsync("app");
        Assert.Equal((before.Pid, before.Restarts), (after.Pid, after.Restarts));
    }

    [Fact]
    public async Task Delete_forgets_for_the_next_daemon_too()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "kept", "--min-uptime", "20ms", "--", "stays-up");
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "gone", "--min-uptime", "20ms", "--", "stays-up");
        var pid = (await Pharos.RunningAsync("gone")).Pid!.Value;
        await Pharos.OkAsync("delete", "gone");
        Assert.False(Processes.IsAlive(pid));
        Assert.Equal("kept", Assert.Single(await Pharos.InstancesAsync()).App);
        await Pharos.KillDaemonAsync();
        await Pharos.OkAsync("list");
        Assert.Equal("kept", Assert.Single(await Pharos.InstancesAsync()).App);
        (await Pharos.RunAsync("describe", "gone")).OneLine("no app or instance 'gone'", "kept");
    }

    [Fact]
    public async Task A_program_that_goes_to_the_background_is_given_up_and_leaves_nothing_behind()
    {
        // It cannot be supervised: what the parent leaves is swept, so that the next start finds its port free, and the starts run into the crash limit.
        var script = Pharos.Script("forks", "setsid sleep 3600 &\nexit 0");
        await Pharos.OkAsync("start", script, "--name", "forks", "--max-crashes", "3", "--backoff", "20ms");
        var it = await Pharos.UntilAsync("forks", i => i.State == "failed", "is given up");
        Assert.Equal(("crash_loop", 2L, "exit"), (it.Failure, it.Restarts, it.LastRestartReason));
        var daemon = await Pharos.DaemonPidAsync();
        await Eventually.True(() => Processes.Of(Pharos.Folder).All(p => p == daemon), "no sleeper is left", details: () => Pharos.Logs);
    }

    [Theory]
    [InlineData(0, "stopped", null)]
    [InlineData(3, "failed", "crash_loop")]
    public async Task A_batch_job_is_done_when_it_succeeds_and_tried_again_when_it_fails(int code, string state, string? failure)
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "batch", "--restart", "on-failure", "--max-crashes", "3", "--backoff", "20ms", "--", "exits-with", $"{code}");
        var it = await Pharos.UntilAsync("batch", i => i.State == state && i.LastExit is not null, $"is {state}");
        Assert.Equal((failure, code == 0 ? 0L : 2L, code), (it.Failure, it.Restarts, it.LastExit!.Code));
        Assert.Equal(code == 0 ? "success" : "error_code", it.LastExit.Reason);
    }
}
