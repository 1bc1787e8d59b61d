using System.Diagnostics;
using Pharos.Core.Ports;
using Pharos.Core.Specs;

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
    private readonly Dictionary<string, InstanceGroup> _populated = new(StringComparer.Ordinal); // by the mark of who left something in it
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private readonly List<OomWatch> _watched = [];
    private readonly Timer _timer;
    private CgroupLayout? _layout;
    private long _tidied;

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
        if (request.Resources is not { Limits.IsEmpty: false } asked)
            return null;
        lock (_guard)
        {
            try
            {
                var layout = Prepared(asked.Limits);
                var group = InstanceGroup.Plan(layout, asked);
                if (group.Directories.Any())
                    Make(group, asked);
                confinement = Confinement.Of(this, request, asked.Limits, group);
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
    internal void MakeAgain(InstanceGroup group, ResourceSpec limits)
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
    internal void LetGo(InstanceGroup group, string marker)
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
            if (!group.TryRemove())
                _populated[marker] = group;
        }
    }

    /// <summary>The group in which a process has left others behind when it ended.</summary>
    /// <param name="marker">As in <see cref="LaunchRequest.Marker"/>.</param>
    /// <returns>Null when there is none, or a further process of the instance is in it already.</returns>
    internal InstanceGroup? LeftBy(string marker)
    {
        lock (_guard)
            return _populated.TryGetValue(marker, out var group) && !_users.ContainsKey(NameOf(group)) ? group : null;
    }

    /// <summary>Removes a group whose processes were killed, unless somebody uses it.</summary>
    internal void Emptied(InstanceGroup group)
    {
        lock (_guard)
        {
            if (!_users.ContainsKey(NameOf(group)))
                group.TryRemove();
        }
    }

    /// <summary>As <see cref="Tidy"/>, unless that was done within the last second: an app in a crash loop uses no group.</summary>
    internal void TidyNowAndThen()
    {
        if (_tidied == 0 || Stopwatch.GetElapsedTime(_tidied) > TimeSpan.FromSeconds(1))
            Tidy();
    }

    /// <summary>Removes the empty groups that nobody of us uses: what an instance or a killed daemon left.</summary>
    internal void Tidy()
    {
        lock (_guard)
        {
            _tidied = Stopwatch.GetTimestamp();
            _layout ??= CgroupLayout.OfThisProcess();
            foreach (var directory in _layout.Bases.SelectMany(GroupsIn).ToList())
            {
                var name = Path.GetFileName(directory);
                if (name != UnifiedBase.DaemonLeaf && !_users.ContainsKey(name[InstanceGroup.Prefix.Length..]))
                    CgroupFile.TryRemove(directory);
            }

            foreach (var marker in _populated.Where(p => !p.Value.Directories.Any(Directory.Exists)).Select(p => p.Key).ToList())
                _populated.Remove(marker);
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

    private CgroupLayout Prepared(ResourceSpec limits)
    {
        _layout ??= CgroupLayout.OfThisProcess();
        foreach (var refused in _layout.Unified?.Enable(InstanceGroup.Asked(limits)) ?? [])
            _layout.Drop(refused);
        return _layout;
    }

    private void Make(InstanceGroup group, ResourceGroup asked)
    {
        // A fresh one has no counts and no limits of an earlier time.
        if (!_users.ContainsKey(asked.Name))
            group.TryRemove();
        try
        {
            group.Make(asked.Limits);
        }
        catch (LinuxException)
        {
            if (!_users.ContainsKey(asked.Name))
                group.TryRemove();
            throw;
        }

        _users[asked.Name] = _users.GetValueOrDefault(asked.Name) + 1;
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
