using Pharos.Core.Specs;

namespace Pharos.Core.Lifecycle;

/// <summary>All that the lifecycle of one instance depends on. Immutable: readers get a snapshot, never a lock.</summary>
public sealed record InstanceState
{
    /// <summary>Where it is.</summary>
    public Phase Phase { get; init; } = Phase.Stopped;

    /// <summary>Whether its process can do its work.</summary>
    public Readiness Readiness { get; init; } = Readiness.NotReady;

    /// <summary>Why it is not ready, as its probe or its dependencies say; null: nobody knows, or it is ready.</summary>
    public string? ReadinessReason { get; init; }

    /// <summary>What the process says that it is at; null: it says nothing.</summary>
    public string? Status { get; init; }

    /// <summary>Number of the newest incarnation; 0 before the first. Only grows.</summary>
    public int Incarnation { get; init; }

    /// <summary>The process of <see cref="Incarnation"/> exists as far as we know.</summary>
    public bool Alive { get; init; }

    /// <summary>The second process, while a reload overlaps; null: there is none.</summary>
    public BesideState? Beside { get; init; }

    /// <summary>Which of the two ids that a slot has is that of the current process: each overlap changes it.</summary>
    public bool IsOnOtherSide { get; init; }

    /// <summary>The highest number that any incarnation had, when that is not <see cref="Incarnation"/>.</summary>
    public int Newest { get; init; }

    /// <summary>Why the last reload failed; null: it did not.</summary>
    public string? ReloadError { get; init; }

    /// <summary>A spawn is under way: neither its pid nor its failure is known yet.</summary>
    public bool Spawning { get; init; }

    /// <summary>No process yet: <see cref="Incarnation"/> waits for <see cref="DependsOn"/>.</summary>
    public bool Awaiting { get; init; }

    /// <summary>Names of the apps that must be there before somebody's start makes a process. A restart after a crash does not wait for them.</summary>
    public EquatableArray<string> DependsOn { get; init; } = [];

    /// <summary>The grace has passed and SIGKILL was sent.</summary>
    public bool Killed { get; init; }

    /// <summary>What follows when the stop that is under way is done; null: nothing.</summary>
    public RestartReason? RestartAfterStop { get; init; }

    /// <summary>Why the newest incarnation was started again; null for one that somebody started.</summary>
    public RestartReason? LaunchReason { get; init; }

    /// <summary>Why it failed; null in every phase but <see cref="Phase.Failed"/>.</summary>
    public FailureReason? Failure { get; init; }

    /// <summary>What the last failed spawn said; one line.</summary>
    public string? Error { get; init; }

    /// <summary>How and why the last process ended; null before the first end.</summary>
    public ExitReason? LastExit { get; init; }

    /// <summary>Unstable ends in a row: the exponent of the back-off.</summary>
    public int UnstableInARow { get; init; }

    /// <summary>The delay that is being waited, or was last; zero when none.</summary>
    public TimeSpan Backoff { get; init; }

    /// <summary>Monotonic times of the crashes inside the window, oldest first.</summary>
    public EquatableArray<TimeSpan> Crashes { get; init; } = [];

    /// <summary>Differs between instances: the jitter's seed.</summary>
    public ulong Seed { get; init; }

    /// <summary>It runs at times and ends by itself: a start does not run it, and no end of a run is for good.</summary>
    public bool IsJob { get; init; }

    /// <summary>Restart and stop rules.</summary>
    public RestartPolicy Policy { get; init; } = new();

    /// <summary>Rules of a reload.</summary>
    public ReloadSpec Reload { get; init; } = new();

    /// <summary>Whether a new process may run beside the old one.</summary>
    public bool CanOverlap { get; init; }
}

/// <summary>What one event led to.</summary>
/// <param name="Next">The state after it.</param>
/// <param name="Effects">What has to be done, in order.</param>
/// <param name="Restarting">Why a further process follows, when this event decided that one does.</param>
/// <param name="Ended">Why a process ended, when this event is its end.</param>
/// <param name="Handled">False: the event means nothing in this state.</param>
/// <param name="EndedBeside">Why the second process ended, when this event is its end.</param>
public readonly record struct Transition(
    InstanceState Next,
    EquatableArray<InstanceEffect> Effects,
    RestartReason? Restarting = null,
    ExitReason? Ended = null,
    bool Handled = true,
    ExitReason? EndedBeside = null);
