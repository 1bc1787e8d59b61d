using Pharos.Core.Schedules;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.Operations;

public sealed class JobTimesTests
{
    [Theory]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")] // skipped: at the end of the gap
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")] // repeated: once
    [InlineData("0 9 * * *", "Asia/Tokyo", "2026-06-01T12:00:00Z", "2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z")]
    [InlineData("0 0 29 2 *", "UTC", "2028-02-28T12:00:00Z", "2028-02-29T00:00:00Z", null)]
    public async Task Runs_begin_at_the_time_of_the_zone(string cron, string zone, string from, string first, string? second)
    {
        await using var world = new World(manual: new ManualTime(At(from)));
        var spec = JobWorld.Job(cron);
        var actor = await world.Declared(spec with { Job = spec.Job! with { Zone = zone } });
        world.Time.Advance(At(first) - world.Time.GetUtcNow() - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, await actor.Settled());
        world.Time.Advance(TimeSpan.FromMilliseconds(2));
        await actor.Runs(1);
        Assert.Equal(At(first), actor.Snapshot.Run!.DueAt);
        if (second is null)
            return;
        world.Host.Only.End(0);
        await actor.Rests();
        world.Time.Advance(At(second) - world.Time.GetUtcNow() - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, await actor.Settled());
        world.Time.Advance(TimeSpan.FromMilliseconds(2));
        await actor.Runs(2);
    }

    [Fact]
    public async Task A_pattern_of_seconds_is_not_late_and_misses_none()
    {
        await using var world = new World();
        var actor = await world.Declared(JobWorld.Job("* * * * * *"));
        for (var second = 1; second <= 20; second++)
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            await actor.Runs(second);
            Assert.Equal(world.Time.GetUtcNow(), actor.Snapshot.Run!.DueAt); // this clock stands at full seconds
            world.Host.Only.End(0);
            await actor.Rests();
        }
    }

    [Fact]
    public async Task A_clock_that_jumps_over_many_times_leads_to_one_run_and_none_is_counted_as_left_out()
    {
        var time = new ManualTime();
        var clock = new JumpingTime(time);
        await using var world = new World(manual: time, time: clock);
        var actor = await world.Declared(JobWorld.Job());
        clock.Jump(TimeSpan.FromDays(2));
        time.Advance(TimeSpan.FromSeconds(1));
        await actor.Runs(1);
        world.Host.Only.End(0);
        await actor.Rests();
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, await actor.Settled());
        Assert.Equal(0, world.Count(RunOutcome.Skipped));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_a_little_does_not_run_it_twice_and_one_that_was_wrong_by_years_does_not_silence_it()
    {
        var time = new ManualTime();
        var clock = new JumpingTime(time);
        await using var world = new World(manual: time, time: clock);
        var actor = await world.Declared(JobWorld.Job());
        world.NextMinute();
        await actor.Runs(1);
        world.Host.Only.End(0);
        await actor.Rests();
        clock.Jump(TimeSpan.FromSeconds(-40)); // 03:05:00 will come again
        time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(1, await actor.Settled());
        clock.Jump(TimeSpan.FromDays(-3650));
        time.Advance(TimeSpan.FromMinutes(2));
        await actor.Runs(2);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
