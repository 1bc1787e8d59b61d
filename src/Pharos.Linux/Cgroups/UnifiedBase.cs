using Pharos.Linux.Processes;

namespace Pharos.Linux.Cgroups;

/// <summary>The version 2 group below which the groups of instances are made.</summary>
/// <remarks>
/// A group that hands controllers to groups below it must have no processes of its own (the root excepted), cgroups(7). So either our own group
/// is ours alone, and we move into a leaf of it; or an ancestor without processes is writable: a subtree that was delegated to us.
/// </remarks>
internal sealed class UnifiedBase
{
    /// <summary>The leaf that the daemon itself moves into.</summary>
    internal const string DaemonLeaf = "pharos-daemon";

    private UnifiedBase(string directory, IReadOnlySet<Controller> controllers)
    {
        Directory = directory;
        Controllers = controllers;
    }

    /// <summary>Its directory.</summary>
    internal string Directory { get; }

    /// <summary>What groups below it can have.</summary>
    internal IReadOnlySet<Controller> Controllers { get; }

    /// <summary>Finds the nearest one that offers most.</summary>
    /// <param name="hierarchy">The unified hierarchy.</param>
    /// <param name="isOurs">Tells a process that we may move.</param>
    /// <returns>Null when there is none.</returns>
    internal static UnifiedBase? Find(CgroupHierarchy hierarchy, Func<int, bool> isOurs)
    {
        UnifiedBase? best = null;
        var own = Path.GetFileName(hierarchy.Group) == DaemonLeaf ? Path.GetDirectoryName(hierarchy.Group)! : hierarchy.Group;
        for (var directory = own; directory.Length >= hierarchy.MountPoint.Length; directory = Path.GetDirectoryName(directory)!)
        {
            var offered = Offered(directory, "cgroup.controllers");
            if (offered.Count > (best?.Controllers.Count ?? 0) && CanDivide(directory, directory == own, offered, isOurs))
                best = new UnifiedBase(directory, offered);
            if (directory == hierarchy.MountPoint)
                break;
        }

        return best;
    }

    /// <summary>Hands controllers to the groups below, moving our own processes out of the way first.</summary>
    /// <param name="wanted">Which.</param>
    /// <returns>Those that cannot be had after all.</returns>
    internal IReadOnlyList<Controller> Enable(IEnumerable<Controller> wanted)
    {
        var missing = wanted.Where(Controllers.Contains).Except(Offered(Directory, "cgroup.subtree_control")).ToList();
        if (missing.Count == 0)
            return [];
        if (!IsRealRoot(Directory))
            MakeRoom();
        return missing.FindAll(c => CgroupFile.TryWrite(Directory, "cgroup.subtree_control", "+" + CgroupLayout.NameOf(c)) != 0);
    }

    /// <summary>This process, and what an earlier daemon or this one started.</summary>
    internal static bool IsOurs(int pid)
    {
        if (pid == Environment.ProcessId)
            return true;
        try
        {
            return EnvironMarkers.Find(File.ReadAllBytes($"/proc/{pid}/environ")) is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // gone, or somebody else's
        }
    }

    private static bool CanDivide(string directory, bool isOwn, HashSet<Controller> offered, Func<int, bool> isOurs)
    {
        if (!CgroupFile.IsWritable(directory))
            return false;
        if (offered.IsSubsetOf(Offered(directory, "cgroup.subtree_control")))
            return true;
        if (Libc.access($"{directory}/cgroup.subtree_control", Libc.W_OK) != 0)
            return false;
        var inside = CgroupFile.Processes(directory);
        return inside.Count == 0 || IsRealRoot(directory) || (isOwn && inside.TrueForAll(pid => isOurs(pid)));
    }

    /// <summary>A root that only looks like one, in a container, has a type.</summary>
    private static bool IsRealRoot(string directory) => !File.Exists($"{directory}/cgroup.type");

    private static HashSet<Controller> Offered(string directory, string file)
    {
        var names = (CgroupFile.Text(directory, file) ?? "").Split(' ');
        return [.. Enum.GetValues<Controller>().Where(c => names.Contains(CgroupLayout.NameOf(c)))];
    }

    private void MakeRoom()
    {
        var leaf = $"{Directory}/{DaemonLeaf}";

        // A child that is being made meanwhile appears in the old group: look again.
        for (var pass = 0; pass < 10 && CgroupFile.Processes(Directory) is { Count: > 0 } inside; pass++)
        {
            CgroupFile.Make(leaf);
            foreach (var pid in inside)
                _ = CgroupFile.TryWrite(leaf, "cgroup.procs", $"{pid}"); // one that has ended meanwhile is out of the way too
        }
    }
}
