using Pharos.Core.Lifecycle;
using Pharos.Supervisor.Operations;
using Xunit;

namespace Pharos.Supervisor.Tests.Operations;

public sealed class MaintenanceTests
{
    [Fact]
    public async Task After_a_reset_restarts_count_anew_under_the_next_daemon_too_and_the_metric_does_not_fall()
    {
        await using var world = new World();
        var actor = await world.Running();
        for (var i = 0; i < 3; i++)
            Assert.Null(await world.Supervisor.RestartAsync("web", default, CancellationToken.None));
        Assert.Equal(3, actor.Snapshot.Restarts);
        Assert.Null(await world.Supervisor.ResetAsync("web:0"));
        Assert.Equal((0, 3), (actor.Snapshot.Restarts, actor.Telemetry.Restarts.Sum()));
        Assert.Null(await world.Supervisor.RestartAsync("web", default, CancellationToken.None));
        await world.NextDaemon();
        Assert.Equal((1, 4), (world.Actor().Snapshot.Restarts, world.Actor().Telemetry.Restarts.Sum()));
        Assert.Equal(Refusal.NotFound, (await world.Supervisor.ResetAsync("nope"))!.Kind);
    }

    [Fact]
    public async Task A_reset_forgives_crashes()
    {
        await using var world = new World();
        var actor = await world.Running(World.Spec() with { Policy = new RestartPolicy { Jitter = 0, BackoffBase = TimeSpan.Zero } });
        world.Host.Only.End(1);
        await world.TimePasses(() => actor.Snapshot.State is { Incarnation: 2, Alive: true }, "it is back");
        Assert.Single(actor.Snapshot.State.Crashes);
        Assert.Null(await world.Supervisor.ResetAsync("all"));
        Assert.Empty(actor.Snapshot.State.Crashes);
    }

    [Fact]
    public async Task A_signal_goes_to_the_main_process_and_to_nobody_when_nothing_runs()
    {
        await using var world = new World();
        await world.Running();
        Assert.Null(world.Supervisor.Signal("web", 12));
        Assert.Equal([12], world.Host.Only.Signals);
        Assert.Null(await world.Supervisor.StopAsync("web", default, CancellationToken.None));
        Assert.Equal(Refusal.Conflict, world.Supervisor.Signal("web", 12)!.Kind);
    }

    [Fact]
    public async Task One_instance_of_several_is_deleted_its_slot_stays_empty_and_is_the_first_that_is_filled()
    {
        await using var world = new World();
        await world.Running(World.Spec(instances: 3));
        Assert.Null(await world.Supervisor.DeleteAsync("web:1", default, CancellationToken.None));
        Assert.Equal([0, 2], world.Supervisor.Actors.Select(a => a.Snapshot.Key.Index));
        Assert.Equal(2, world.Supervisor.Apps["web"].Spec.Instances);
        await world.NextDaemon();
        Assert.Equal([0, 2], world.Supervisor.Actors.Select(a => a.Snapshot.Key.Index));
        Assert.All(world.Supervisor.Actors, a => Assert.NotNull(a.Snapshot.Process));
        await world.Supervisor.ApplyAsync([World.Spec(instances: 4)], "/f", true, null, false, default, CancellationToken.None);
        Assert.Equal([0, 1, 2, 3], world.Supervisor.Actors.Select(a => a.Snapshot.Key.Index));
        Assert.Equal([0, 3, 2, 4], world.Supervisor.Actors.Select(a => a.Snapshot.Number));
        foreach (var index in new[] { 0, 3, 1 })
            Assert.Null(await world.Supervisor.DeleteAsync($"web:{index}", default, CancellationToken.None));
        Assert.Null(await world.Supervisor.DeleteAsync("web:2", default, CancellationToken.None));
        Assert.Empty(world.Supervisor.Apps);
        Assert.Empty(world.Host.Alive);
        Assert.Empty(world.Host.Faults);
    }
}
