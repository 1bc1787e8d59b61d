namespace Pharos.Core.Specs;

/// <summary>How connections reach the instances of a Node app that share their listeners.</summary>
public enum ClusterBalance
{
    /// <summary>All accept from one listening socket: no connection passes through the daemon.</summary>
    Shared,

    /// <summary>The daemon accepts and hands the connections out, one instance after the other.</summary>
    RoundRobin,

    /// <summary>Each has a listening socket of its own on the same port, SO_REUSEPORT: the kernel spreads the connections.</summary>
    ReusePort,
}

/// <summary>How a process is replaced by a new one without a gap.</summary>
public sealed record ReloadSpec
{
    /// <summary>A new process that is not ready within this time is given up, and the old one stays.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the old process may finish what it is at, before it is asked to stop.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the new one runs beside the old one; null: when they share their listeners (cluster, listen).</summary>
    public bool? Overlap { get; init; }
}
