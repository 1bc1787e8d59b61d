using System.Runtime.InteropServices;
using System.Text;
using Pharos.Core.Ports;
using Pharos.Linux.Streams;

namespace Pharos.Linux.Watching;

/// <summary>The folders of one order, each with its inotify watch. New folders are followed, links are not.</summary>
/// <remarks>
/// A file counts as written when its writer closes it: so a save in several steps is one change, and a log file that is held open is none.
/// When the kernel dropped notices, all folders are walked through anew, and what changed since the reading before is told; of a file that was only
/// deleted in between nothing is known then.
/// </remarks>
internal sealed class FolderTree : IDisposable
{
    private const uint Events = Libc.IN_CLOSE_WRITE | Libc.IN_CREATE | Libc.IN_DELETE | Libc.IN_MOVED_FROM | Libc.IN_MOVED_TO | Libc.IN_MOVE_SELF | Libc.IN_ONLYDIR | Libc.IN_EXCL_UNLINK;
    private static readonly TimeSpan ClockGrain = TimeSpan.FromMilliseconds(20); // the file systems' clock ticks that coarsely
    private static readonly EnumerationOptions Entries = new() { AttributesToSkip = 0, IgnoreInaccessible = true };

    private readonly Lock _guard = new(); // guards all below: an order may end while its notices are read
    private readonly FileWatchOrder _order;
    private readonly InotifyWatch _inotify = new();
    private readonly Dictionary<int, Folder> _folders = [];
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private readonly List<Folder> _gone = []; // in the reading that goes on: their parents' notices may be among the dropped ones
    private readonly int _most;
    private DateTimeOffset _readAt = DateTimeOffset.UtcNow;
    private bool _over;

    /// <param name="order">What to watch.</param>
    /// <param name="most">Watches that the kernel gives at most; of a test.</param>
    internal FolderTree(FileWatchOrder order, int most = int.MaxValue)
    {
        _order = order;
        _most = most;
    }

    /// <summary>For <see cref="Epoll.Add"/>.</summary>
    internal SafeHandle Handle => _inotify.Handle;

    /// <summary>Something that is to be watched is not there.</summary>
    internal bool IsIncomplete
    {
        get
        {
            lock (_guard)
                return _missing.Count > 0 && !_over;
        }
    }

    /// <summary>Number of folders watched.</summary>
    internal int Count
    {
        get
        {
            lock (_guard)
                return _folders.Count;
        }
    }

    /// <summary>Walks through all folders.</summary>
    internal void Begin() => Guarded(() => WatchRoots(_order.Paths, changedSince: null));

    /// <summary>Reads the notices there are.</summary>
    internal void Read() => Guarded(() =>
    {
        var since = _readAt - ClockGrain;
        _readAt = DateTimeOffset.UtcNow;
        _gone.Clear();
        if (_inotify.ReadNotices(Notice))
            WalkAnew(since);
    });

    /// <summary>Looks whether what was not there has come.</summary>
    internal void LookForMissing() => Guarded(() => WatchRoots([.. _missing.Where(Path.Exists)], DateTimeOffset.MinValue));

    public void Dispose()
    {
        lock (_guard)
        {
            _over = true;
            _inotify.Dispose();
        }
    }

    private void Guarded(Action act)
    {
        lock (_guard)
        {
            if (_over)
                return;
            try
            {
                act();
            }
            catch (LinuxException e)
            {
                _over = true; // what is watched in part would be believed to be watched
                _inotify.RemoveAll(_folders.Keys);
                _order.Lost(e.Errno == Libc.ENOSPC
                    ? "it has more folders than the kernel gives watches; raise the number with 'sysctl fs.inotify.max_user_watches=524288', or ignore some of them"
                    : e.Message);
            }
        }
    }

    private void WatchRoots(IEnumerable<string> paths, DateTimeOffset? changedSince)
    {
        foreach (var path in paths)
        {
            _missing.Remove(path);
            if (Directory.Exists(path))
                WatchFolder(path, "", changedSince);
            else if (File.Exists(path))
                WatchOne(path, changedSince);
            else
                _missing.Add(path);
        }
    }

    /// <summary>A file that is replaced by renaming is another file: so its folder is watched.</summary>
    private void WatchOne(string path, DateTimeOffset? changedSince)
    {
        var (root, name) = (Path.GetDirectoryName(path)!, Path.GetFileName(path));
        if (TryAdd(root, "") is not { } number)
            return;
        if (!_folders.TryGetValue(number, out var folder))
            _folders[number] = folder = new Folder(root, "", []);
        folder.Only?.Add(name);
        if (changedSince is { } since && ChangedAt(path) >= since)
            _order.Changed(new WatchedFile(root, name, IsFolder: false));
    }

