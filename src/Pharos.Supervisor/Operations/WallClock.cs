namespace Pharos.Supervisor.Operations;

/// <summary>The wall clock as a schedule looks at it.</summary>
/// <remarks>Set back by a little (NTP, a person who corrects an hour), times that were had do not come again. Set back by more, the clock was wrong
/// before, and times that were computed by it would silence a schedule for as long; cron(8) draws the line at three hours too.</remarks>
internal sealed class WallClock(TimeProvider time)
{
    private static readonly TimeSpan Correction = TimeSpan.FromHours(3);
    private DateTimeOffset _last = DateTimeOffset.MinValue;

    /// <summary>The time now.</summary>
    /// <param name="setBack">The clock was set back so far that due times have to be computed anew.</param>
    public DateTimeOffset Now(out bool setBack)
    {
        var now = time.GetUtcNow();
        setBack = _last - now > Correction;
        _last = now;
        return now;
    }
}
