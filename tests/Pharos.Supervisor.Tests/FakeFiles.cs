using System.Collections.Concurrent;
using Pharos.Core.Ports;

namespace Pharos.Supervisor.Tests;

/// <summary>A watcher whose files change when the test says so.</summary>
internal sealed class FakeFiles : IFileWatch
{
    private readonly ConcurrentDictionary<FileWatchOrder, bool> _orders = new(ReferenceEqualityComparer.Instance);

    public ICollection<FileWatchOrder> Orders => _orders.Keys;

    public IDisposable Watch(FileWatchOrder order)
    {
        _orders[order] = true;
        return new Subscription(() => _orders.TryRemove(order, out _));
    }

    /// <summary>A file below the first watched path changes; as the real watcher does, what is ignored is not told.</summary>
    public void Change(string path)
    {
        foreach (var order in Orders)
        {
            var file = new WatchedFile(order.Paths[0], path, IsFolder: false);
            if (!order.IsIgnored(file))
                order.Changed(file);
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
