using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Schedules;
using Pharos.Core.Specs;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.Operations;

public sealed class JobsTests
{
    [Fact]
    public async Task A_start_does_not_run_it_its_times_do_and_between_them_it_is_stopped_and_wanted()
    {
        await using var world = new World(); // 03:04:05
        var actor = await world.Declared(JobWorld.Job());
        Assert.Empty(world.Host.Spawned);
        Assert.True(actor.Snapshot.Wanted);
        for (var minute = 1; minute <= 3; minute++)
        {
            world.NextMinute();
            await actor.Runs(minute);
            world.Time.Advance(TimeSpan.FromSeconds(20));
            world.Host.Only.End(0);
            var it = await actor.Rests();
            Assert.True(it.Wanted);
            Assert.Equal((RunOutcome.Success, RunTrigger.Schedule, TimeSpan.FromSeconds(20)), (it.Run!.Outcome!.Value, it.Run.Trigger, TimeSpan.FromSeconds(Math.Round(it.Run.Duration!.Value.TotalSeconds))));
            Assert.Equal(new DateTimeOffset(2030, 1, 2, 3, 4 + minute, 0, TimeSpan.Zero), it.Run.DueAt);
        }

        Assert.Equal([1L, 2L, 3L], world.History().Select(r => r.Number));
        Assert.Equal(0, actor.Snapshot.Restarts); // a run is no restart
    }

