namespace Pharos.Linux.Cgroups;

/// <summary>What a control group can limit.</summary>
internal enum Controller
{
    /// <summary>Memory.</summary>
    Memory,

    /// <summary>Processor time.</summary>
    Cpu,

    /// <summary>Processes and threads.</summary>
    Pids,
}

/// <summary>Where groups can be made for one controller.</summary>
/// <param name="Directory">The group to make them in.</param>
/// <param name="IsV2">Whose files they have.</param>
internal sealed record ControllerPlace(string Directory, bool IsV2);

/// <summary>Which controllers this process may use, and where: version 2, version 1, or some of each on a hybrid machine.</summary>
internal sealed class CgroupLayout
{
    private readonly Dictionary<Controller, ControllerPlace> _places = [];

    private CgroupLayout(IReadOnlyList<CgroupHierarchy> hierarchies) => Hierarchies = hierarchies;

    /// <summary>No controller at all.</summary>
    internal static CgroupLayout None { get; } = new([]);

    /// <summary>All that is mounted.</summary>
    internal IReadOnlyList<CgroupHierarchy> Hierarchies { get; }

    /// <summary>Where version 2 groups are made; null: nowhere.</summary>
    internal UnifiedBase? Unified { get; private init; }

    /// <summary>Directories that groups of ours can be in.</summary>
    internal IEnumerable<string> Bases => _places.Values.Select(p => p.Directory).Distinct();

    /// <summary>Looks at this machine; makes and moves nothing.</summary>
    internal static CgroupLayout OfThisProcess()
    {
        try
        {
            return Of(File.ReadAllText("/proc/self/mountinfo"), File.ReadAllText("/proc/self/cgroup"), UnifiedBase.IsOurs);
        }
        catch (IOException)
        {
            return None; // a /proc without them: a kernel without control groups
        }
    }

    /// <summary>Looks at a machine.</summary>
    /// <param name="mountInfo">Text of /proc/self/mountinfo.</param>
    /// <param name="groups">Text of /proc/self/cgroup.</param>
    /// <param name="isOurs">Tells a process that we may move to another group.</param>
    internal static CgroupLayout Of(string mountInfo, string groups, Func<int, bool> isOurs)
    {
        var hierarchies = CgroupHierarchy.Parse(mountInfo, groups);
        var unified = hierarchies.Find(h => h.IsV2) is { } v2 ? UnifiedBase.Find(v2, isOurs) : null;
        var layout = new CgroupLayout(hierarchies) { Unified = unified };
        foreach (var controller in Enum.GetValues<Controller>())
        {
            // A controller is attached to one hierarchy at a time, so there is no choice to make.
            if (unified?.Controllers.Contains(controller) == true)
                layout._places[controller] = new ControllerPlace(unified.Directory, IsV2: true);
            else if (hierarchies.Find(h => !h.IsV2 && h.Controllers.Contains(NameOf(controller))) is { } v1 && CgroupFile.IsWritable(v1.Group))
                layout._places[controller] = new ControllerPlace(v1.Group, IsV2: false);
        }

        return layout;
    }

    /// <summary>Where groups can be made for a controller; null: nowhere.</summary>
    internal ControllerPlace? PlaceOf(Controller controller) => _places.GetValueOrDefault(controller);

    /// <summary>A controller that turned out not to be for us.</summary>
    internal void Drop(Controller controller) => _places.Remove(controller);

    /// <summary>The kernel's name of it.</summary>
    internal static string NameOf(Controller controller) => controller switch
    {
        Controller.Memory => "memory",
        Controller.Cpu => "cpu",
        Controller.Pids => "pids",
    };
}
