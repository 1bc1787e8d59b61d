using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Schedules;
using Pharos.Core.Specs;
using Pharos.Supervisor.Operations;
using Pharos.Supervisor.Operations.Jobs;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.Operations;

/// <summary>Runs by hand, and what is remembered of runs.</summary>
public sealed class JobRunTests
{
    [Fact]
    public async Task Run_runs_it_now_also_when_its_schedule_is_stopped_and_leaves_that_stopped()
    {
        await using var world = new World();
        var actor = await world.Declared(JobWorld.Job());
        Assert.Null(await world.Supervisor.StopAsync("job", default, CancellationToken.None));
        var (refused, run) = await world.Supervisor.RunAsync("job", wait: false, default, CancellationToken.None);
        Assert.Null(refused);
        Assert.Equal((RunTrigger.Manual, null, 1), (run!.Trigger, run.Outcome, run.Incarnation));
        Assert.NotNull(actor.Snapshot.Process);
        Assert.False(actor.Snapshot.Wanted);
        actor.Post(new InstanceEvent.RestartRequested(RestartReason.MemoryLimit)); // what stops it does not resume the schedule
        await actor.Rests();
        Assert.False(actor.Snapshot.Wanted);
        world.Time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(1, await actor.Settled());
    }

    [Theory]
    [InlineData(0, null, 0)]
    [InlineData(7, null, 7)]
    [InlineData(null, 9, 137)]
    public async Task Run_with_wait_answers_at_the_end_with_what_a_shell_would_make_of_it(int? code, int? signal, int expected)
    {
        await using var world = new World();
        var actor = await world.Declared(JobWorld.Job());
        var answer = world.Supervisor.RunAsync("job", wait: true, default, CancellationToken.None);
        await actor.Runs(1);
        Assert.False(answer.IsCompleted);
        world.Host.Only.End(new ExitStatus(code, signal));
        var (refused, run) = await answer.WaitAsync(Eventually.DefaultDeadline);
        Assert.Null(refused);
        Assert.Equal(expected, run!.ShellCode);
    }

    [Fact]
    public async Task Run_with_wait_waits_for_the_tries_too_and_the_last_one_counts()
    {
        await using var world = new World();
        var spec = JobWorld.Job("0 0 1 1 *");
        var actor = await world.Declared(spec with { Policy = spec.Policy with { Mode = RestartMode.OnFailure } });
        var answer = world.Supervisor.RunAsync("job", wait: true, default, CancellationToken.None);
        await actor.Runs(1);
        world.Host.Only.End(1);
        await World.Reaches(actor, Phase.BackingOff);
        Assert.False(answer.IsCompleted);
        await Eventually.True(
            () =>
            {
                world.Time.Advance(TimeSpan.FromMilliseconds(50));
                return world.Host.Alive.Count == 1;
            },
            "it is tried again");
        await actor.Runs(2);
        world.Host.Only.End(0);
        var (_, run) = await answer.WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal((RunTrigger.Retry, 1L, 0), (run!.Trigger, run.First, run.ShellCode));
    }

    [Fact]
    public async Task What_cannot_be_run_is_refused_in_a_line()
    {
        await using var world = new World();
        await world.Running();
        await world.Declared(JobWorld.Job());
        async Task<string> Refused(string name) => (await world.Supervisor.RunAsync(name, false, default, CancellationToken.None)).Refused!.Line;
        Assert.Equal("'web' is no job, it has no schedule: use 'pharos start web', or give it one with 'schedule'", await Refused("web"));
        Assert.Equal("no app or instance 'nope'; there are: job, web", await Refused("nope"));
        Assert.Equal("a job is run by its name, and 'job:0' is not one app", await Refused("job:0"));
        Assert.Equal("a job is run by its name, and 'all' is not one app", await Refused("all"));
        Assert.Null((await world.Supervisor.RunAsync("job", false, default, CancellationToken.None)).Refused);
        Assert.StartsWith("a run of 'job' goes on since 2030-01-02 03:04:06 UTC; wait for its end, or use 'pharos restart job'", await Refused("job"), StringComparison.Ordinal);
        Assert.Equal(0, world.Count(RunOutcome.Skipped)); // who asked was told
        world.Host.Refusals.Enqueue(new LaunchRefused("exec format error"));
        await world.Supervisor.StopAsync("job", default, CancellationToken.None);
        Assert.Equal("cannot run 'job': exec format error", await Refused("job"));
    }

