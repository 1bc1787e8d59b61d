using System.Globalization;
using Pharos.Core.Ports;
using Pharos.Core.Specs;

namespace Pharos.Linux.Cgroups;

/// <summary>The control group of one instance: one directory in version 2, one for each controller in version 1.</summary>
internal sealed class InstanceGroup
{
    /// <summary>What directories of ours begin with.</summary>
    internal const string Prefix = "pharos-";

    private const int CpuPeriodMicroseconds = 100_000;
    private const int LeastQuotaMicroseconds = 1000; // of the kernel

    private readonly Dictionary<Controller, ControllerPlace> _parts;

    private InstanceGroup(Dictionary<Controller, ControllerPlace> parts) => _parts = parts;

    /// <summary>Its directories.</summary>
    internal IEnumerable<string> Directories => _parts.Values.Select(p => p.Directory).Distinct();

    /// <summary>It limits this.</summary>
    internal bool Has(Controller controller) => _parts.ContainsKey(controller);

    /// <summary>A group for what is limited and can be; nothing is made yet.</summary>
    internal static InstanceGroup Plan(CgroupLayout layout, ResourceGroup asked)
    {
        var parts = new Dictionary<Controller, ControllerPlace>();
        foreach (var controller in Asked(asked.Limits))
        {
            if (layout.PlaceOf(controller) is { } place)
                parts[controller] = place with { Directory = $"{place.Directory}/{Prefix}{asked.Name}" };
        }

        return new InstanceGroup(parts);
    }

    /// <summary>The group that an earlier daemon put a process into.</summary>
    /// <param name="mountInfo">Text of /proc/self/mountinfo.</param>
    /// <param name="groups">Text of its /proc/PID/cgroup.</param>
    /// <returns>Null when it is in none of ours.</returns>
    internal static InstanceGroup? Of(string mountInfo, string groups)
    {
        var parts = new Dictionary<Controller, ControllerPlace>();
        foreach (var hierarchy in CgroupHierarchy.Parse(mountInfo, groups))
        {
            var name = Path.GetFileName(hierarchy.Group);
            if (!name.StartsWith(Prefix, StringComparison.Ordinal) || name == UnifiedBase.DaemonLeaf)
                continue;
            foreach (var controller in Enum.GetValues<Controller>())
            {
                if (hierarchy.IsV2 ? File.Exists($"{hierarchy.Group}/{FileOf(controller, isV2: true)}") : hierarchy.Controllers.Contains(CgroupLayout.NameOf(controller)))
                    parts[controller] = new ControllerPlace(hierarchy.Group, hierarchy.IsV2);
            }
        }

        return parts.Count == 0 ? null : new InstanceGroup(parts);
    }

    /// <summary>The controllers that limits ask for.</summary>
    internal static IEnumerable<Controller> Asked(ResourceSpec limits)
    {
        if (limits.MemoryBytes is not null)
            yield return Controller.Memory;
        if (limits.CpuPercent is not null)
            yield return Controller.Cpu;
        if (limits.Tasks is not null)
            yield return Controller.Pids;
    }

    /// <summary>Makes its directories, or takes those that are there, and writes the limits.</summary>
    /// <exception cref="LinuxException">The kernel refuses one.</exception>
    internal void Make(ResourceSpec limits)
    {
        foreach (var directory in Directories)
            CgroupFile.Make(directory);
        foreach (var (controller, part) in _parts)
        {
            switch (controller)
            {
                case Controller.Memory:
                    LimitMemory(part, limits.MemoryBytes!.Value);
                    break;
                case Controller.Cpu:
                    LimitCpu(part, limits.CpuPercent!.Value);
                    break;
                case Controller.Pids:
                    CgroupFile.Write(part.Directory, "pids.max", Text(limits.Tasks!.Value));
                    break;
            }
        }
    }

    /// <summary>Puts a process in, with whatever it starts from now on.</summary>
    /// <returns>0, or the errno.</returns>
    internal int TryEnter(int pid)
    {
        foreach (var directory in Directories)
        {
            if (CgroupFile.TryWrite(directory, "cgroup.procs", Text(pid)) is var errno and not 0)
                return errno;
        }

        return 0;
    }

