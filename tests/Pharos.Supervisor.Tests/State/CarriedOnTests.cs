using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;
using Pharos.Supervisor.State;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.State;

/// <summary>A daemon goes, the next one comes: what an instance waited for is still waited for, and what it was at is gone on with.</summary>
public sealed class CarriedOnTests : IAsyncLifetime
{
    private readonly World _world = new();

    private FakeHost Host => _world.Host;

    private InstanceSnapshot It => _world.Actor().Snapshot;

    [Fact]
    public async Task A_back_off_comes_to_its_end_after_the_time_that_was_left_of_it()
    {
        await CrashedOnce();
        _world.Time.Advance(Seconds(4));
        await _world.NextDaemon();
        Assert.Equal((Phase.BackingOff, Seconds(10)), (It.State.Phase, It.State.Backoff));
        await Nothing(after: Seconds(5.9));
        _world.Time.Advance(Seconds(0.2));
        await Up(incarnation: 2);
        Assert.Equal(1, _world.Actor().Telemetry.Restarts[(int)RestartReason.Crash]);
        Assert.Equal((1L, RestartReason.Crash), (It.Restarts, It.LastRestart));
        Host.Only.End(1);
        await World.Reaches(_world.Actor(), Phase.BackingOff);
        Assert.Equal(Seconds(20), It.State.Backoff); // the second unstable end in a row, not the first
    }

    [Fact]
    public async Task A_back_off_that_passed_while_no_daemon_ran_is_not_waited_for_again()
    {
        await CrashedOnce();
        await _world.NextDaemon(Passes(Seconds(60)));
        _world.Time.Advance(TimeSpan.Zero);
        await Up(incarnation: 2);
        Assert.Equal(1, It.Restarts);
    }

    [Fact]
    public async Task A_start_asked_for_while_backing_off_does_not_wait_for_the_rest()
    {
        await CrashedOnce();
        await _world.NextDaemon();
        Assert.Null(await _world.Supervisor.StartAsync("web", default, CancellationToken.None));
        await Up(incarnation: 2);
    }

    [Theory]
    [InlineData(20, Phase.Failed)]
    [InlineData(70, Phase.BackingOff)]
    public async Task The_crash_window_goes_on_over_daemons(int pause, Phase then)
    {
        await _world.Running(Spec(p => p with { BackoffBase = TimeSpan.FromMilliseconds(1), MaxCrashes = 2, CrashWindow = Seconds(60) }));
        Host.Only.End(1);
        await World.Reaches(_world.Actor(), Phase.BackingOff);
        await _world.NextDaemon(Passes(Seconds(pause)));
        _world.Time.Advance(TimeSpan.Zero);
        await Up(incarnation: 2);
        Host.Only.End(1);
        await World.Reaches(_world.Actor(), then);
    }

    [Fact]
    public async Task What_was_given_up_is_tried_again_when_its_time_has_come()
    {
        await _world.Running(Spec(p => p with { MaxCrashes = 1, RetryFailedAfter = Seconds(60) }));
        Host.Only.End(1);
        await World.Reaches(_world.Actor(), Phase.Failed);
        _world.Time.Advance(Seconds(20));
        await _world.NextDaemon();
        Assert.Equal((Phase.Failed, FailureReason.CrashLoop), (It.State.Phase, It.State.Failure));
        await Nothing(after: Seconds(39));
        _world.Time.Advance(Seconds(2));
        await Up(incarnation: 2);
    }

    [Fact]
    public async Task Why_it_could_not_be_started_is_still_told()
    {
        Host.Refusals.Enqueue(new LaunchRefused("no such interpreter"));
        Assert.NotNull(await _world.Declare(World.Spec()));
        await _world.NextDaemon();
        Assert.Equal((Phase.Failed, FailureReason.SpawnFailed, "no such interpreter"), (It.State.Phase, It.State.Failure, It.State.Error));
        Assert.Equal(ExitReason.SpawnFailed, It.LastExit!.Reason);
    }