    [Fact]
    public async Task Run_takes_the_place_of_one_that_goes_on_when_its_overlap_says_so()
    {
        await using var world = new World();
        var actor = await world.Declared(JobWorld.Job(overlap: JobOverlap.Replace));
        Assert.Null((await world.Supervisor.RunAsync("job", false, default, CancellationToken.None)).Refused);
        var first = world.Host.Only;
        var (refused, run) = await world.Supervisor.RunAsync("job", false, default, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        Assert.Null(refused);
        Assert.Equal((2, RunTrigger.Manual), (run!.Incarnation, run.Trigger));
        Assert.Equal([2], first.Signals);
        Assert.Equal(2, actor.Snapshot.State.Incarnation);
        Assert.Empty(world.Host.Faults);
    }

    /// <summary>A timer of the system throws beyond 49.7 days, and an actor that throws is no more.</summary>
    [Fact]
    public async Task Times_of_a_year_are_no_fault()
    {
        var year = TimeSpan.FromDays(366);
        await using var world = new World(time: TimeProvider.System);
        var spec = JobWorld.Job("0 0 1 1 *");
        Assert.Null(await world.Declare(spec with { Job = spec.Job! with { Deadline = year }, Policy = spec.Policy with { MinUptime = year, Grace = year } }));
        var answer = world.Supervisor.RunAsync("job", wait: true, default, CancellationToken.None);
        await world.Actor("job").Runs(1);
        world.Host.Only.End(5);
        Assert.Equal(5, (await answer.WaitAsync(Eventually.DefaultDeadline)).Run!.ShellCode);
        Assert.Null((await world.Supervisor.RunAsync("job", wait: false, default, CancellationToken.None)).Refused);
        Assert.Null(await world.Supervisor.StopAsync("job", default, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline));
        Assert.Equal(0, world.Supervisor.Stats.Faults);
    }

    [Fact]
    public void A_deadline_further_away_than_a_timer_reaches_is_kept()
    {
        var time = new ManualTime();
        List<InstanceEvent> posted = [];
        using var slot = new JobSlot(new InstanceKey("job", 0), new JobSpec { Cron = "@daily", Deadline = TimeSpan.FromDays(120) }, new JobLedger(null, time, () => { }), time, posted.Add);
        var run = new InstanceEvent.RunRequested(1, RunTrigger.Manual, null, Replace: false);
        var (idle, up) = (new InstanceState { IsJob = true }, new InstanceEvent.Spawned(1));
        var starting = InstanceLifecycle.Step(idle, run);
        slot.Record(run, idle, starting, wanted: true, TimeSpan.Zero);
        slot.Record(up, starting.Next, InstanceLifecycle.Step(starting.Next, up), wanted: true, TimeSpan.Zero);
        time.Advance(TimeSpan.FromDays(119));
        Assert.Empty(posted);
        time.Advance(TimeSpan.FromDays(1.1));
        Assert.Equal([new InstanceEvent.RunOverdue(1)], posted);
    }

    [Fact]
    public async Task Of_many_that_ask_at_once_one_gets_the_slot()
    {
        await using var world = new World();
        await world.Declared(JobWorld.Job());
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => world.Supervisor.RunAsync("job", false, default, CancellationToken.None)))).WaitAsync(Eventually.DefaultDeadline);
        Assert.Single(answers, a => a.Refused is null);
        Assert.All(answers.Where(a => a.Refused is not null), a => Assert.Equal(Refusal.Conflict, a.Refused!.Kind));
        Assert.Single(world.Host.Spawned);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    [InlineData(0)]
    public async Task The_last_runs_are_remembered_and_one_that_goes_on_is_never_forgotten(int history)
    {
        await using var world = new World();
        var spec = JobWorld.Job();
        var actor = await world.Declared(spec with { Job = spec.Job! with { History = history } });
        for (var run = 1; run <= 5; run++)
        {
            var answer = world.Supervisor.RunAsync("job", wait: true, default, CancellationToken.None);
            await actor.Runs(run);
            Assert.Equal(Math.Min(run - 1, history) + 1, world.History().Count);
            world.Host.Only.End(run);
            Assert.Equal(run, (await answer.WaitAsync(Eventually.DefaultDeadline)).Run!.ShellCode);
        }

        Assert.Equal(Enumerable.Range(1, 5).TakeLast(history).Select(r => (int?)r), world.History().Select(r => r.Code));
        Assert.Equal(5, world.Count(RunOutcome.Failure));
    }

    [Fact]
    public async Task The_next_daemon_knows_the_history_takes_the_run_back_and_records_its_end()
    {
        await using var world = new World();
        var spec = JobWorld.Job();
        var actor = await world.Declared(spec with { Job = spec.Job! with { Deadline = TimeSpan.FromHours(1) } });
        world.NextMinute();
        await actor.Runs(1);
        world.Host.Only.End(4);
        await actor.Rests();
        world.NextMinute();
        await actor.Runs(2);
        var going = world.History()[^1];
        await world.NextDaemon();
        await world.ReachesInTime(world.Actor("job"), Phase.Running);
        Assert.Equal([4, null], world.History().Select(r => r.Code));
        Assert.Equal(going, world.Actor("job").Snapshot.Run);
        Assert.Equal(1, world.Count(RunOutcome.Failure));
        world.Host.Only.End(0);
        await world.Actor("job").Rests();
        Assert.Equal([RunOutcome.Failure, RunOutcome.Success], world.History().Select(r => r.Outcome));
        Assert.Equal([1L, 2L], world.History().Select(r => r.Number));
        Assert.Equal(2, world.Host.Spawned.Count);
        world.Time.Advance(TimeSpan.FromSeconds(1));
        world.NextMinute();
        await world.Actor("job").Runs(3);
        Assert.Equal(3, world.History()[^1].Number);
    }

    [Fact]
    public async Task A_run_that_ended_while_no_daemon_was_there_is_lost_and_not_run_again()
    {
        await using var world = new World();
        var actor = await world.Declared(JobWorld.Job());
        world.NextMinute();
        await actor.Runs(1);
        await world.NextDaemon(() =>
        {
            world.Host.Only.End(0);
            return Task.CompletedTask;
        });
        await world.Actor("job").Rests();
        var run = Assert.Single(world.History());
        Assert.Equal((RunOutcome.Failure, ExitReason.Lost, null), (run.Outcome!.Value, run.Reason!.Value, run.Duration));
        Assert.Equal(1, await world.Actor("job").Settled());
        Assert.True(world.Actor("job").Snapshot.Wanted);
    }

    [Fact]
    public async Task A_run_by_hand_of_a_stopped_schedule_goes_on_under_the_next_daemon_and_a_stop_that_was_under_way_is_brought_to_its_end()
    {
        await using var world = new World();
        var actor = await world.Declared(JobWorld.Job());
        await world.Supervisor.StopAsync("job", default, CancellationToken.None);
        await world.Supervisor.RunAsync("job", false, default, CancellationToken.None);
        await world.NextDaemon();
        await world.ReachesInTime(world.Actor("job"), Phase.Running);
        Assert.Equal(1, await world.Actor("job").Settled());
        Assert.Single(world.Host.Alive);
        world.Host.Only.End(0);
        await world.Actor("job").Rests();
        Assert.False(world.Actor("job").Snapshot.Wanted);

        await world.Supervisor.StartAsync("job", default, CancellationToken.None);
        world.Time.Advance(TimeSpan.FromSeconds(1));
        world.NextMinute();
        await world.Actor("job").Runs(2);
        world.Host.Stubborn = true;
        _ = world.Supervisor.StopAsync("job", default, CancellationToken.None).ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
        await world.Actor("job").WaitAsync(s => s.State.Phase == Phase.Stopping, CancellationToken.None);
        await world.NextDaemon(() =>
        {
            world.Host.Stubborn = false;
            return Task.CompletedTask;
        });
        await world.TimePasses(() => world.Actor("job").Snapshot.State.Phase == Phase.Stopped, "the rest of its grace is over"); // it had its signal
        Assert.Empty(world.Host.Alive);
    }
}
