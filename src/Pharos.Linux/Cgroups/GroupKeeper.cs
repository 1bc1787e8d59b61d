using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Linux.Daemon;

namespace Pharos.Linux.Cgroups;

/// <summary>Makes, finds and removes the control groups of all instances. One per process host.</summary>
/// <remarks>A group is there while its instance has a process: it is made before the start and removed when it is empty. So nothing is left
/// behind by who stops, and what a killed daemon left is removed by the next one.</remarks>
internal sealed class GroupKeeper : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _guard = new(); // guards all below, and orders making a group against removing it
    private readonly Action<string> _say;
    private readonly Dictionary<string, int> _users = new(StringComparer.Ordinal);
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private readonly List<OomWatch> _watched = [];
    private readonly Timer _timer;
    private CgroupLayout? _layout;

    /// <param name="say">Takes a line for the daemon's log.</param>
    /// <param name="layout">Where groups can be made; null: looked for on this machine when first needed.</param>
    internal GroupKeeper(Action<string> say, CgroupLayout? layout = null)
    {
        _say = say;
        _layout = layout;
        _timer = new Timer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Makes ready for a process that is to be limited.</summary>
    /// <param name="request">What is to be started.</param>
    /// <param name="confinement">How it is held; to be let go when it is gone, or was never made.</param>
    /// <returns>Null when all is well, else why not.</returns>
    internal LaunchRefused? Open(LaunchRequest request, out Confinement confinement)
    {
        confinement = Confinement.Free(request.Limits);
        if (request.Resources is not { IsLimited: true } limits)
            return null;
        lock (_guard)
        {
            try
            {
                var layout = Prepared(limits);
                var group = InstanceGroup.Plan(layout, limits);
                if (group.Directories.Any())
                {
                    Make(group, limits);
                    _users[limits.Name] = _users.GetValueOrDefault(limits.Name) + 1;
                }

                confinement = Confinement.Of(this, request, limits, group);
            }
            catch (LinuxException e)
            {
                return new LaunchRefused($"cannot limit what it may use: {e.Message}", Transient: true);
            }
        }

        if (confinement.Shortcoming is { } line && _said.Add(line))
            _say(line);
        return null;
    }

    /// <summary>Makes the group again: somebody has removed it while it was empty.</summary>
    internal void MakeAgain(InstanceGroup group, ResourceGroup limits)
    {
        lock (_guard)
            group.Make(limits);
    }

    /// <summary>The group that a living process of an earlier daemon is in.</summary>
    internal InstanceGroup? Find(int pid)
    {
        try
        {
            var group = InstanceGroup.Of(File.ReadAllText("/proc/self/mountinfo"), File.ReadAllText($"/proc/{pid}/cgroup"));
            if (group is not null)
            {
                lock (_guard)
                    _users[NameOf(group)] = _users.GetValueOrDefault(NameOf(group)) + 1;
            }

            return group;
        }
        catch (IOException)
        {
            return null; // it has ended meanwhile
        }
    }

    /// <summary>One user of a group less; the last one removes it, when nothing is left in it.</summary>
    internal void LetGo(InstanceGroup group)
    {
        lock (_guard)
        {
            var name = NameOf(group);
            if (_users.TryGetValue(name, out var users) && users > 1)
            {
                _users[name] = users - 1;
                return;
            }

            _users.Remove(name);
            group.TryRemove();
        }
    }

    /// <summary>Removes the empty groups that nobody of us uses: what an instance or a killed daemon left.</summary>
    internal void Tidy()
    {
        lock (_guard)
        {
            _layout ??= CgroupLayout.OfThisProcess();
            foreach (var directory in _layout.Bases.SelectMany(GroupsIn).ToList())
            {
                var name = Path.GetFileName(directory);
                if (name != UnifiedBase.DaemonLeaf && !_users.ContainsKey(name[InstanceGroup.Prefix.Length..]))
                    CgroupFile.TryRemove(directory);
            }
        }
    }

    /// <summary>Begins to look, every second, whether the out-of-memory killer took a process of a group.</summary>
    internal OomWatch? Watch(InstanceGroup group, string who, Func<bool> isMainAlive)
    {
        if (!group.Has(Controller.Memory))
            return null;
        var watch = new OomWatch(group, who, isMainAlive, _say);
        lock (_guard)
        {
            _watched.Add(watch);
            if (_watched.Count == 1)
                _timer.Change(LookEvery, LookEvery);
        }

        return watch;
    }

    /// <summary>No longer looks.</summary>
    internal void Unwatch(OomWatch watch)
    {
        lock (_guard)
        {
            if (_watched.Remove(watch) && _watched.Count == 0)
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _timer.Dispose();

    private static IEnumerable<string> GroupsIn(string directory)
    {
        try
        {
            return Directory.EnumerateDirectories(directory, InstanceGroup.Prefix + "*").ToList();
        }
        catch (IOException)
        {
            return []; // the group that we were in is gone
        }
    }

    private static string NameOf(InstanceGroup group) => Path.GetFileName(group.Directories.First())[InstanceGroup.Prefix.Length..];

    private CgroupLayout Prepared(ResourceGroup limits)
    {
        _layout ??= CgroupLayout.OfThisProcess();
        foreach (var refused in _layout.Unified?.Enable(InstanceGroup.Asked(limits)) ?? [])
            _layout.Drop(refused);
        return _layout;
    }

    private void Make(InstanceGroup group, ResourceGroup limits)
    {
        // A fresh one has no counts and no limits of an earlier time.
        if (!_users.ContainsKey(limits.Name))
            group.TryRemove();
        group.Make(limits);
    }

    private void Look()
    {
        OomWatch[] all;
        lock (_guard)
            all = [.. _watched];
        foreach (var watch in all)
            watch.Look();
    }
}
