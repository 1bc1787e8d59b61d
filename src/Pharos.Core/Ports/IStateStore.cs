using System.Collections.Immutable;
using Pharos.Core.Lifecycle;
using Pharos.Core.Schedules;
using Pharos.Core.Specs;

namespace Pharos.Core.Ports;

/// <summary>One instance as it is kept over daemon restarts.</summary>
public sealed record SavedInstance
{
    /// <summary>Slot number.</summary>
    public required int Index { get; init; }

    /// <summary>Its number among all instances of the home; null: an earlier version did not give one.</summary>
    public int? Number { get; init; }

    /// <summary>Since when it counts: its declaration, or the last time that somebody started or restarted it, wall clock; null: not known.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Somebody wants it to run.</summary>
    public required bool Wanted { get; init; }

    /// <summary>Newest incarnation number.</summary>
    public required int Incarnation { get; init; }

    /// <summary>The running process; null when there is none.</summary>
    public ProcessIdentity? Process { get; init; }

    /// <summary>Restarts by reason.</summary>
    public ImmutableDictionary<RestartReason, long> Restarts { get; init; } = ImmutableDictionary<RestartReason, long>.Empty;

    /// <summary>Restarts that are shown: those since somebody had them count anew; null: not known, then all.</summary>
    public long? RestartsShown { get; init; }

    /// <summary>Exits by reason.</summary>
    public ImmutableDictionary<ExitReason, long> Exits { get; init; } = ImmutableDictionary<ExitReason, long>.Empty;

    /// <summary>It was given up, and why.</summary>
    public FailureReason? Failure { get; init; }

    /// <summary>When its counters began, wall clock.</summary>
    public DateTimeOffset CountersSince { get; init; }

    /// <summary>What else was counted of it; null: not known.</summary>
    public SavedCounters? Counters { get; init; }

    /// <summary>When <see cref="Process"/> started, wall clock; null: not known.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Where its lifecycle was; null: not known, or it is to begin anew. Then what is wanted and does not run is started.</summary>
    public SavedRun? Run { get; init; }

    /// <summary>How its last process ended; null: none did, or it is not known.</summary>
    public SavedExit? LastExit { get; init; }

    /// <summary>Reason of the last restart; null: there was none, or it is not known.</summary>
    public RestartReason? LastRestart { get; init; }
}

/// <summary>The runs of a job as they are kept over daemon restarts.</summary>
public sealed record SavedJob
{
    /// <summary>Number of the newest run.</summary>
    public required long Number { get; init; }

    /// <summary>What goes on and what was, oldest first.</summary>
    public required EquatableArray<JobRun> Runs { get; init; }

    /// <summary>Runs by outcome.</summary>
    public ImmutableDictionary<RunOutcome, long> Outcomes { get; init; } = ImmutableDictionary<RunOutcome, long>.Empty;

    /// <summary>When its counters began, wall clock.</summary>
    public DateTimeOffset CountersSince { get; init; }
}

/// <summary>One app as it is kept over daemon restarts.</summary>
public sealed record SavedApp
{
    /// <summary>The app.</summary>
    public required AppSpec Spec { get; init; }

    /// <summary>Its slots.</summary>
    public required EquatableArray<SavedInstance> Instances { get; init; }

    /// <summary>Its runs; null when it is no job.</summary>
    public SavedJob? Job { get; init; }
}

/// <summary>Everything that outlives the daemon.</summary>
public sealed record SavedState
{
    /// <summary>All apps.</summary>
    public required EquatableArray<SavedApp> Apps { get; init; }

    /// <summary>The number that the next new instance gets.</summary>
    public int NextNumber { get; init; }

    /// <summary>The kernel's boot id when it was saved; null: not known.</summary>
    public string? BootId { get; init; }
}

/// <summary>No generation of the saved state can be read. Nothing was changed.</summary>
/// <param name="message">One line: which file, what is wrong, what to do.</param>
public sealed class StateUnreadableException(string message) : Exception(message);

/// <summary>Keeps the state: atomically, checksummed, the last 5 generations.</summary>
public interface IStateStore
{
    /// <summary>Reads the newest generation that is whole.</summary>
    /// <param name="warnings">A line for each generation that had to be passed over.</param>
    /// <returns>The state, or null when there never was one.</returns>
    /// <exception cref="StateUnreadableException">There are generations, and none is whole.</exception>
    SavedState? Load(out IReadOnlyList<string> warnings);

    /// <summary>Reads what is to be brought back.</summary>
    /// <param name="path">A state file; null: what <see cref="Keep"/> wrote last, and without that the newest generation that is whole.</param>
    /// <param name="source">The file that was read; the folder when there is none.</param>
    /// <returns>The state; without apps when there never was one.</returns>
    /// <exception cref="StateUnreadableException">It is not there or not whole: one line.</exception>
    SavedState Recall(string? path, out string source);

    /// <summary>Writes a copy that no later generation takes the place of.</summary>
    /// <param name="state">The state.</param>
    /// <returns>The path written.</returns>
    string Keep(SavedState state);

    /// <summary>Writes a new generation: aside, fsynced, renamed.</summary>
    /// <param name="state">The state.</param>
    /// <returns>The path written.</returns>
    string Save(SavedState state);
}