    private void WatchFolder(string root, string relative, DateTimeOffset? changedSince)
    {
        // The watch comes first: what is made while we look is then seen twice, and not missed.
        if (TryAdd(root, relative) is not { } number || (_folders.TryGetValue(number, out var known) && known.Only is null))
            return;
        _folders[number] = new Folder(root, relative, null);
        foreach (var entry in new DirectoryInfo(Path.Combine(root, relative)).EnumerateFileSystemInfos("*", Entries))
        {
            var isFolder = entry is DirectoryInfo && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
            var file = new WatchedFile(root, Join(relative, entry.Name), isFolder);
            if (_order.IsIgnored(file))
                continue;
            if (changedSince is { } since && ChangedAt(entry.FullName) >= since)
                _order.Changed(file);
            if (isFolder)
                WatchFolder(root, file.Path, changedSince);
        }
    }

    /// <returns>The watch's number; null when the folder is gone again, or not for us.</returns>
    private int? TryAdd(string root, string relative)
    {
        if (_folders.Count >= _most)
            throw new LinuxException("inotify_add_watch", Libc.ENOSPC, root);
        try
        {
            return _inotify.Add(Path.Combine(root, relative), relative.Length == 0 ? Events : Events | Libc.IN_DONT_FOLLOW);
        }
        catch (LinuxException e) when (e.Errno is Libc.ENOENT or Libc.ENOTDIR or Libc.EACCES)
        {
            return null;
        }
    }

    private void Notice(int number, uint mask, ReadOnlySpan<byte> name)
    {
        if (!_folders.TryGetValue(number, out var folder))
            return;
        if ((mask & (Libc.IN_IGNORED | Libc.IN_MOVE_SELF)) != 0)
        {
            Gone(number, folder, (mask & Libc.IN_IGNORED) == 0);
            return;
        }

        var text = Encoding.UTF8.GetString(name);
        var file = new WatchedFile(folder.Root, Join(folder.Relative, text), (mask & Libc.IN_ISDIR) != 0);
        if (folder.Only?.Contains(text) == false || _order.IsIgnored(file))
            return;
        if (file.IsFolder && folder.Only is null && (mask & Libc.IN_MOVED_FROM) != 0)
            Forget(file);
        _order.Changed(file);
        if (file.IsFolder && folder.Only is null && (mask & (Libc.IN_CREATE | Libc.IN_MOVED_TO)) != 0)
            WatchFolder(file.Root, file.Path, DateTimeOffset.MinValue);
    }

    /// <summary>Of a folder below, its parent tells. The watched one itself is waited for.</summary>
    private void Gone(int number, Folder folder, bool moved)
    {
        if (folder.Relative.Length > 0)
        {
            if (!moved && _folders.Remove(number))
                _gone.Add(folder);
            return;
        }

        Forget(new WatchedFile(folder.Root, "", IsFolder: true));
        foreach (var path in folder.Only is null ? [folder.Root] : folder.Only.Select(n => Path.Combine(folder.Root, n)))
            _missing.Add(path);
        _order.Changed(new WatchedFile(folder.Root, "", IsFolder: true));
    }

    /// <summary>The watches go with a folder that is moved: where it is then, they would tell wrong names.</summary>
    private void Forget(WatchedFile gone)
    {
        foreach (var (number, folder) in _folders)
        {
            if (folder.Root == gone.Root && (gone.Path.Length == 0 || folder.Relative == gone.Path || folder.Relative.StartsWith(gone.Path + "/", StringComparison.Ordinal)))
            {
                _inotify.Remove(number);
                _folders.Remove(number);
            }
        }
    }

    private void WalkAnew(DateTimeOffset since)
    {
        _inotify.RemoveAll(_folders.Keys);
        var before = Below();
        before.UnionWith(_gone.Select(f => (f.Root, f.Relative)));
        _folders.Clear();
        WatchRoots(_order.Paths, since);
        var now = Below();
        now.SymmetricExceptWith(before);
        foreach (var (root, relative) in now)
            _order.Changed(new WatchedFile(root, relative, IsFolder: true));
    }

    private HashSet<(string Root, string Relative)> Below() => [.. _folders.Values.Where(f => f.Relative.Length > 0).Select(f => (f.Root, f.Relative))];

    /// <summary>The time of the last change of content or attributes: unlike that of writing, no tool can set it back.</summary>
    private static unsafe DateTimeOffset ChangedAt(string path)
    {
        Libc.Statx info;
        return Libc.statx(Libc.AT_FDCWD, path, Libc.AT_SYMLINK_NOFOLLOW, 0x7FF, &info) == 0 && info.Type != Libc.S_IFDIR
            ? DateTimeOffset.FromUnixTimeSeconds(info.ChangedSeconds).AddTicks(info.ChangedNanoseconds / 100)
            : DateTimeOffset.MinValue;
    }

    private static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";

    /// <summary>One watched folder.</summary>
    /// <param name="Root">The one of the order that it is in.</param>
    /// <param name="Relative">Path from there.</param>
    /// <param name="Only">The names that count; null: all.</param>
    private sealed record Folder(string Root, string Relative, HashSet<string>? Only);
}
