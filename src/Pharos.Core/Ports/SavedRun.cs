using Pharos.Core.Lifecycle;

namespace Pharos.Core.Ports;

/// <summary>Where the lifecycle of an instance was, so that the next daemon goes on there. Times are wall clock: a monotonic one means nothing to
/// another process, let alone after a boot.</summary>
public sealed record SavedRun
{
    /// <summary>The phase.</summary>
    public required Phase Phase { get; init; }

    /// <summary>Whether its process could do its work.</summary>
    public Readiness Readiness { get; init; }

    /// <summary>Why it was not ready; null: not known, or it was.</summary>
    public string? ReadinessReason { get; init; }

    /// <summary>What the process said that it is at; null: nothing.</summary>
    public string? Status { get; init; }

    /// <summary>It waited for what it depends on.</summary>
    public bool Awaiting { get; init; }

    /// <summary>A spawn was under way: the process of the newest incarnation may be there or not.</summary>
    public bool Spawning { get; init; }

    /// <summary>The grace had passed and SIGKILL was sent.</summary>
    public bool Killed { get; init; }

    /// <summary>Which of the two ids of the slot its process had.</summary>
    public bool IsOnOtherSide { get; init; }

    /// <summary>The highest number that any incarnation had, when that is not the newest one's.</summary>
    public int Newest { get; init; }

    /// <summary>What follows the stop that was under way; null: nothing.</summary>
    public RestartReason? RestartAfterStop { get; init; }

    /// <summary>Why the newest incarnation was started again; null: somebody started it.</summary>
    public RestartReason? LaunchReason { get; init; }

    /// <summary>What the last failed spawn said; one line.</summary>
    public string? Error { get; init; }

    /// <summary>The delay that was being waited, whole.</summary>
    public TimeSpan Backoff { get; init; }

    /// <summary>Unstable ends in a row.</summary>
    public int UnstableInARow { get; init; }

    /// <summary>The crashes inside the window, oldest first.</summary>
    public EquatableArray<DateTimeOffset> Crashes { get; init; } = [];

    /// <summary>When its one timer goes off: the next start, the kill, or the later try; null: there was none.</summary>
    public DateTimeOffset? Deadline { get; init; }
}

/// <summary>How the last process ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Status">Code or signal.</param>
/// <param name="At">When.</param>
/// <param name="Uptime">How long it lived.</param>
/// <param name="LastLines">What it printed last, secrets taken out.</param>
public sealed record SavedExit(ExitReason Reason, ExitStatus Status, DateTimeOffset At, TimeSpan Uptime, EquatableArray<string> LastLines);
