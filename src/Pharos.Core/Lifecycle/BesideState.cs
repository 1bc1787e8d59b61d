namespace Pharos.Core.Lifecycle;

/// <summary>What the second process of an instance is there for.</summary>
public enum BesideRole
{
    /// <summary>It is to take the place of the current one when it is ready.</summary>
    Successor,

    /// <summary>Its place was taken: it finishes what it is at.</summary>
    Draining,

    /// <summary>It was told to go and has not gone yet.</summary>
    Leaving,
}

/// <summary>The one further process that an instance may have, while a reload overlaps.</summary>
public sealed record BesideState
{
    /// <summary>Its number.</summary>
    public required int Incarnation { get; init; }

    /// <summary>What it is there for.</summary>
    public required BesideRole Role { get; init; }

    /// <summary>Why it was started.</summary>
    public RestartReason Reason { get; init; } = RestartReason.Reload;

    /// <summary>A spawn is under way.</summary>
    public bool Spawning { get; init; }

    /// <summary>SIGKILL was sent.</summary>
    public bool Killed { get; init; }
}
