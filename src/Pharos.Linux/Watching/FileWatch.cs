using Pharos.Core.Ports;
using Pharos.Linux.Streams;

namespace Pharos.Linux.Watching;

/// <summary>Watches the files of apps: one inotify(7) instance for each order, one thread for all. The thread begins with the first order.</summary>
public sealed class FileWatch : IFileWatch, IDisposable
{
    private const ulong WakeTag = 0;
    private static readonly TimeSpan LookForMissing = TimeSpan.FromSeconds(1);

    private readonly Lock _guard = new(); // guards all below
    private readonly Dictionary<ulong, FolderTree> _trees = [];
    private readonly Epoll _epoll = new();
    private readonly EventFd _wake = new();
    private ulong _lastTag = WakeTag;
    private Thread? _thread;
    private bool _over;

    /// <inheritdoc/>
    public IDisposable Watch(FileWatchOrder order)
    {
        FolderTree tree;
        try
        {
            tree = new FolderTree(order);
        }
        catch (LinuxException e)
        {
            order.Lost(e.Errno == Libc.EMFILE
                ? "no more inotify instances may be made; raise the number with 'sysctl fs.inotify.max_user_instances=1024'"
                : e.Message);
            return new Ended();
        }

        tree.Begin();
        lock (_guard)
        {
            if (_thread is null && !_over)
            {
                _epoll.Add(_wake.Handle, WakeTag);
                _thread = new Thread(Work, 512 * 1024) { IsBackground = true, Name = "watch" };
                _thread.Start();
            }

            var tag = ++_lastTag;
            _trees[tag] = tree;
            _epoll.Add(tree.Handle, tag);
            _wake.Set();
            return new Subscription(this, tag);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_guard)
            _over = true;
        _wake.Set();
        _thread?.Join();
        foreach (var tree in _trees.Values)
            tree.Dispose();
        _epoll.Dispose();
        _wake.Dispose();
    }

    private void Work()
    {
        Span<ulong> tags = stackalloc ulong[64];
        while (true)
        {
            FolderTree[] missing;
            lock (_guard)
            {
                if (_over)
                    return;
                missing = [.. _trees.Values.Where(t => t.IsIncomplete)];
            }

            var count = _epoll.Wait(tags, missing.Length > 0 ? LookForMissing : Timeout.InfiniteTimeSpan);
            foreach (var tag in tags[..count])
            {
                if (tag == WakeTag)
                    _wake.Reset();
                else if (TreeOf(tag) is { } tree)
                    tree.Read();
            }

            foreach (var tree in missing)
                tree.LookForMissing();
        }
    }

    private FolderTree? TreeOf(ulong tag)
    {
        lock (_guard)
            return _trees.GetValueOrDefault(tag);
    }

    private void End(ulong tag)
    {
        FolderTree? tree;
        lock (_guard)
        {
            if (_over || !_trees.Remove(tag, out tree))
                return;
            _epoll.Remove(tree.Handle);
        }

        tree.Dispose();
    }

    private sealed class Subscription(FileWatch owner, ulong tag) : IDisposable
    {
        public void Dispose() => owner.End(tag);
    }

    private sealed class Ended : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
