using System.Collections.Concurrent;
using Pharos.Core.Lifecycle;
using Pharos.Supervisor.Operations;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests;

public sealed class SupervisorTests
{
    [Fact]
    public async Task Of_two_declarations_of_one_name_one_wins()
    {
        await using var world = new World();
        var both = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => world.Declare(World.Spec()))));
        Assert.Single(both, r => r is null);
        Assert.All(both.OfType<OperationRefused>(), r => Assert.Equal(Refusal.Conflict, r.Kind));
        Assert.Single(world.Host.Alive);
    }

    [Fact]
    public async Task A_delete_while_the_app_starts_leaves_no_process_behind()
    {
        await using var world = new World();
        world.Host.Gate.Reset();
        var declared = world.Declare(World.Spec());
        await world.Host.AtGate.WaitAsync();
        var deleted = world.Supervisor.DeleteAsync("web", default, CancellationToken.None);
        world.Host.Gate.Set();
        Assert.Null(await deleted.WaitAsync(Eventually.DefaultDeadline));
        await declared.WaitAsync(Eventually.DefaultDeadline);
        Assert.Empty(world.Host.Alive);
        Assert.Empty(world.Supervisor.Apps);
    }

    [Fact]
    public async Task Whoever_starts_an_app_while_it_is_deleted_is_told_so_and_starts_nothing()
    {
        await using var world = new World();
        for (var round = 0; round < 30; round++)
        {
            await world.Running();
            var deleted = Task.Run(() => world.Supervisor.DeleteAsync("web", default, CancellationToken.None));
            var started = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => world.Supervisor.RestartAsync("web", default, CancellationToken.None)))).WaitAsync(Eventually.DefaultDeadline);
            await deleted.WaitAsync(Eventually.DefaultDeadline);
            Assert.All(started.OfType<OperationRefused>(), r => Assert.Equal(Refusal.NotFound, r.Kind));
            Assert.Empty(world.Host.Alive);
            Assert.Empty(world.Supervisor.Apps);
        }
    }

    [Fact]
    public async Task The_series_of_a_deleted_app_end_once()
    {
        await using var world = new World();
        await world.Running();
        world.Metrics();
        await world.Supervisor.DeleteAsync("web", default, CancellationToken.None);
        var points = world.Metrics().SelectMany(b => b.Points).ToList();
        Assert.NotEmpty(points);
        Assert.All(points, p => Assert.True(p.NoRecordedValue, p.Metric.Name));
        Assert.Contains(points, p => p.Metric.Name == "pharos.app.instance.count");
        Assert.Contains(points, p => p.Metric.Name == "pharos.instance.restarts");
        Assert.Empty(world.Metrics());
    }

    [Fact]
    public async Task The_series_of_an_app_that_was_declared_anew_do_not_end()
    {
        await using var world = new World();
        await world.Running();
        await world.Supervisor.DeleteAsync("web", default, CancellationToken.None);
        await world.Running();
        Assert.DoesNotContain(world.Metrics().SelectMany(b => b.Points), p => p.NoRecordedValue);
    }

    [Fact]
    public async Task An_observer_gets_the_picture_then_each_change_in_order()
    {
        await using var world = new World();
        var actor = await world.Running();
        var (snapshot, sequence, changes, leave) = world.Supervisor.Events.Observe(() => actor.Snapshot);
        Assert.Equal(1, snapshot.State.Incarnation);
        await world.Supervisor.StopAsync("web", default, CancellationToken.None);
        List<string> names = [];
        while (!names.Contains("pharos.instance.exited"))
        {
            var change = await changes.ReadAsync().AsTask().WaitAsync(Eventually.DefaultDeadline);
            Assert.Equal(++sequence, change.Sequence);
            names.Add(change.Name);
        }

        Assert.Equal(["pharos.instance.exited", "pharos.instance.state", "pharos.instance.state"], names.Order());
        leave.Dispose();
    }

    [Fact]
    public async Task The_last_lines_of_a_process_are_told_with_its_end()
    {
        await using var world = new World(time: TimeProvider.System);
        world.Host.BeforeSpawnReturns = p => File.AppendAllText(world.Host.Spawned.Last().StderrPath, "it broke\n");
        var actor = await world.Running(World.Spec() with { Policy = new RestartPolicy { Mode = RestartMode.Never } });
        world.Host.Only.End(1);
        await Eventually.True(() => actor.Snapshot.LastExit is { LastLines: ["it broke"] }, "the lines are there");
    }

    /// <summary>Random words from several threads, processes that die of themselves meanwhile.</summary>
    [Fact]
    public async Task Under_a_storm_of_commands_no_slot_ever_has_two_processes_and_everybody_is_answered()
    {
        await using var world = new World(time: TimeProvider.System);
        await world.Running(World.Spec("a", 10));
        await world.Running(World.Spec("b", 10));
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        ConcurrentQueue<Task> commands = new();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            while (!over.IsCancellationRequested)
            {
                var selector = random.Next(4) switch { 0 => "a", 1 => "b", 2 => "all", _ => $"{(random.Next(2) == 0 ? "a" : "b")}:{random.Next(10)}" };
                var command = random.Next(4) switch
                {
                    0 => world.Supervisor.StartAsync(selector, default, CancellationToken.None),
                    1 => world.Supervisor.StopAsync(selector, default, CancellationToken.None),
                    2 => world.Supervisor.RestartAsync(selector, default, CancellationToken.None),
                    _ => Crash(world, random),
                };
                commands.Enqueue(command);
                if (random.Next(3) == 0)
                    await command.WaitAsync(Eventually.DefaultDeadline);
            }
        })));
        await Task.WhenAll(commands).WaitAsync(Eventually.DefaultDeadline);
        await world.Supervisor.StopEverythingAsync(forGood: true, default).WaitAsync(Eventually.DefaultDeadline);
        Assert.Empty(world.Host.Alive);
        Assert.Empty(world.Host.Faults);
        Assert.Equal(0, world.Supervisor.Stats.Faults);
        Assert.All(world.Supervisor.Actors, a => Assert.Equal(Phase.Stopped, a.Snapshot.State.Phase));
        Assert.True(world.Host.Spawned.Count > 20);
    }

    private static Task Crash(World world, Random random)
    {
        var alive = world.Host.Alive.ToList();
        if (alive.Count > 0)
            alive[random.Next(alive.Count)].End(1);
        return Task.CompletedTask;
    }
}
