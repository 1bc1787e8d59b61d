namespace Pharos.Core.Specs;

/// <summary>What the whole tree of an instance may use, held by the kernel. All null: nothing is limited.</summary>
public sealed record ResourceSpec
{
    /// <summary>Memory, bytes: above it the kernel kills.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>CPU, percent of one core: 150 is one core and a half.</summary>
    public double? CpuPercent { get; init; }

    /// <summary>Processes and threads.</summary>
    public long? Tasks { get; init; }

    /// <summary>Nothing is limited.</summary>
    public bool IsEmpty => this is { MemoryBytes: null, CpuPercent: null, Tasks: null };
}