    /// <summary>Processes in it.</summary>
    internal IEnumerable<int> Processes() => Directories.SelectMany(CgroupFile.Processes).Distinct();

    /// <summary>How many of its processes the out-of-memory killer took since it was made; null: not counted.</summary>
    /// <remarks>Both versions count them since Linux 4.13, which is older than any kernel we run on.</remarks>
    internal long? OomKills() => !_parts.TryGetValue(Controller.Memory, out var part) ? null
        : part.IsV2 ? CgroupFile.Number(part.Directory, "memory.events", "oom_kill")
        : CgroupFile.Number(part.Directory, "memory.oom_control", "oom_kill");

    /// <summary>The limits as the kernel has them now.</summary>
    internal IEnumerable<LimitInForce> InForce()
    {
        foreach (var (controller, part) in _parts.OrderBy(p => p.Key))
        {
            if (ValueOf(controller, part) is { } value)
                yield return new LimitInForce(controller switch { Controller.Memory => LimitInForce.Memory, Controller.Cpu => LimitInForce.Cpu, Controller.Pids => LimitInForce.Tasks }, value, part.IsV2 ? "cgroup v2" : "cgroup v1");
        }
    }

    /// <summary>Removes it if nothing is in it.</summary>
    internal bool TryRemove() => Directories.ToList().TrueForAll(CgroupFile.TryRemove);

    private static void LimitMemory(ControllerPlace part, long bytes)
    {
        if (part.IsV2)
        {
            CgroupFile.Write(part.Directory, "memory.max", Text(bytes));
            _ = CgroupFile.TryWrite(part.Directory, "memory.swap.max", "0"); // not there without swap; a limit that only moves the app to the disk is none
            return;
        }

        // Memory with swap can never be limited to less than memory alone: so it goes out of the way first. It is not there without swap accounting.
        _ = CgroupFile.TryWrite(part.Directory, "memory.memsw.limit_in_bytes", "-1");
        CgroupFile.Write(part.Directory, "memory.limit_in_bytes", Text(bytes));
        _ = CgroupFile.TryWrite(part.Directory, "memory.memsw.limit_in_bytes", Text(bytes));
    }

    private static void LimitCpu(ControllerPlace part, double percent)
    {
        var quota = Math.Max(LeastQuotaMicroseconds, (long)Math.Round(percent / 100 * CpuPeriodMicroseconds));
        if (part.IsV2)
        {
            CgroupFile.Write(part.Directory, "cpu.max", $"{Text(quota)} {Text(CpuPeriodMicroseconds)}");
            return;
        }

        CgroupFile.Write(part.Directory, "cpu.cfs_period_us", Text(CpuPeriodMicroseconds));
        CgroupFile.Write(part.Directory, "cpu.cfs_quota_us", Text(quota));
    }

    private static double? ValueOf(Controller controller, ControllerPlace part)
    {
        if (controller != Controller.Cpu)
        {
            var value = CgroupFile.Number(part.Directory, FileOf(controller, part.IsV2));
            return value is null or > long.MaxValue / 2 ? null : value; // version 1 writes "none" as the highest number of whole pages
        }

        if (!part.IsV2)
        {
            return CgroupFile.Number(part.Directory, "cpu.cfs_quota_us") is > 0 and var quota && CgroupFile.Number(part.Directory, "cpu.cfs_period_us") is > 0 and var period
                ? 100.0 * quota / period : null;
        }

        return CgroupFile.Text(part.Directory, "cpu.max")?.Split(' ') is [var used, var of]
            && double.TryParse(used, CultureInfo.InvariantCulture, out var part1) && double.TryParse(of, CultureInfo.InvariantCulture, out var whole) ? 100 * part1 / whole : null;
    }

    private static string FileOf(Controller controller, bool isV2) => controller switch
    {
        Controller.Memory => isV2 ? "memory.max" : "memory.limit_in_bytes",
        Controller.Cpu => isV2 ? "cpu.max" : "cpu.cfs_quota_us",
        Controller.Pids => "pids.max",
    };

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