    [Fact]
    public async Task How_the_last_process_ended_and_what_it_said_is_still_told()
    {
        await _world.Running(Spec(p => p with { MaxCrashes = 1 }));
        await File.AppendAllTextAsync(Host.Spawned.Single().StdoutPath, "out of cheese\n");
        Host.Only.End(7);
        await Eventually.True(() => It.LastExit is { LastLines.Count: > 0 }, "the last lines are there");
        var before = It.LastExit!;
        await _world.NextDaemon();
        var after = It.LastExit!;
        Assert.Equal(["out of cheese"], after.LastLines);
        Assert.Equal(before with { LastLines = after.LastLines }, after);
    }

    [Theory]
    [InlineData(false, Phase.Stopped)]
    [InlineData(true, Phase.Starting)]
    public async Task A_stop_goes_on_with_what_is_left_of_its_grace_and_with_what_was_to_follow(bool restart, Phase then)
    {
        await Stopping(restart);
        var process = Host.Only;
        _world.Time.Advance(Seconds(3));
        await _world.NextDaemon();
        Assert.Equal((Phase.Stopping, process.Identity), (It.State.Phase, It.Process));
        await Nothing(after: Seconds(1.9));
        Assert.Equal([2], process.Signals);
        _world.Time.Advance(Seconds(0.2));
        await World.Reaches(_world.Actor(), then);
        Assert.Equal([2, 9], process.Signals);
        Assert.Equal(ExitReason.StopTimeoutKill, It.LastExit!.Reason);
        Assert.Equal(restart ? 1 : 0, It.Restarts);
    }

    [Theory]
    [InlineData(false, Phase.Stopped)]
    [InlineData(true, Phase.Starting)]
    public async Task A_stop_that_came_to_its_end_while_no_daemon_ran_is_a_stop_and_no_crash(bool restart, Phase then)
    {
        await Stopping(restart);
        await _world.NextDaemon(Ends());
        await World.Reaches(_world.Actor(), then);
        Assert.Equal(ExitReason.StopRequested, It.LastExit!.Reason);
        Assert.Equal(restart ? [(RestartReason.Manual, 1L)] : [], Counted());
        Assert.Equal(0, _world.Actor().Telemetry.Exits[(int)ExitReason.Lost]);
    }

    [Fact]
    public async Task One_that_is_starting_needs_only_the_rest_of_its_minimum_uptime()
    {
        Host.Now = _world.Time.GetUtcNow;
        await _world.Running(Spec(p => p with { MinUptime = Seconds(30) }));
        _world.Time.Advance(Seconds(20));
        await _world.NextDaemon();
        await _world.Actor().AskAsync(new InstanceEvent.DeadlinePassed(-1), default);
        Assert.Equal(Phase.Starting, It.State.Phase);
        await Nothing(after: Seconds(9));
        Assert.Equal(Phase.Starting, It.State.Phase);
        _world.Time.Advance(Seconds(2));
        await World.Reaches(_world.Actor(), Phase.Running);
        Assert.Single(Host.Spawned);
    }

    [Fact]
    public async Task A_job_that_was_done_is_not_done_again()
    {
        await _world.Running(Spec(p => p with { Mode = RestartMode.OnFailure }));
        Host.Only.End(0);
        await World.Reaches(_world.Actor(), Phase.Stopped);
        await _world.NextDaemon();
        await Nothing(after: Seconds(60));
        Assert.Equal((Phase.Stopped, ExitReason.Success), (It.State.Phase, It.LastExit!.Reason));
    }

    [Fact]
    public async Task A_job_that_is_never_to_be_restarted_and_ended_unseen_is_not_done_again()
    {
        await _world.Running(Spec(p => p with { Mode = RestartMode.Never }));
        await _world.NextDaemon(Ends());
        await World.Reaches(_world.Actor(), Phase.Failed);
        await Nothing(after: Seconds(60));
        Assert.Equal((FailureReason.NotRestarted, ExitReason.Lost), (It.State.Failure, It.LastExit!.Reason));
        Assert.Empty(Counted());
    }

