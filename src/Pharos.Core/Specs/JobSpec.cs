namespace Pharos.Core.Specs;

/// <summary>What happens when a run is due and the one before has not ended.</summary>
public enum JobOverlap
{
    /// <summary>The new run is left out, and counted as left out.</summary>
    Forbid,

    /// <summary>Both run, each in a slot of its own, as many as the app has instances.</summary>
    Allow,

    /// <summary>The old run is stopped in order, then the new one begins.</summary>
    Replace,
}

/// <summary>An app that is run at times and ends by itself.</summary>
public sealed record JobSpec
{
    /// <summary>Cron pattern, 5 or 6 fields.</summary>
    public required string Cron { get; init; }

    /// <summary>IANA name of the zone of the pattern; null: the host's.</summary>
    public string? Zone { get; init; }

    /// <summary>What happens when runs meet.</summary>
    public JobOverlap Overlap { get; init; } = JobOverlap.Forbid;

    /// <summary>How many of the last runs are remembered.</summary>
    public int History { get; init; } = 10;

    /// <summary>A run that takes longer is stopped; null: it may take as long as it wants.</summary>
    public TimeSpan? Deadline { get; init; }
}
