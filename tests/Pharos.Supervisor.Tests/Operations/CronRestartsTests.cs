using Pharos.Core.Lifecycle;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.Operations;

public sealed class CronRestartsTests
{
    [Theory]
    [InlineData("2026-06-15T00:00:00Z", "2026-06-15T01:00:00Z")] // 03:00 in Berlin, summer
    [InlineData("2026-12-15T00:00:00Z", "2026-12-15T02:00:00Z")] // winter
    public async Task It_restarts_at_the_time_of_the_zone(string from, string expected)
    {
        await using var world = new World(manual: new ManualTime(At(from)));
        var actor = await Up(world, Nightly("0 3 * * *", "Europe/Berlin"));
        world.Time.Advance(At(expected) - world.Time.GetUtcNow() - TimeSpan.FromSeconds(2));
        Assert.Equal(1, await Incarnation(actor));
        world.Time.Advance(TimeSpan.FromSeconds(3));
        await Restarted(actor, 2);
        Assert.Equal(RestartReason.Schedule, actor.Snapshot.LastRestart);
        Assert.Equal(ExitReason.StopRequested, actor.Snapshot.LastExit!.Reason);
    }

    [Fact]
    public async Task A_time_that_the_zone_skips_comes_at_the_end_of_the_gap_and_one_that_it_repeats_comes_once()
    {
        await using var world = new World(manual: new ManualTime(At("2026-03-28T12:00:00Z")));
        var actor = await Up(world, Nightly("30 2 * * *", "Europe/Berlin"));
        world.Time.Advance(At("2026-03-29T00:59:58Z") - world.Time.GetUtcNow());
        Assert.Equal(1, await Incarnation(actor));
        world.Time.Advance(TimeSpan.FromSeconds(4)); // 02:00 became 03:00
        await Restarted(actor, 2);

        await using var autumn = new World(manual: new ManualTime(At("2026-10-24T12:00:00Z")));
        actor = await Up(autumn, Nightly("30 2 * * *", "Europe/Berlin"));
        autumn.Time.Advance(At("2026-10-25T00:30:02Z") - autumn.Time.GetUtcNow());
        await Restarted(actor, 2);
        await Runs(autumn, actor);
        autumn.Time.Advance(At("2026-10-26T01:29:58Z") - autumn.Time.GetUtcNow()); // past the second 02:30
        Assert.Equal(2, await Incarnation(actor));
    }

    [Fact]
    public async Task A_clock_that_jumps_over_many_times_leads_to_one_restart()
    {
        var time = new ManualTime();
        var clock = new JumpingTime(time);
        await using var world = new World(manual: time, time: clock);
        var actor = await Up(world, Nightly("* * * * *", null));
        time.Advance(TimeSpan.FromSeconds(1));
        clock.Jump(TimeSpan.FromHours(5));
        time.Advance(TimeSpan.FromSeconds(1));
        await Restarted(actor, 2);
        time.Advance(TimeSpan.FromSeconds(5)); // at 08:04:12: the next full minute is far
        Assert.Equal(2, await Incarnation(actor));
    }

    [Fact]
    public async Task A_clock_that_was_wrong_by_years_and_is_set_right_does_not_silence_it()
    {
        var time = new ManualTime();
        var clock = new JumpingTime(time);
        clock.Jump(TimeSpan.FromDays(3650));
        await using var world = new World(manual: time, time: clock);
        var actor = await Up(world, Nightly("* * * * *", null));
        time.Advance(TimeSpan.FromSeconds(2));
        clock.Jump(TimeSpan.FromDays(-3650));
        time.Advance(TimeSpan.FromMinutes(2));
        await Restarted(actor, 2);
    }

    [Fact]
    public async Task What_was_stopped_stays_stopped()
    {
        await using var world = new World();
        var actor = await Up(world, Nightly("* * * * *", null));
        Assert.Null(await world.Supervisor.StopAsync("web", default, CancellationToken.None));
        world.Time.Advance(TimeSpan.FromMinutes(3));
        await Eventually.True(() => world.Said.Any(s => s.Contains("web:0 is not restarted by its schedule: it is Stopped", StringComparison.Ordinal)), "it is said");
        await actor.AskAsync(new InstanceEvent.DeadlinePassed(-1), default);
        Assert.Equal(Phase.Stopped, actor.Snapshot.State.Phase);
        Assert.Single(world.Host.Spawned);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task One_that_ran_to_its_end_and_is_not_restarted_for_that_runs_again_at_its_time(int code)
    {
        await using var world = new World();
        var actor = await Up(world, Nightly("* * * * *", null) with { Policy = new RestartPolicy { Jitter = 0, Mode = RestartMode.Never } });
        world.Host.Only.End(code);
        await actor.WaitAsync(s => s.State.Phase is Phase.Stopped or Phase.Failed, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await Restarted(actor, 2);
        Assert.Equal(RestartReason.Schedule, actor.Snapshot.LastRestart);
    }

    [Fact]
    public async Task A_restart_that_is_still_going_is_left_alone()
    {
        await using var world = new World();
        var actor = await Up(world, Nightly("* * * * *", null) with { Policy = new RestartPolicy { Jitter = 0, Grace = TimeSpan.FromMinutes(10) } });
        world.Host.Stubborn = true;
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await actor.WaitAsync(s => s.State.Phase == Phase.Stopping, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        world.Time.Advance(TimeSpan.FromMinutes(3));
        await Eventually.True(() => world.Said.Count(s => s.Contains("web:0 is not restarted by its schedule: it is Stopping", StringComparison.Ordinal)) == 3, "each time is said");
        world.Host.Only.End(0);
        await Restarted(actor, 2);
        Assert.Equal(2, world.Host.Spawned.Count);
        Assert.Empty(world.Host.Faults);
    }

    private static AppSpec Nightly(string cron, string? zone) => World.Spec() with { CronRestart = cron, CronZone = zone ?? "UTC" };

    private static async Task<InstanceActor> Up(World world, AppSpec spec)
    {
        var actor = await world.Running(spec);
        await Runs(world, actor);
        return actor;
    }

    private static Task Runs(World world, InstanceActor actor) => Eventually.True(
        () =>
        {
            world.Time.Advance(TimeSpan.FromMilliseconds(100));
            return actor.Snapshot.State.Phase == Phase.Running;
        },
        "it runs");

    private static Task Restarted(InstanceActor actor, int incarnation) =>
        actor.WaitAsync(s => s.State.Incarnation == incarnation && s.Process is not null, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);

    /// <summary>The number behind all that the clock may have posted.</summary>
    private static async Task<int> Incarnation(InstanceActor actor)
    {
        await actor.AskAsync(new InstanceEvent.DeadlinePassed(-1), default);
        return actor.Snapshot.State.Incarnation;
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
