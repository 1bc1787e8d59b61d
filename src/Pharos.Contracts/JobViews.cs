namespace Pharos.Contracts;

/// <summary>A job: when it runs, and its last runs.</summary>
public sealed record JobView
{
    /// <summary>Cron pattern.</summary>
    public required string Cron { get; init; }

    /// <summary>Zone of the pattern; null: the host's.</summary>
    public string? Zone { get; init; }

    /// <summary>forbid, allow or replace.</summary>
    public required string Overlap { get; init; }

    /// <summary>Seconds after which a run is stopped; null: it may take as long as it wants.</summary>
    public double? DeadlineSeconds { get; init; }

    /// <summary>The time of the next run; null while its schedule is stopped, and when there is none.</summary>
    public DateTimeOffset? NextRunAt { get; init; }

    /// <summary>What goes on and the last runs, newest first.</summary>
    public required IReadOnlyList<RunView> Runs { get; init; }
}

/// <summary>One run of a job.</summary>
public sealed record RunView
{
    /// <summary>App name.</summary>
    public required string App { get; init; }

    /// <summary>Number of the run: grows with each of the app.</summary>
    public required long Number { get; init; }

    /// <summary>Number of the run that this one tries again; its own for a first try.</summary>
    public required long First { get; init; }

    /// <summary>schedule, manual or retry.</summary>
    public required string Trigger { get; init; }

    /// <summary>The time of the schedule; null when the schedule had no part in it.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>When it began, or would have begun.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Slot that it ran in.</summary>
    public required int Index { get; init; }

    /// <summary>success, failure, skipped or deadline; null: it goes on.</summary>
    public string? Outcome { get; init; }

    /// <summary>How long it took, seconds; null: it goes on, was skipped, or nobody knows.</summary>
    public double? DurationSeconds { get; init; }

    /// <summary>How its process ended, as in <see cref="ExitView.Reason"/>; null: it goes on, or was skipped.</summary>
    public string? Reason { get; init; }

    /// <summary>Exit code; null when there is none.</summary>
    public int? Code { get; init; }

    /// <summary>Signal number; null when it exited by itself.</summary>
    public int? Signal { get; init; }

    /// <summary>SIGKILL and so on; null without a signal.</summary>
    public string? SignalName { get; init; }

    /// <summary>How many times in a row were skipped; 1 for a run.</summary>
    public int Times { get; init; } = 1;
}
