using System.Diagnostics;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Supervisor.Operations;
using Pharos.Supervisor.State;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.State;

public sealed class ResumeTests
{
    [Fact]
    public async Task A_living_process_is_adopted_with_its_counters_and_one_that_is_gone_is_started()
    {
        await using var world = new World();
        var actor = await world.Running(World.Spec(instances: 2));
        Assert.Null(await world.Supervisor.RestartAsync("web:0", default, CancellationToken.None));
        var (first, second) = (actor.Snapshot.Process, world.Actor("web", 1).Snapshot.Process);
        await world.NextDaemon(() =>
        {
            world.Host.Alive.Single(p => p.Identity == second).End(0);
            return Task.CompletedTask;
        });
        await world.ReachesInTime(world.Actor(), Phase.Running);
        Assert.Equal(first, world.Actor().Snapshot.Process);
        Assert.Equal(1, world.Actor().Telemetry.Restarts[(int)RestartReason.Manual]);
        await world.Actor("web", 1).WaitAsync(s => s.State.Incarnation == 2 && s.Process is not null, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal(1, world.Actor("web", 1).Telemetry.Exits[(int)ExitReason.Lost]);
        Assert.Equal(2, world.Host.Alive.Count);
        Assert.Empty(world.Host.Faults);
    }

    [Fact]
    public async Task What_was_stopped_stays_stopped_and_what_had_failed_stays_failed()
    {
        await using var world = new World();
        await world.Running(World.Spec("off"));
        await world.Supervisor.StopAsync("off", default, CancellationToken.None);
        await world.Running(World.Spec("bad") with { Policy = new RestartPolicy { Mode = RestartMode.Never } });
        world.Host.Only.End(1);
        await World.Reaches(world.Actor("bad"), Phase.Failed);
        await world.NextDaemon();
        await world.Actor("off").AskAsync(new InstanceEvent.DeadlinePassed(-1), default);
        await world.Actor("bad").AskAsync(new InstanceEvent.DeadlinePassed(-1), default);
        Assert.Equal(Phase.Stopped, world.Actor("off").Snapshot.State.Phase);
        Assert.Equal(Phase.Failed, world.Actor("bad").Snapshot.State.Phase);
        Assert.Empty(world.Host.Alive);
    }

    [Fact]
    public async Task Stopped_with_the_daemon_what_was_wanted_comes_back_and_what_was_not_does_not()
    {
        await using var world = new World();
        await world.Running(World.Spec("on"));
        await world.Running(World.Spec("off"));
        await world.Supervisor.StopAsync("off", default, CancellationToken.None);
        await world.Supervisor.StopEverythingAsync(forGood: false, default(ActivityContext));
        Assert.Empty(world.Host.Alive);
        Assert.Equal("the daemon is going down: nothing is started any more", (await world.Supervisor.StartAsync("on", default, CancellationToken.None))!.Line);
        Assert.Equal(Refusal.Conflict, (await world.Declare(World.Spec("late")))!.Kind);
        await world.NextDaemon();
        await world.Actor("on").WaitAsync(s => s.Process is not null, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal("on", world.Host.Only.Key.App);
    }

    [Fact]
    public async Task Stopped_for_good_nothing_comes_back()
    {
        await using var world = new World();
        await world.Running();
        await world.Supervisor.StopEverythingAsync(forGood: true, default(ActivityContext));
        await world.NextDaemon();
        Assert.False(world.Actor().Snapshot.Wanted);
        Assert.Empty(world.Host.Alive);
    }

    /// <summary>The daemon goes in the instant between the spawn and the save.</summary>
    [Fact]
    public async Task A_process_that_is_being_made_while_the_supervisor_ends_is_in_the_state_and_adopted()
    {
        await using var world = new World();
        await world.Running();
        world.Host.Gate.Reset();
        await world.Host.AtGate.WaitAsync();
        var restarted = world.Supervisor.RestartAsync("web", default, CancellationToken.None);
        await world.Host.AtGate.WaitAsync();
        var next = world.NextDaemon();
        world.Host.Gate.Set();
        await next;
        await restarted.WaitAsync(Eventually.DefaultDeadline);
        await world.ReachesInTime(world.Actor(), Phase.Running);
        Assert.Equal(world.Host.Only.Identity, world.Actor().Snapshot.Process);
        Assert.Equal(2, world.Host.Spawned.Count);
    }

    /// <summary>The daemon is killed in that instant: the state on disk is older than the process.</summary>
    [Fact]
    public async Task A_process_that_the_state_does_not_know_is_found_by_its_mark_and_no_second_one_is_started()
    {
        FrozenStore? store = null;
        await using var world = new World(w => store = new FrozenStore(new FileStateStore(w.StateFolder)));
        await world.Running();
        world.Supervisor.Save();
        store!.Frozen = true;
        Assert.Null(await world.Supervisor.RestartAsync("web", default, CancellationToken.None));
        var made = world.Host.Only;
        await world.NextDaemon(() =>
        {
            store.Frozen = false;
            return Task.CompletedTask;
        });
        await world.ReachesInTime(world.Actor(), Phase.Running);
        Assert.Equal(made.Identity, world.Actor().Snapshot.Process);
        Assert.Equal(2, world.Actor().Snapshot.State.Incarnation);
        Assert.Equal(2, world.Host.Spawned.Count);
        Assert.Equal((1, 1), (world.Actor().Telemetry.Restarts.Sum(), world.Actor().Telemetry.Exits.Sum())); // what happened is counted, as far as it can be known
    }

    [Fact]
    public async Task A_stop_that_the_daemon_was_killed_over_is_brought_to_its_end_without_a_second_signal()
    {
        await using var world = new World();
        var actor = await world.Running();
        world.Host.Stubborn = true;
        _ = world.Supervisor.StopAsync("web", default, CancellationToken.None).ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
        await actor.WaitAsync(s => s.State.Phase == Phase.Stopping, CancellationToken.None);
        var process = world.Host.Only;
        await world.NextDaemon();
        process.End(new ExitStatus(null, 2));
        await World.Reaches(world.Actor(), Phase.Stopped);
        Assert.Single(process.Signals);
        Assert.Single(world.Host.Spawned);
    }

    [Fact]
    public async Task Before_the_apps_are_back_none_can_be_declared_over_them_and_nothing_less_is_saved()
    {
        await using var world = new World();
        await world.Running();
        await world.NextDaemon(resume: false);
        var store = new FileStateStore(world.StateFolder);
        var declared = world.Declare(World.Spec("early"));
        world.Supervisor.Save();
        Assert.Equal("web", Assert.Single(store.Load(out _)!.Apps).Spec.Name);
        Assert.False(declared.IsCompleted);
        world.Supervisor.Resume();
        Assert.Null(await declared.WaitAsync(Eventually.DefaultDeadline));
        Assert.Equal(["early", "web"], world.Supervisor.Apps.Keys);
    }

    [Fact]
    public async Task A_state_that_cannot_be_saved_leaves_the_apps_running_and_is_said_once()
    {
        FrozenStore? store = null;
        await using var world = new World(w => store = new FrozenStore(new FileStateStore(w.StateFolder)));
        var actor = await world.Running();
        store!.Broken = true;
        Assert.Null(await world.Supervisor.RestartAsync("web", default, CancellationToken.None));
        await Eventually.True(() => world.Said.Any(s => s.Contains("cannot save the state", StringComparison.Ordinal)), "it is said");
        Assert.Null(await world.Supervisor.RestartAsync("web", default, CancellationToken.None));
        Assert.Equal(Refusal.Invalid, (await world.Declare(World.Spec("new")))!.Kind);
        Assert.Equal(["web"], world.Supervisor.Apps.Keys);
        Assert.Equal(3, actor.Snapshot.State.Incarnation);
        Assert.Single(world.Said, s => s.Contains("cannot save the state:", StringComparison.Ordinal));
        store.Broken = false;
    }

    [Fact]
    public async Task After_a_reboot_nothing_is_adopted_what_was_wanted_is_started_and_counters_go_on_with_one_loss()
    {
        await using var world = new World();
        await world.Running(World.Spec("on", instances: 2));
        await world.Running(World.Spec("off"));
        Assert.Null(await world.Supervisor.RestartAsync("on:0", default, CancellationToken.None));
        await world.Supervisor.StopAsync("off", default, CancellationToken.None);
        var store = new FileStateStore(world.StateFolder);
        await world.NextDaemon(() =>
        {
            var state = store.Load(out _)!;
            foreach (var process in world.Host.Alive)
                world.Host.Remove(process); // the machine went down: nobody was told
            store.Save(state with
            {
                BootId = "another boot",
                Apps = [.. state.Apps.Select(a => a with { Instances = [.. a.Instances.Select(i => i with { Process = i.Process is { } p ? p with { BootId = "another boot" } : null })] })],
            });
            return Task.CompletedTask;
        });
        for (var daemon = 0; daemon < 2; daemon++)
        {
            foreach (var index in (int[])[0, 1])
            {
                var actor = world.Actor("on", index);
                await actor.WaitAsync(s => s.Process is not null, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
                Assert.Equal(1, actor.Telemetry.Exits[(int)ExitReason.Lost]);
                Assert.Equal(1 - index, actor.Telemetry.Restarts[(int)RestartReason.Manual]);
            }

            Assert.Equal((Phase.Stopped, 0), (world.Actor("off").Snapshot.State.Phase, world.Actor("off").Telemetry.Exits[(int)ExitReason.Lost]));
            Assert.Equal(2, world.Host.Alive.Count);
            if (daemon == 0)
                await world.NextDaemon(); // adopts: the loss is not counted again
        }
    }

    [Fact]
    public async Task Resurrect_goes_by_the_last_save_declares_what_is_missing_and_starts_what_was_wanted()
    {
        await using var world = new World();
        await world.Running(World.Spec("gone"));
        await world.Running(World.Spec("down", instances: 2));
        await world.Running(World.Spec("up"));
        await world.Running(World.Spec("off"));
        await world.Supervisor.StopAsync("off", default, CancellationToken.None);
        await world.Supervisor.StopAsync("down:1", default, CancellationToken.None);
        var kept = world.Supervisor.Save();
        Assert.Null(await world.Supervisor.DeleteAsync("gone", default, CancellationToken.None));
        await world.Supervisor.StopAsync("down", default, CancellationToken.None);
        var (source, apps) = await world.Supervisor.ResurrectAsync(null, default, CancellationToken.None);
        Assert.Equal(kept, source);
        Assert.Equal([new("down", false, 1, 0, null), new("gone", true, 1, 0, null), new("off", false, 0, 0, null), new("up", false, 0, 1, null)], apps);
        Assert.Equal(["down:0", "gone:0", "up:0"], world.Host.Alive.Select(p => p.Key.ToString()).Order());
        Assert.Equal(0, world.Actor("gone").Telemetry.Exits.Sum());

        world.Host.Unresolved = new LaunchRefused("no such file", Transient: false);
        Assert.Null(await world.Supervisor.DeleteAsync("up", default, CancellationToken.None));
        var refused = (await world.Supervisor.ResurrectAsync(kept, default, CancellationToken.None)).Apps.Single(a => a.App == "up");
        Assert.Equal(new Resurrected("up", false, 0, 0, "no such file"), refused);
        Assert.DoesNotContain("up", world.Supervisor.Apps.Keys);
    }

    [Fact]
    public async Task Without_a_save_resurrect_goes_by_the_newest_generation_and_a_file_that_is_not_whole_changes_nothing()
    {
        await using var world = new World();
        await world.Running(World.Spec("web"));
        await world.Supervisor.StopEverythingAsync(forGood: false, default(ActivityContext));
        await world.NextDaemon(resume: false);
        world.Supervisor.Resume();
        var (source, apps) = await world.Supervisor.ResurrectAsync(null, default, CancellationToken.None);
        Assert.StartsWith(world.StateFolder + "/0", source, StringComparison.Ordinal);
        Assert.Equal(("web", 1), (Assert.Single(apps).App, apps[0].Started + apps[0].Up));
        var broken = world.Home.Write("broken.json", "pharos-state 1 sha256 00\n{}");
        var refused = await Assert.ThrowsAsync<StateUnreadableException>(() => world.Supervisor.ResurrectAsync(broken, default, CancellationToken.None));
        Assert.Equal($"state file {broken} is damaged (its checksum does not match); nothing was changed", refused.Message);
    }

    /// <summary>A disk that takes nothing, or keeps what it had.</summary>
    private sealed class FrozenStore(IStateStore inner) : IStateStore
    {
        public volatile bool Frozen;

        public volatile bool Broken;

        public SavedState? Load(out IReadOnlyList<string> warnings) => inner.Load(out warnings);

        public SavedState Recall(string? path, out string source) => inner.Recall(path, out source);

        public string Keep(SavedState state) => inner.Keep(state);

        public string Save(SavedState state) => Broken ? throw new IOException("No space left on device") : Frozen ? "" : inner.Save(state);
    }
}
