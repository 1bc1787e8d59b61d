using Pharos.Core.Specs;

namespace Pharos.Core.Ports;

/// <summary>All processes of one instance, limited together.</summary>
/// <param name="Name">Names the instance's group among those of the machine: letters, digits, dot and dash; the same for each incarnation.</param>
/// <param name="Limits">What they may use.</param>
public sealed record ResourceGroup(string Name, ResourceSpec Limits);

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
