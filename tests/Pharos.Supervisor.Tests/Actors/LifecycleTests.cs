using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Supervisor.Actors;
using Pharos.Supervisor.Operations;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.Actors;

public sealed class LifecycleTests : IAsyncLifetime
{
    private readonly World _world = new();

    private ProcessSupervisor Supervisor => _world.Supervisor;

    private FakeHost Host => _world.Host;

    [Fact]
    public async Task A_declared_app_has_a_process_and_is_running_when_its_minimum_uptime_has_passed()
    {
        var actor = await _world.Running();
        Assert.Equal(Phase.Starting, actor.Snapshot.State.Phase);
        await Eventually.True(() => _world.Time.ActiveTimers > 0, "the ready timer is armed");
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await World.Reaches(actor, Phase.Running);
        Assert.Equal(Host.Only.Identity, actor.Snapshot.Process);
    }

    [Fact]
    public async Task Stop_answers_when_nothing_runs_and_start_brings_a_new_incarnation()
    {
        var actor = await _world.Running();
        Assert.Null(await Supervisor.StopAsync("web", default, CancellationToken.None));
        Assert.Empty(Host.Alive);
        Assert.False(actor.Snapshot.Wanted);
        Assert.Equal(ExitReason.StopRequested, actor.Snapshot.LastExit!.Reason);
        Assert.Null(await Supervisor.StartAsync("web:0", default, CancellationToken.None));
        Assert.Equal(2, actor.Snapshot.State.Incarnation);
        Assert.Null(await Supervisor.RestartAsync("all", default, CancellationToken.None));
        Assert.Equal(3, actor.Snapshot.State.Incarnation);
        Assert.Single(Host.Alive);
        Assert.Empty(Host.Faults);
    }

    [Fact]
    public async Task An_exit_that_comes_before_the_spawn_returns_is_not_lost()
    {
        Host.BeforeSpawnReturns = p => p.End(3);
        var spec = World.Spec() with { Policy = new RestartPolicy { Mode = RestartMode.Never } };
        Assert.Null(await _world.Declare(spec));
        var it = await World.Reaches(_world.Actor(), Phase.Failed);
        Assert.Equal(FailureReason.NotRestarted, it.State.Failure);
        Assert.Equal(3, it.LastExit!.Status.Code);
    }

    [Fact]
    public async Task A_stop_during_the_spawn_ends_the_process_that_comes_of_it()
    {
        Host.Gate.Reset();
        var declared = _world.Declare(World.Spec());
        await Host.AtGate.WaitAsync();
        var stopped = Supervisor.StopAsync("web", default, CancellationToken.None);
        await _world.Actor().WaitAsync(s => s.State.Phase == Phase.Stopping, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        Host.Gate.Set();
        Assert.Null(await stopped.WaitAsync(Eventually.DefaultDeadline));
        await declared.WaitAsync(Eventually.DefaultDeadline);
        Assert.Empty(Host.Alive);
        Assert.Single(Host.Spawned);
    }

    [Fact]
    public async Task A_restart_while_stopping_ends_with_one_new_process()
    {
        var actor = await _world.Running();
        Host.Stubborn = true;
        var stopped = Supervisor.StopAsync("web", default, CancellationToken.None);
        await actor.WaitAsync(s => s.State.Phase == Phase.Stopping, CancellationToken.None);
        var restarted = Supervisor.RestartAsync("web", default, CancellationToken.None);
        await actor.WaitAsync(s => s.Wanted, CancellationToken.None);
        Host.Only.End(0);
        Assert.Null(await restarted.WaitAsync(Eventually.DefaultDeadline));
        await stopped.WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal(2, actor.Snapshot.State.Incarnation);
        Assert.Single(Host.Alive);
        Assert.Empty(Host.Faults);
    }

    [Fact]
    public async Task A_stop_while_backing_off_ends_the_wait_and_nothing_comes_later()
    {
        var actor = await _world.Running();
        Host.Only.End(1);
        await World.Reaches(actor, Phase.BackingOff);
        Assert.Null(await Supervisor.StopAsync("web", default, CancellationToken.None));
        _world.Time.Advance(TimeSpan.FromHours(1));
        Assert.Null(await Supervisor.StopAsync("web", default, CancellationToken.None)); // behind whatever the clock may have posted
        Assert.Equal(Phase.Stopped, actor.Snapshot.State.Phase);
        Assert.Single(Host.Spawned);
    }

    [Fact]
    public async Task A_process_that_takes_no_notice_is_killed_after_the_grace()
    {
        var actor = await _world.Running();
        var process = Host.Only;
        Host.Stubborn = true;
        var stopped = Supervisor.StopAsync("web", default, CancellationToken.None);
        await Eventually.True(() => !process.Signals.IsEmpty, "the stop signal is sent");
        _world.Time.Advance(TimeSpan.FromSeconds(5));
        await stopped.WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal([2, 9], process.Signals);
        Assert.Equal(ExitReason.StopTimeoutKill, actor.Snapshot.LastExit!.Reason);
    }

    [Fact]
    public async Task A_stop_waits_for_the_children_too()
    {
        var actor = await _world.Running();
        var process = Host.Only;
        process.Survivors = 2;
        var stopped = Supervisor.StopAsync("web", default, CancellationToken.None);
        await Eventually.True(() => Host.Alive.Count == 0, "the main process is gone");
        Assert.False(stopped.IsCompleted);
        process.Survivors = 0;
        await Eventually.True(
            () =>
            {
                _world.Time.Advance(TimeSpan.FromMilliseconds(10));
                return stopped.IsCompleted;
            },
            "the stop is done");
        Assert.Equal(Phase.Stopped, actor.Snapshot.State.Phase);
    }

    [Fact]
    public async Task A_stop_signal_that_the_kernel_refuses_is_said_and_the_deadline_kills()
    {
        await _world.Running();
        Host.SignalThrows = new IOException("refused");
        var stopped = Supervisor.StopAsync("web", default, CancellationToken.None);
        await Eventually.True(() => _world.Said.Any(s => s.Contains("cannot signal web:0: refused", StringComparison.Ordinal)), "it is said");
        _world.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await stopped.WaitAsync(Eventually.DefaultDeadline));
    }