    [Fact]
    public async Task An_end_that_nobody_saw_is_one_lost_exit_and_one_restart()
    {
        await _world.Running();
        await _world.NextDaemon(Ends());
        await Up(incarnation: 2);
        Assert.Equal([(RestartReason.Crash, 1L)], Counted());
        Assert.Equal(1, _world.Actor().Telemetry.Exits.Sum());
        Assert.Equal(1, _world.Actor().Telemetry.Exits[(int)ExitReason.Lost]);
    }

    [Fact]
    public async Task What_was_shown_is_in_the_state_file_before_it_is_shown()
    {
        await _world.Running(Spec(p => p with { BackoffBase = Seconds(10) }));
        for (var end = 1; end <= 5; end++)
        {
            Host.Only.End(1);
            await World.Reaches(_world.Actor(), Phase.BackingOff);
            var shown = _world.Metrics().SelectMany(b => b.Points).Where(p => p.Metric.Name == "pharos.instance.exits").Sum(p => p.Long);
            var saved = new FileStateStore(_world.StateFolder).Load(out _)!.Apps[0].Instances[0];
            Assert.Equal((end, end), (shown, saved.Exits.Values.Sum()));
            Assert.Equal(end, saved.Counters!.Durations.Where(d => d.Metric == "pharos.instance.run.duration").Sum(d => d.Counts.Sum()));
            Assert.Null(await _world.Supervisor.StartAsync("web", default, CancellationToken.None));
        }
    }

    [Fact]
    public async Task Durations_and_output_are_counted_on_from_where_they_were()
    {
        await _world.Running(Spec(p => p with { BackoffBase = Seconds(10) }));
        await File.AppendAllTextAsync(Host.Spawned.Single().StdoutPath, "one\ntwo\n");
        Host.Only.End(1);
        await Eventually.True(() => It.LastExit is { LastLines.Count: 2 }, "the output was read");
        var before = Numbers();
        Assert.Contains(before, n => n is { Key: "pharos.log.bytes stdout ", Value: 8 });
        await _world.NextDaemon();
        Assert.Equal(before, Numbers());

        Dictionary<string, double> Numbers() => _world.Metrics().SelectMany(b => b.Points)
            .Where(p => p.Metric.Name.StartsWith("pharos.log", StringComparison.Ordinal) || p.Metric.Name.EndsWith("duration", StringComparison.Ordinal))
            .ToDictionary(p => $"{p.Metric.Name} {p.Attribute1} {p.Attribute2}", p => p.Histogram is { } h ? h.Sum : p.Long);
    }

    /// <summary>It was started and ended in the last instant of a daemon, which the state does not know of; its number is given out again.</summary>
    [Fact]
    public async Task What_a_process_printed_that_the_state_never_knew_is_read_once_and_the_next_one_has_files_of_its_own()
    {
        await CrashedOnce();
        var unseen = Path.Combine(_world.Home.Path, "stdio", "web-0.2.out");
        await _world.NextDaemon(async () =>
        {
            await File.WriteAllTextAsync(unseen, "unseen\n");
            _world.Time.Advance(Seconds(60));
        });
        _world.Time.Advance(TimeSpan.Zero);
        await Up(incarnation: 2);
        Assert.Equal(unseen, Host.Spawned.Last().StdoutPath);
        await File.AppendAllTextAsync(unseen, "seen\n");
        await LogIs("unseen\nseen\n");
        Assert.True(File.Exists(unseen));
        await _world.NextDaemon();
        await File.AppendAllTextAsync(unseen, "and on\n");
        await LogIs("unseen\nseen\nand on\n");

        Task LogIs(string text) => Eventually.Passes(async () => Assert.Equal(text, await File.ReadAllTextAsync(_world.Actor().Log.OutPath)), $"the log is {text}");
    }

    [Fact]
    public async Task After_a_boot_what_was_wanted_is_started_with_a_clean_slate_and_nothing_is_called_a_crash()
    {
        await CrashedOnce();
        await _world.NextDaemon(() =>
        {
            _world.BootId = "another";
            return Task.CompletedTask;
        });
        await Up(incarnation: 2);
        Assert.Empty(Counted());
        Assert.Equal(0, It.State.UnstableInARow);
        Assert.Equal(ExitReason.ErrorCode, It.LastExit!.Reason);
    }

