namespace Pharos.TestKit;

/// <summary>A clock that moves only when told to, and fires what falls due on the way, in order.</summary>
/// <remarks>
/// The timestamp frequency is odd on purpose: code that takes a timestamp for ticks, milliseconds or nanoseconds gets wrong answers here.
/// A step is never shorter than asked: <c>GetElapsedTime</c> over any number of steps is at least their sum (and at most one tick a step more),
/// so "has a second passed?" after <c>Advance(1 s)</c> is yes. The wall clock is exact.
/// </remarks>
public sealed class ManualTime(DateTimeOffset? start = null) : TimeProvider
{
    private readonly Lock _lock = new(); // guards everything below; never held while a callback runs
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _elapsed;
    private long _timestamp = 987_654_321; // not zero: a timestamp has no meaning of its own
    private long _created;

    /// <summary>Counts a second.</summary>
    public override long TimestampFrequency => 12_345_677;

    /// <summary>UTC: a test must not depend on where it runs.</summary>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>The moment this clock started at.</summary>
    public DateTimeOffset Start { get; } = start ?? new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>How many timers are waiting: lets a test see that the code under test has armed one before it moves the clock.</summary>
    public int ActiveTimers
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count(t => t.Due is not null);
            }
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return Start + _elapsed;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (_lock)
        {
            return _timestamp;
        }
    }

    /// <summary>Moves the clock; callbacks run on this thread, each at its own moment, equal ones in the order they were armed.</summary>
    /// <param name="by">Zero fires what is due now; negative is refused.</param>
    /// <exception cref="ArgumentOutOfRangeException">Time does not go backwards.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        TimeSpan target;
        lock (_lock)
        {
            target = _elapsed + by;
        }

        while (StepTowards(target) is { } timer)
        {
            timer.Fire();
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Goes to the next due timer and returns it, re-armed or disarmed; at the target there is none.</summary>
    private ManualTimer? StepTowards(TimeSpan target)
    {
        lock (_lock)
        {
            var next = _timers.Where(t => t.Due <= target).MinBy(t => (t.Due, t.Armed));
            MoveTo(next?.Due ?? target);
            if (next is not null && !next.Rearm())
            {
                _timers.Remove(next);
            }

            return next;
        }
    }

    private void MoveTo(TimeSpan moment)
    {
        var by = moment - _elapsed;
        if (by <= TimeSpan.Zero)
        {
            return; // a callback moved the clock itself, or the timer is due now
        }

        _elapsed = moment;
        var counts = (long)Math.Ceiling(by.Ticks * (decimal)TimestampFrequency / TimeSpan.TicksPerSecond);
        while (GetElapsedTime(0, counts) < by)
        {
            counts++;
        }

        _timestamp += counts;
    }

    private sealed class ManualTimer(ManualTime clock, Action fire) : ITimer
    {
        private TimeSpan _period;
        private bool _disposed;

        public TimeSpan? Due { get; private set; }

        public long Armed { get; private set; }

        public void Fire() => fire();

        public bool Rearm()
        {
            Due = _period > TimeSpan.Zero ? Due + _period : null;
            Armed = clock._created++;
            return Due is not null;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                if (_disposed)
                {
                    return false;
                }

                _period = period;
                Armed = clock._created++;
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._elapsed + dueTime;
                if (Due is not null)
                {
                    clock._timers.Add(this);
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                _disposed = true;
                Due = null;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