    [Fact]
    public async Task A_spawn_that_throws_is_a_failure_that_is_tried_again_and_not_a_start_without_end()
    {
        Host.SpawnThrows = new IOException("no descriptors");
        await _world.Declare(World.Spec()).WaitAsync(Eventually.DefaultDeadline);
        var it = await World.Reaches(_world.Actor(), Phase.BackingOff);
        Assert.Equal("no descriptors", it.State.Error);
        Host.SpawnThrows = null;
        Assert.Null(await Supervisor.StartAsync("web", default, CancellationToken.None));
        Assert.Single(Host.Alive);
    }

    [Fact]
    public async Task What_cannot_be_resolved_is_not_declared_and_what_cannot_be_spawned_says_why()
    {
        Host.Unresolved = new LaunchRefused("no such file");
        Assert.Equal(Refusal.SpawnFailed, (await _world.Declare(World.Spec()))!.Kind);
        Assert.Empty(Supervisor.Apps);
        Host.Unresolved = null;
        Host.Refusals.Enqueue(new LaunchRefused("exec format error"));
        Assert.Equal("cannot start 'web:0': exec format error", (await _world.Declare(World.Spec()))!.Line);
        Assert.Equal(FailureReason.SpawnFailed, _world.Actor().Snapshot.State.Failure);
    }

    [Fact]
    public async Task Leftovers_of_a_process_are_swept_by_the_mark_that_it_carried()
    {
        await _world.Running();
        var process = Host.Only;
        process.End(1);
        await Eventually.True(() => Host.Swept.Contains(process.Marker), "its mark is swept");
    }

    [Fact]
    public async Task Marks_of_two_homes_with_an_app_of_the_same_name_differ()
    {
        await using var other = new World();
        await _world.Running();
        await other.Running();
        Assert.NotEqual(Host.Only.Marker, other.Host.Only.Marker);
        Assert.Equal(_world.Actor().Id, other.Actor().Id);
    }

    [Fact]
    public async Task An_unknown_name_and_a_name_that_exists_are_refused_in_a_line()
    {
        await _world.Running();
        Assert.Equal("no app or instance 'nope'; there are: web", (await Supervisor.StopAsync("nope", default, CancellationToken.None))!.Line);
        Assert.Equal(Refusal.Conflict, (await _world.Declare(World.Spec()))!.Kind);
        Assert.Equal(Refusal.Invalid, (await _world.Declare(World.Spec("all")))!.Kind);
        Assert.Equal(Refusal.NotFound, (await Supervisor.DeleteAsync("web:7", default, CancellationToken.None))!.Kind);
        Assert.Null(await Supervisor.DeleteAsync("web:0", default, CancellationToken.None));
        Assert.Empty(Supervisor.Apps); // with its last instance the app goes, too
    }

    [Fact]
    public async Task Who_gives_up_waiting_does_not_end_the_stop()
    {
        var actor = await _world.Running();
        Host.Stubborn = true;
        using var patience = new CancellationTokenSource();
        var stopped = Supervisor.StopAsync("web", default, patience.Token);
        await actor.WaitAsync(s => s.State.Phase == Phase.Stopping, CancellationToken.None);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        Host.Only.End(0);
        await World.Reaches(actor, Phase.Stopped);
    }

    [Fact]
    public async Task An_actor_that_dies_of_a_bug_answers_its_waiters_and_takes_no_other_along()
    {
        await _world.Running(World.Spec("sick"));
        await _world.Running(World.Spec("well"));
        var sick = _world.Actor("sick");
        var waiter = sick.WaitAsync(_ => false, CancellationToken.None);
        _ = sick.WaitAsync(s => s.State.Phase == Phase.Stopping ? throw new InvalidOperationException("a bug") : false, CancellationToken.None);
        var refused = await Supervisor.StopAsync("sick", default, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        Assert.Contains("a bug", refused!.Line, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ActorEndedException>(() => waiter);
        await Assert.ThrowsAsync<ActorEndedException>(() => sick.WaitAsync(_ => false, CancellationToken.None));
        Assert.Equal(1, Supervisor.Stats.Faults);
        Assert.Equal(Refusal.Conflict, (await Supervisor.RestartAsync("sick", default, CancellationToken.None))!.Kind);
        Assert.Null(await Supervisor.StopAsync("well", default, CancellationToken.None));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _world.DisposeAsync();
}
