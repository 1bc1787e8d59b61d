using Pharos.Core;
using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Schedules;

namespace Pharos.Supervisor.Actors;

/// <summary>How a process ended, for people.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Status">Code or signal.</param>
/// <param name="At">When, wall clock.</param>
/// <param name="Uptime">How long it lived.</param>
/// <param name="LastLines">What it printed last, at most 20 lines.</param>
public sealed record ExitRecord(ExitReason Reason, ExitStatus Status, DateTimeOffset At, TimeSpan Uptime, IReadOnlyList<string> LastLines);

/// <summary>An instance at one moment. Immutable: readers never wait for the actor.</summary>
public sealed record InstanceSnapshot
{
    /// <summary>Which.</summary>
    public required InstanceKey Key { get; init; }

    /// <summary>Its lifecycle.</summary>
    public required InstanceState State { get; init; }

    /// <summary>Its number among all instances of the home: given once, kept over restarts and daemons.</summary>
    public int Number { get; init; }

    /// <summary>When it was declared, or somebody last started or restarted it, wall clock.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Somebody wants it to run.</summary>
    public bool Wanted { get; init; }

    /// <summary>Its process; null when there is none.</summary>
    public ProcessIdentity? Process { get; init; }

    /// <summary>When the process started, wall clock.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The limits that the kernel holds its process to; empty without one.</summary>
    public EquatableArray<LimitInForce> LimitsInForce { get; init; } = [];

    /// <summary>The last end; null before the first.</summary>
    public ExitRecord? LastExit { get; init; }

    /// <summary>Restarts since the counters began or somebody had them begin anew, all reasons: those that led to this moment, not those that the metrics count by now.</summary>
    public long Restarts { get; init; }

    /// <summary>Reason of the last restart.</summary>
    public RestartReason? LastRestart { get; init; }

    /// <summary>When the instance's timer goes off, wall clock: the next start, the kill, or the later try; null: nothing waits.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The newest run of a job in this slot, whether it goes on or not; null before the first, and for what is no job.</summary>
    public JobRun? Run { get; init; }
}
