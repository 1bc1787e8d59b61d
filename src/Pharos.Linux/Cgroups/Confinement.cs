using System.Globalization;
using Pharos.Core;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Linux.Daemon;

namespace Pharos.Linux.Cgroups;

/// <summary>How one process is held to its limits: by the group of its instance, by resource limits of its own, or not at all.</summary>
internal sealed class Confinement
{
    private readonly GroupKeeper? _keeper;
    private readonly ResourceSpec? _asked;
    private readonly List<LimitInForce> _standIns;
    private readonly string _marker;

    private Confinement(GroupKeeper? keeper, ResourceSpec? asked, InstanceGroup? group, IReadOnlyList<ResourceLimit> limits, List<LimitInForce> standIns, string marker = "")
    {
        _marker = marker;
        _standIns = standIns;
        _keeper = keeper;
        _asked = asked;
        Group = group;
        Limits = limits;
    }

    /// <summary>Its group; null: none.</summary>
    internal InstanceGroup? Group { get; }

    /// <summary>Resource limits for setrlimit(2): those that were asked for, and those that stand in for a group.</summary>
    internal IReadOnlyList<ResourceLimit> Limits { get; }

    /// <summary>What the kernel holds it to, once it is in its group.</summary>
    internal EquatableArray<LimitInForce> InForce => [.. Group?.InForce() ?? [], .. _standIns];

    /// <summary>One line on what could not be had as it should be; null: all is well.</summary>
    internal string? Shortcoming { get; private init; }

    /// <summary>No limits on the whole.</summary>
    internal static Confinement Free(IReadOnlyList<ResourceLimit> limits) => new(null, null, null, limits, []);

    /// <summary>A process in a group, or what comes nearest to it.</summary>
    internal static Confinement Of(GroupKeeper keeper, LaunchRequest request, ResourceSpec asked, InstanceGroup group)
    {
        var grouped = group.Directories.Any();
        var standIns = new List<LimitInForce>();
        var limits = request.Limits.ToList();
        var lacks = new List<string>();
        foreach (var controller in InstanceGroup.Asked(asked).Where(c => !group.Has(c)))
            lacks.Add(StandIn(controller, asked, request, limits, standIns));
        return new Confinement(keeper, asked, grouped ? group : null, limits, standIns, request.Marker)
        {
            Shortcoming = lacks.Count == 0 ? null : $"{request.Key}: no control group is writable for {string.Join("; ", lacks)}",
        };
    }

    /// <summary>Puts the process into its group. To be called before its program runs.</summary>
    /// <returns>Null when all is well, else why not.</returns>
    internal LaunchRefused? Enter(int pid)
    {
        if (Group is null)
            return null;
        var errno = Group.TryEnter(pid);
        for (var attempt = 0; errno == Libc.ENOENT && attempt < 3; attempt++)
        {
            _keeper!.MakeAgain(Group, _asked!); // another daemon has tidied it away while it was empty
            errno = Group.TryEnter(pid);
        }

        return errno is 0 or Libc.ESRCH ? null : new LaunchRefused($"cannot put it into its control group {Group.Directories.First()}: {LinuxException.Describe(errno)}", Transient: true);
    }

    /// <summary>The process is gone, or was never made.</summary>
    internal void LetGo()
    {
        if (Group is not null)
            _keeper!.LetGo(Group, _marker);
    }

    private static string StandIn(Controller controller, ResourceSpec asked, LaunchRequest request, List<ResourceLimit> limits, List<LimitInForce> standIns)
    {
        switch (controller)
        {
            case Controller.Memory when limits.Exists(l => l.Resource == "as"):
                return "memory: its own limit 'as' stands";
            case Controller.Memory:
                limits.Add(new ResourceLimit("as", (ulong)asked.MemoryBytes!.Value, (ulong)asked.MemoryBytes.Value));
                standIns.Add(new LimitInForce(LimitInForce.Memory, asked.MemoryBytes.Value, "rlimit"));
                return "memory: the address space of each of its processes is limited instead";
            case Controller.Pids when limits.Exists(l => l.Resource == "nproc"):
                return "tasks: its own limit 'nproc' stands";
            case Controller.Pids when SelfIdentity.IsRoot && request.User is null or "root" or "0":
                return "tasks: not limited, since the kernel does not count root's"; // setrlimit(2), RLIMIT_NPROC
            case Controller.Pids:
                limits.Add(new ResourceLimit("nproc", (ulong)asked.Tasks!.Value, (ulong)asked.Tasks.Value));
                standIns.Add(new LimitInForce(LimitInForce.Tasks, asked.Tasks.Value, "rlimit"));
                return "tasks: all processes of its user are counted instead";
            case Controller.Cpu:
                return string.Create(CultureInfo.InvariantCulture, $"cpu: not limited to {asked.CpuPercent} %");
            default:
                throw new ArgumentOutOfRangeException(nameof(controller), controller, "There are three controllers.");
        }
    }
}
