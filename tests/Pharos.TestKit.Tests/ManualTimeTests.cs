using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Pharos.TestKit.Tests;

public sealed class ManualTimeTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Time_stands_still_until_it_is_moved()
    {
        var (now, timestamp) = (_time.GetUtcNow(), _time.GetTimestamp());
        Assert.Equal((now, timestamp), (_time.GetUtcNow(), _time.GetTimestamp()));
    }

    [Fact]
    public void The_wall_clock_moves_exactly()
    {
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.Equal(TimeSpan.FromMilliseconds(3), _time.GetUtcNow() - _time.Start);
    }

    [Fact]
    public void Timestamps_are_neither_ticks_nor_milliseconds_nor_nanoseconds() =>
        Assert.DoesNotContain(_time.TimestampFrequency, new long[] { 1_000, 1_000_000, TimeSpan.TicksPerSecond, 1_000_000_000 });

    [Fact]
    public void Steps_are_never_shorter_than_asked_and_hardly_longer() =>
        Prop.ForAll<PositiveInt[]>(steps =>
        {
            var time = new ManualTime();
            var start = time.GetTimestamp();
            foreach (var step in steps)
            {
                time.Advance(TimeSpan.FromTicks(step.Get * 997L));
            }

            var excess = time.GetElapsedTime(start).Ticks - steps.Sum(step => step.Get * 997L);
            return excess >= 0 && excess <= 2 * steps.Length;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_timer_fires_at_its_moment_and_once()
    {
        List<TimeSpan> fired = [];
        using var timer = Timer(() => fired.Add(_time.GetUtcNow() - _time.Start), 5);
        Advance(4);
        Assert.Empty(fired);
        Advance(10);
        Assert.Equal([TimeSpan.FromSeconds(5)], fired);
    }

    [Fact]
    public void Timers_fire_in_order_of_time_and_then_of_arming()
    {
        List<string> fired = [];
        using var late = Timer(() => fired.Add("late"), 3);
        using var first = Timer(() => fired.Add("first"), 1);
        using var second = Timer(() => fired.Add("second"), 1);
        Advance(3);
        Assert.Equal(["first", "second", "late"], fired);
    }

    [Fact]
    public void A_periodic_timer_fires_at_every_period_of_one_long_step()
    {
        List<double> fired = [];
        using var timer = Timer(() => fired.Add((_time.GetUtcNow() - _time.Start).TotalSeconds), 1, period: 2);
        Advance(6);
        Assert.Equal([1, 3, 5], fired);
    }

    [Fact]
    public void A_timer_armed_by_a_callback_fires_within_the_same_step()
    {
        List<string> fired = [];
        ITimer? inner = null;
        using var outer = Timer(() => inner = Timer(() => fired.Add("inner"), 1), 1);
        Advance(2);
        Assert.Equal(["inner"], fired);
        inner!.Dispose();
    }

    [Fact]
    public void A_disposed_timer_does_not_fire_and_cannot_be_armed_again()
    {
        var fired = 0;
        var timer = Timer(() => fired++, 1);
        timer.Dispose();
        Advance(2);
        Assert.Equal(0, fired);
        Assert.False(timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void Only_armed_timers_count_as_active()
    {
        using var timer = Timer(() => { }, 1);
        Assert.Equal(1, _time.ActiveTimers);
        Advance(1);
        Assert.Equal(0, _time.ActiveTimers);
    }

    [Fact]
    public async Task A_delay_of_the_base_library_ends_when_its_time_has_come()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(30), _time);
        Advance(29);
        Assert.False(delay.IsCompleted);
        Advance(1);
        await delay.WaitAsync(Eventually.DefaultDeadline);
    }

    [Fact]
    public void Time_does_not_go_backwards() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _time.Advance(TimeSpan.FromTicks(-1)));

    private void Advance(int seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private ITimer Timer(Action fire, int seconds, int? period = null) => _time.CreateTimer(
        _ => fire(), null, TimeSpan.FromSeconds(seconds), period is { } p ? TimeSpan.FromSeconds(p) : Timeout.InfiniteTimeSpan);
}
