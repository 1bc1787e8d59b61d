using Pharos.Core.Lifecycle;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;
using Pharos.Supervisor.Operations;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.Operations;

public sealed class ReloadTests : IAsyncLifetime
{
    private readonly World _world = new();

    private static AppSpec Overlapping => World.Spec() with
    {
        Ready = new ProbeSpec { Kind = ProbeKind.Ipc },
        Reload = new ReloadSpec { Overlap = true, Timeout = TimeSpan.FromSeconds(10), Drain = TimeSpan.FromSeconds(1) },
    };

    [Fact]
    public async Task The_old_process_goes_only_when_the_new_one_is_ready()
    {
        var actor = await Serving();
        var old = _world.Host.Only;
        var reload = _world.Supervisor.ReloadAsync("web", 1, default, CancellationToken.None);
        var next = await Second(old);
        Assert.NotEqual(Id(old), Id(next)); // two service.instance.id
        Assert.Empty(old.Signals);
        next.Hears!("\"ready\"");
        await _world.TimePasses(() => reload.IsCompleted, "it has had the time to finish");
        Assert.Null(await reload);
        Assert.Equal([2], old.Signals);
        Assert.Equal(next.Identity.Pid, actor.Snapshot.Process!.Pid);
        Assert.Equal((1, RestartReason.Reload, Readiness.Ready), ((int)actor.Snapshot.Restarts, actor.Snapshot.LastRestart, actor.Snapshot.State.Readiness));
        Assert.Equal(1, actor.Telemetry.Exits[(int)ExitReason.StopRequested]);

        // And back: the second reload is on the first side again.
        reload = _world.Supervisor.ReloadAsync("web", 1, default, CancellationToken.None);
        var third = await Second(next);
        Assert.Equal(Id(old), Id(third));
        third.Hears!("\"ready\"");
        await _world.TimePasses(() => reload.IsCompleted, "it has had the time to finish");
        Assert.Null(await reload);
        Assert.Equal(third, _world.Host.Only);
    }

    [Fact]
    public async Task One_that_never_gets_ready_goes_and_the_command_says_why()
    {
        var actor = await Serving();
        var old = _world.Host.Only;
        var reload = _world.Supervisor.ReloadAsync("web", 1, default, CancellationToken.None);
        var next = await Second(old);
        await _world.TimePasses(() => reload.IsCompleted, "the reload has failed");
        var refused = await reload;
        Assert.Equal(Refusal.SpawnFailed, refused!.Kind);
        Assert.Contains("goes on with its old process: the new process is not ready within 10 s", refused.Line, StringComparison.Ordinal);
        Assert.Equal([2], next.Signals);
        Assert.Equal((old, Phase.Running, Readiness.Ready), (_world.Host.Only, actor.Snapshot.State.Phase, actor.Snapshot.State.Readiness));
    }

    [Fact]
    public async Task A_daemon_that_dies_in_the_middle_leaves_no_double()
    {
        await Serving();
        var old = _world.Host.Only;
        _ = _world.Supervisor.ReloadAsync("web", 1, default, CancellationToken.None);
        var next = await Second(old);
        await _world.NextDaemon();
        await Eventually.True(() => next.Signals.Contains(2) && _world.Host.Alive.Count == 1, "the new one is stopped");
        Assert.Equal(old, _world.Host.Only);
        await World.Reaches(_world.Actor(), Phase.Running);
        Assert.Empty(old.Signals);
    }

    [Fact]
    public async Task What_cannot_overlap_is_restarted_and_waited_for()
    {
        var actor = await _world.Running(World.Spec() with { Ready = new ProbeSpec { Kind = ProbeKind.Ipc } });
        await Eventually.True(() => _world.Host.Only.Hears is not null, "it is listened to");
        var old = _world.Host.Only;
        old.Hears!("\"ready\"");
        await World.Reaches(actor, Phase.Running);
        var reload = _world.Supervisor.ReloadAsync("web", 1, default, CancellationToken.None);
        await Eventually.True(() => _world.Host.Alive.Count == 1 && _world.Host.Only != old && _world.Host.Only.Hears is not null, "the new one is there alone");
        Assert.False(reload.IsCompleted);
        _world.Host.Only.Hears!("\"ready\"");
        Assert.Null(await reload.WaitAsync(Eventually.DefaultDeadline));
        Assert.Equal(RestartReason.Reload, actor.Snapshot.LastRestart);
    }

    [Fact]
    public async Task Scaling_takes_the_highest_numbers_and_keeps_the_rest()
    {
        await _world.Running(World.Spec(instances: 3));
        var kept = _world.Actor(index: 0).Snapshot.Process;
        Assert.Null(await _world.Supervisor.ScaleAsync("web", "-2", default, CancellationToken.None));
        Assert.Equal(kept, Assert.Single(_world.Supervisor.Apps["web"].Instances).Snapshot.Process);
        Assert.Null(await _world.Supervisor.ScaleAsync("web", "+1", default, CancellationToken.None));
        Assert.Equal(2, _world.Supervisor.Apps["web"].Instances.Count);
        Assert.Contains("1 to 10000", (await _world.Supervisor.ScaleAsync("web", "0", default, CancellationToken.None))!.Line, StringComparison.Ordinal);
        Assert.Contains("'x' is no number", (await _world.Supervisor.ScaleAsync("web", "x", default, CancellationToken.None))!.Line, StringComparison.Ordinal);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _world.DisposeAsync();

    private static string Id(FakeProcess process) => process.Marker.Split('.')[0];

    private async Task<InstanceActor> Serving()
    {
        var actor = await _world.Running(Overlapping);
        await Eventually.True(() => _world.Host.Only.Hears is not null, "it is listened to");
        _world.Host.Only.Hears!("\"ready\"");
        await World.Reaches(actor, Phase.Running);
        return actor;
    }

    private async Task<FakeProcess> Second(FakeProcess first)
    {
        await Eventually.True(() => _world.Host.Alive.FirstOrDefault(p => p != first)?.Hears is not null, "the second one is there and listened to");
        return _world.Host.Alive.Single(p => p != first);
    }
}
