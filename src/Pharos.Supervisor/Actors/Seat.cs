using Pharos.Core.Lifecycle;
using Pharos.Supervisor.Probes;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor.Actors;

/// <summary>All that belongs to one process of an instance: how it is made, asked, and timed. An instance has two, and uses the second while a reload overlaps.</summary>
internal sealed class Seat : IAsyncDisposable
{
    private readonly ITimer _deadline;
    private readonly ITimer _readyTimer;
    private volatile int _armedFor;
    private volatile int _readyFor;

    /// <param name="launcher">Makes its processes.</param>
    /// <param name="prober">Asks them.</param>
    /// <param name="time">Clock.</param>
    /// <param name="post">The actor's inbox.</param>
    public Seat(Launcher launcher, InstanceProber prober, TimeProvider time, Action<InstanceEvent> post)
    {
        (Launcher, Prober) = (launcher, prober);
        _deadline = time.CreateTimer(_ => post(new DeadlinePassed(_armedFor)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _readyTimer = time.CreateTimer(_ => post(new BecameReady(_readyFor)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Makes its processes.</summary>
    public Launcher Launcher { get; }

    /// <summary>Asks them.</summary>
    public InstanceProber Prober { get; }

    /// <summary>Its process; null: there is none, or it is not told yet.</summary>
    public Running? Running { get; set; }

    /// <summary>Removes what its last process left behind; the next one waits for that.</summary>
    public Task Sweep { get; set; } = Task.CompletedTask;

    /// <summary>Sets the timer of the lifecycle.</summary>
    public void Arm(int incarnation, TimeSpan delay)
    {
        _armedFor = incarnation;
        _deadline.Change(Timers.Bounded(delay), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Forgets it.</summary>
    public void Disarm() => _deadline.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>It counts as ready when this has passed.</summary>
    public void AwaitReady(int incarnation, TimeSpan left)
    {
        _readyFor = incarnation;
        _readyTimer.Change(Timers.Bounded(left), Timeout.InfiniteTimeSpan);
    }

    /// <summary>It is ready, or gone.</summary>
    public void NoLongerAwaitReady() => _readyTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Prober.Dispose();
        await _deadline.DisposeAsync();
        await _readyTimer.DisposeAsync();
        Running?.Process.Dispose();
    }
}
