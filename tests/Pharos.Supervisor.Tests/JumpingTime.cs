using Pharos.TestKit;

namespace Pharos.Supervisor.Tests;

/// <summary>A manual clock whose wall can be set, as by NTP or after a suspend, while its monotonic time goes on.</summary>
internal sealed class JumpingTime(ManualTime inner) : TimeProvider
{
    private long _offsetTicks;

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

    public void Jump(TimeSpan by) => Interlocked.Add(ref _offsetTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow().AddTicks(Interlocked.Read(ref _offsetTicks));

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
}