    [Fact]
    public async Task Stop_ends_the_run_in_order_and_pauses_the_schedule_and_start_resumes_it()
    {
        await using var world = new World();
        var actor = await world.Declared(JobWorld.Job());
        world.NextMinute();
        await actor.Runs(1);
        var process = world.Host.Only;
        Assert.Null(await world.Supervisor.StopAsync("job", default, CancellationToken.None));
        Assert.Equal([2], process.Signals);
        var run = Assert.Single(world.History());
        Assert.Equal((RunOutcome.Failure, ExitReason.StopRequested), (run.Outcome!.Value, run.Reason!.Value));
        world.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, await actor.Settled());
        Assert.Equal(0, world.Count(RunOutcome.Skipped)); // paused is not left out
        Assert.Null(await world.Supervisor.StartAsync("job", default, CancellationToken.None));
        Assert.Equal(1, await actor.Settled());
        world.NextMinute();
        await actor.Runs(2);
    }

    [Fact]
    public async Task A_stop_and_a_start_while_the_run_ends_leave_the_schedule_on_and_do_not_run_it_again()
    {
        await using var world = new World();
        var actor = await world.Declared(JobWorld.Job());
        world.NextMinute();
        await actor.Runs(1);
        world.Host.Stubborn = true;
        var stopped = world.Supervisor.StopAsync("job", default, CancellationToken.None);
        await actor.WaitAsync(s => s.State.Phase == Phase.Stopping, CancellationToken.None);
        var started = world.Supervisor.StartAsync("job", default, CancellationToken.None);
        await actor.WaitAsync(s => s.Wanted, CancellationToken.None);
        world.Host.Only.End(0);
        Assert.Null(await stopped.WaitAsync(Eventually.DefaultDeadline));
        Assert.Null(await started.WaitAsync(Eventually.DefaultDeadline));
        Assert.Equal(Phase.Stopped, (await actor.Rests()).State.Phase);
        Assert.Single(world.Host.Spawned);
    }

    [Fact]
    public async Task Forbid_leaves_a_run_out_while_the_last_goes_on_counts_it_and_says_so()
    {
        await using var world = new World();
        var actor = await world.Declared(JobWorld.Job());
        world.NextMinute();
        await actor.Runs(1);
        world.NextMinute();
        world.NextMinute();
        Assert.Equal(1, await actor.Settled());
        Assert.Equal(2, world.Count(RunOutcome.Skipped));
        Assert.Contains(world.Said, s => s == "the run of job that was due at 2030-01-02 03:06:00 UTC is left out: the one before goes on");
        var skipped = world.History()[^1]; // two in a row are one entry
        Assert.Equal((RunOutcome.Skipped, 2, RunTrigger.Schedule), (skipped.Outcome!.Value, skipped.Times, skipped.Trigger));
        Assert.Equal(new DateTimeOffset(2030, 1, 2, 3, 7, 0, TimeSpan.Zero), skipped.DueAt);
        world.Host.Only.End(0);
        await actor.Rests();
        world.NextMinute();
        await actor.Runs(2);
    }

    [Fact]
    public async Task Replace_stops_the_run_that_goes_on_in_order_and_then_begins_the_next()
    {
        await using var world = new World();
        var actor = await world.Declared(JobWorld.Job(overlap: JobOverlap.Replace));
        world.NextMinute();
        await actor.Runs(1);
        var first = world.Host.Only;
        world.NextMinute();
        await actor.Runs(2);
        Assert.Equal([2], first.Signals);
        Assert.Empty(world.Host.Faults);
        Assert.Equal([RunOutcome.Failure, null], world.History().Select(r => r.Outcome));
        Assert.Equal([RunTrigger.Schedule, RunTrigger.Schedule], world.History().Select(r => r.Trigger));
        Assert.Equal(new DateTimeOffset(2030, 1, 2, 3, 6, 0, TimeSpan.Zero), actor.Snapshot.Run!.DueAt);

        world.Host.Stubborn = true; // one that takes its whole grace
        world.NextMinute();
        await actor.WaitAsync(s => s.State.Phase == Phase.Stopping, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        Assert.Null((await world.Supervisor.RunAsync("nothing", false, default, CancellationToken.None)).Run);
        var stopped = world.Supervisor.StopAsync("job", default, CancellationToken.None); // a person's word stands above it
        await actor.WaitAsync(s => !s.Wanted, CancellationToken.None);
        world.Host.Only.End(0);
        Assert.Null(await stopped.WaitAsync(Eventually.DefaultDeadline));
        Assert.Equal(2, await actor.Settled());
    }

    [Fact]
    public async Task Allow_takes_the_next_free_slot_and_leaves_a_run_out_when_there_is_none()
    {
        await using var world = new World();
        await world.Declared(JobWorld.Job(overlap: JobOverlap.Allow, instances: 2));
        world.NextMinute();
        await world.Actor("job", 0).Runs(1);
        world.NextMinute();
        await world.Actor("job", 1).Runs(1);
        world.NextMinute();
        Assert.Equal(1, world.Count(RunOutcome.Skipped));
        world.ProcessOf(0).End(0);
        await world.Actor("job", 0).Rests();
        world.NextMinute();
        await world.Actor("job", 0).Runs(2);
        Assert.Equal(2, world.Host.Alive.Count);
        Assert.Equal([0, 1, 0], world.History().Where(r => r.Outcome != RunOutcome.Skipped).Select(r => r.Index));
        Assert.Contains("all 2 slots of 'job' have a run that goes on", (await world.Supervisor.RunAsync("job", false, default, CancellationToken.None)).Refused!.Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, ExitReason.StopRequested)]
    [InlineData(true, ExitReason.StopTimeoutKill)]
    public async Task A_run_past_its_deadline_is_stopped_in_order_and_the_next_comes_all_the_same(bool stubborn, ExitReason reason)
    {
        await using var world = new World();
        var spec = JobWorld.Job();
        var actor = await world.Declared(spec with { Job = spec.Job! with { Deadline = TimeSpan.FromSeconds(30) }, Policy = spec.Policy with { Mode = RestartMode.OnFailure } });
        world.Host.Stubborn = stubborn;
        world.NextMinute();
        await actor.Runs(1);
        var process = world.Host.Only;
        world.Time.Advance(TimeSpan.FromSeconds(29));
        await actor.Settled();
        Assert.Empty(process.Signals);
        world.Time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.True(() => !process.Signals.IsEmpty, "it is asked to stop");
        world.Time.Advance(TimeSpan.FromSeconds(5));
        var it = await actor.Rests();
        Assert.Equal((RunOutcome.Deadline, reason, true), (it.Run!.Outcome!.Value, it.Run.Reason!.Value, it.Wanted));
        Assert.Equal(1, world.Count(RunOutcome.Deadline));
        world.Host.Stubborn = false;
        world.NextMinute();
        await actor.Runs(2); // and no retry in between
        world.Host.Only.End(0);
        await actor.Rests();
        world.Time.Advance(TimeSpan.FromSeconds(40)); // the deadline of a run that has ended means nothing
        Assert.Equal(RunOutcome.Success, actor.Snapshot.Run!.Outcome);
    }

    [Fact]
    public async Task A_run_that_fails_leaves_the_job_scheduled()
    {
        await using var world = new World();
        var actor = await world.Declared(JobWorld.Job());
        foreach (var status in new[] { new ExitStatus(3, null), new ExitStatus(null, 11), new ExitStatus(null, 9, OomKilled: true) })
        {
            world.NextMinute();
            await actor.WaitAsync(s => s.Process is not null, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
            world.Host.Only.End(status);
            Assert.Equal(status.UnaskedReason(), (await actor.Rests()).Run!.Reason);
        }

        world.Host.Refusals.Enqueue(new LaunchRefused("exec format error"));
        world.NextMinute();
        await actor.WaitAsync(s => s.Run!.Reason == ExitReason.SpawnFailed, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal((Phase.Stopped, null, "exec format error"), (actor.Snapshot.State.Phase, actor.Snapshot.State.Failure, actor.Snapshot.State.Error));
        Assert.Equal(4, world.Count(RunOutcome.Failure));
        Assert.Equal([3, null, null, null], world.History().Select(r => r.Code));
        world.NextMinute();
        await actor.WaitAsync(s => s.Process is not null, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
    }

    [Fact]
    public async Task On_failure_tries_again_longer_and_longer_until_the_next_run_is_due()
    {
        await using var world = new World();
        var spec = JobWorld.Job();
        var actor = await world.Declared(spec with { Policy = spec.Policy with { Mode = RestartMode.OnFailure, BackoffBase = TimeSpan.FromSeconds(1), BackoffCap = TimeSpan.FromHours(1) } });
        world.NextMinute();
        for (var attempt = 1; attempt <= 6; attempt++)
        {
            await actor.Runs(attempt);
            world.Host.Only.End(1);
            var it = await World.Reaches(actor, Phase.BackingOff);
            Assert.Equal(TimeSpan.FromSeconds(1 << (attempt - 1)), it.State.Backoff);
            if (attempt < 6)
                await Eventually.True(
                    () =>
                    {
                        world.Time.Advance(TimeSpan.FromMilliseconds(100));
                        return actor.Snapshot.State.Incarnation == attempt + 1;
                    },
                    "it is tried again");
        }

        Assert.Equal([RunTrigger.Schedule, .. Enumerable.Repeat(RunTrigger.Retry, 5)], world.History().Select(r => r.Trigger));
        Assert.All(world.History(), r => Assert.Equal(1, r.First));
        world.NextMinute(); // 32 s of waiting reach beyond it
        await actor.Runs(7);
        var next = actor.Snapshot.Run!;
        Assert.Equal((RunTrigger.Schedule, next.Number), (next.Trigger, next.First));
        Assert.Equal(0, world.Count(RunOutcome.Skipped));
        world.Host.Only.End(1);
        Assert.Equal(TimeSpan.FromSeconds(1), (await World.Reaches(actor, Phase.BackingOff)).State.Backoff); // anew
    }

    [Fact]
    public async Task The_crash_limit_ends_the_tries_and_the_job_stays_scheduled()
    {
        await using var world = new World();
        var spec = JobWorld.Job();
        var actor = await world.Declared(spec with { Policy = spec.Policy with { Mode = RestartMode.OnFailure, BackoffBase = TimeSpan.Zero, MaxCrashes = 3 } });
        world.NextMinute();
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await actor.Runs(attempt);
            world.Host.Only.End(1);
        }

        await actor.Rests();
        Assert.Equal(3, await actor.Settled());
        Assert.True(actor.Snapshot.Wanted);
        world.NextMinute();
        await actor.Runs(4);
        Assert.Equal(RunTrigger.Schedule, actor.Snapshot.Run!.Trigger);
    }

    [Fact]
    public async Task Restart_stops_the_run_and_runs_it_again_and_memory_counts_as_a_failure()
    {
        await using var world = new World();
        var actor = await world.Declared(JobWorld.Job());
        world.NextMinute();
        await actor.Runs(1);
        Assert.Null(await world.Supervisor.RestartAsync("job", default, CancellationToken.None));
        await actor.Runs(2);
        Assert.Equal(RunTrigger.Manual, actor.Snapshot.Run!.Trigger);
        actor.Post(new InstanceEvent.RestartRequested(RestartReason.MemoryLimit));
        var it = await actor.Rests();
        Assert.Equal((RunOutcome.Failure, ExitReason.MemoryLimit), (it.Run!.Outcome!.Value, it.Run.Reason!.Value));
        Assert.Equal(2, await actor.Settled());
    }

    [Fact]
    public async Task An_order_of_the_supervisor_that_comes_after_a_persons_stop_brings_nothing_back()
    {
        await using var world = new World();
        var actor = await world.Running();
        world.Host.Stubborn = true;
        var stopped = world.Supervisor.StopAsync("web", default, CancellationToken.None);
        await actor.WaitAsync(s => s.State.Phase == Phase.Stopping, CancellationToken.None);
        foreach (var late in new[] { RestartReason.MemoryLimit, RestartReason.Probe, RestartReason.Watch, RestartReason.Schedule })
            await actor.AskAsync(new InstanceEvent.RestartRequested(late), default);
        world.Host.Only.End(0);
        Assert.Null(await stopped.WaitAsync(Eventually.DefaultDeadline));
        Assert.Equal(Phase.Stopped, actor.Snapshot.State.Phase);
        Assert.Single(world.Host.Spawned);
    }

    [Fact]
    public async Task An_apply_that_changes_it_keeps_its_history_and_does_not_run_it()
    {
        await using var world = new World();
        var spec = JobWorld.Job() with { Source = "/f" };
        var actor = await world.Declared(spec);
        world.NextMinute();
        await actor.Runs(1);
        world.Host.Only.End(0);
        await actor.Rests();
        Assert.Equal(Pharos.Supervisor.Apply.ChangeKind.Unchanged, (await Apply(world, spec)).Kind); // scheduled is up
        var change = await Apply(world, spec with { Args = ["new"], Job = spec.Job! with { Cron = "*/2 * * * *" } });
        Assert.Equal((null, Pharos.Supervisor.Apply.ChangeKind.Update), (change.Error, change.Kind));
        Assert.Single(world.Host.Spawned);
        Assert.True(world.Actor("job").Snapshot.Wanted);
        world.Time.Advance(TimeSpan.FromSeconds(1));
        world.NextMinute(); // 03:06
        await world.Actor("job").Runs(2);
        world.Host.Only.End(0);
        await world.Actor("job").Rests();
        world.NextMinute(); // 03:07
        Assert.Equal(2, await world.Actor("job").Settled());
        Assert.Equal([1L, 2L], world.History().Select(r => r.Number));
    }

    private static async Task<Pharos.Supervisor.Apply.AppChange> Apply(World world, AppSpec spec) =>
        Assert.Single(await world.Supervisor.ApplyAsync([spec], "/f", start: true, prune: null, dryRun: false, default, CancellationToken.None));
}