    [Fact]
    public void Another_origin_of_the_monotonic_clock_and_a_wall_clock_that_was_set_back_make_no_wait_longer()
    {
        var before = new ManualTime();
        var now = before.GetElapsedTime(0, before.GetTimestamp());
        var policy = new RestartPolicy { Grace = Seconds(5) };
        var state = new InstanceState { Policy = policy, Phase = Phase.BackingOff, Backoff = Seconds(8), Crashes = [now - Seconds(30), now - Seconds(1)] };
        var at = new InstanceSnapshot { Key = new("web", 0), State = state, Deadline = before.GetUtcNow() + Seconds(8) };
        var saved = new SavedInstance { Index = 0, Wanted = true, Incarnation = 1, Run = CarriedOn.Save(at, before) };
        foreach (var (shift, age, left) in new[] { (Seconds(3), Seconds(4), Seconds(5)), (-Seconds(7200), TimeSpan.Zero, Seconds(8)), (Seconds(7200), Seconds(7201), TimeSpan.Zero) })
        {
            var after = new ManualTime(before.Start + shift - Seconds(1000));
            after.Advance(Seconds(1000)); // the same moment of the wall clock, another of the monotonic one
            var restored = CarriedOn.Restore(new InstanceState { Policy = policy }, saved, after);
            Assert.Equal(left, CarriedOn.Remaining(restored, saved.Run.Deadline, after.GetUtcNow()));
            Assert.InRange(after.GetElapsedTime(0, after.GetTimestamp()) - restored.Crashes[^1] - age, -TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        Host.Stubborn = false;
        foreach (var process in Host.Alive)
            process.End(0); // one that was told to stop, and had no ears
        await _world.DisposeAsync();
    }

    private static TimeSpan Seconds(double s) => TimeSpan.FromSeconds(s);

    private static AppSpec Spec(Func<RestartPolicy, RestartPolicy> with) => World.Spec() is var spec ? spec with { Policy = with(spec.Policy) } : spec;

    private async Task CrashedOnce()
    {
        await _world.Running(Spec(p => p with { BackoffBase = Seconds(10), BackoffCap = Seconds(100) }));
        Host.Only.End(1);
        await World.Reaches(_world.Actor(), Phase.BackingOff);
    }

    private async Task Stopping(bool restart)
    {
        var actor = await _world.Running();
        Host.Stubborn = true;
        actor.Post(restart ? new InstanceEvent.RestartRequested(RestartReason.Manual) : new InstanceEvent.StopRequested());
        await actor.WaitAsync(s => s.State.Phase == Phase.Stopping, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        await Eventually.True(() => !Host.Only.Signals.IsEmpty, "the stop signal is sent");
    }

    private Func<Task> Passes(TimeSpan time) => () =>
    {
        _world.Time.Advance(time);
        return Task.CompletedTask;
    };

    private Func<Task> Ends() => () =>
    {
        var process = Host.Only;
        process.Exited = _ => { }; // nobody is there to be told
        process.End(1);
        return Task.CompletedTask;
    };

    /// <summary>The time passes, the actor has taken everything in, and there is no new process.</summary>
    private async Task Nothing(TimeSpan after)
    {
        var spawned = Host.Spawned.Count;
        _world.Time.Advance(after);
        await _world.Actor().AskAsync(new InstanceEvent.DeadlinePassed(-1), default);
        Assert.Equal(spawned, Host.Spawned.Count);
    }

    private async Task Up(int incarnation)
    {
        await _world.Actor().WaitAsync(s => s.State.Incarnation == incarnation && s.Process is not null, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal(incarnation, Host.Spawned.Count);
    }

    private List<(RestartReason Reason, long Count)> Counted() =>
        [.. _world.Actor().Telemetry.Restarts.Select((count, i) => ((RestartReason)i, count)).Where(c => c.count > 0)];
}
