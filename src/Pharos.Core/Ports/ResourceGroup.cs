namespace Pharos.Core.Ports;

/// <summary>What all processes of one instance may use together.</summary>
public sealed record ResourceGroup
{
    /// <summary>Names the instance's group among those of the machine: letters, digits, dot and dash; the same for each incarnation.</summary>
    public required string Name { get; init; }

    /// <summary>Most memory, bytes; null: no limit.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Most processor time, percent of one core; null: no limit.</summary>
    public double? CpuPercent { get; init; }

    /// <summary>Most processes and threads; null: no limit.</summary>
    public long? Tasks { get; init; }

    /// <summary>Something is limited.</summary>
    public bool IsLimited => MemoryBytes is not null || CpuPercent is not null || Tasks is not null;
}

/// <summary>One limit that the kernel holds a process to.</summary>
/// <param name="Resource">memory, cpu or tasks.</param>
/// <param name="Value">Bytes, percent of one core, or a number.</param>
/// <param name="Means">How: <c>cgroup v1</c>, <c>cgroup v2</c> or <c>rlimit</c>.</param>
public sealed record LimitInForce(string Resource, double Value, string Means)
{
    /// <summary>Bytes of all processes of the instance together; by rlimit, of the address space of each.</summary>
    public const string Memory = "memory";

    /// <summary>Percent of one core.</summary>
    public const string Cpu = "cpu";

    /// <summary>Processes and threads.</summary>
    public const string Tasks = "tasks";
}
