using Pharos.Core.Lifecycle;

namespace Pharos.Core.Schedules;

/// <summary>Why a run of a job began.</summary>
public enum RunTrigger
{
    /// <summary>Its time came.</summary>
    Schedule,

    /// <summary>Somebody asked for it.</summary>
    Manual,

    /// <summary>The run before failed, and its policy tries again.</summary>
    Retry,
}

/// <summary>What became of a run. A closed set: it is a metric attribute.</summary>
public enum RunOutcome
{
    /// <summary>Exit code 0, unasked.</summary>
    Success,

    /// <summary>Any other end: an error code, a signal, a stop that somebody asked for.</summary>
    Failure,

    /// <summary>It was due and did not begin, since the one before went on.</summary>
    Skipped,

    /// <summary>It took longer than it may and was stopped.</summary>
    Deadline,
}

/// <summary>One run of a job: what is remembered of it.</summary>
public sealed record JobRun
{
    /// <summary>Number of the run: grows with each of the app.</summary>
    public required long Number { get; init; }

    /// <summary>Number of the run that this one tries again; its own for a first try.</summary>
    public required long First { get; init; }

    /// <summary>Why it began.</summary>
    public required RunTrigger Trigger { get; init; }

    /// <summary>The time of the schedule, wall clock; null when the schedule had no part in it.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>When it began, wall clock; of one that was skipped, when it would have begun.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Slot that it ran in; of one that was skipped, 0.</summary>
    public int Index { get; init; }

    /// <summary>Incarnation of the slot; of one that was skipped, 0.</summary>
    public int Incarnation { get; init; }

    /// <summary>What became of it; null: it goes on.</summary>
    public RunOutcome? Outcome { get; init; }

    /// <summary>How long it took; null: it goes on, was skipped, or nobody knows.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How its process ended; null: it goes on, or was skipped.</summary>
    public ExitReason? Reason { get; init; }

    /// <summary>Exit code; null when there is none.</summary>
    public int? Code { get; init; }

    /// <summary>Signal number; null when it exited by itself.</summary>
    public int? Signal { get; init; }

    /// <summary>How many times in a row were skipped; 1 for a run. One long run must not push all others out of the history.</summary>
    public int Times { get; init; } = 1;

    /// <summary>What a shell would make of its end.</summary>
    /// <returns>The exit code; 128 and the signal's number; 1 for every other failure.</returns>
    public int ShellCode => this switch
    {
        { Outcome: RunOutcome.Deadline } => 1,
        { Code: { } code } => code,
        { Signal: { } signal } => 128 + signal,
        _ => Outcome == RunOutcome.Success ? 0 : 1,
    };
}
