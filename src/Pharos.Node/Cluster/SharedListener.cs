using System.Runtime.InteropServices;
using Pharos.Core.Ports;

namespace Pharos.Node.Cluster;

/// <summary>One listening socket and the processes that accept from it. Everything under the primary's lock.</summary>
internal sealed class SharedListener(string key, int? slot, ListenAt at, IListenSocket socket)
{
    private const int MostUnanswered = 16;

    private readonly List<ClusterWorker> _users = [];
    private readonly Queue<SafeHandle> _waiting = new();
    private int _turn;
    private volatile bool _stuck;
    private bool _closed;

    /// <summary>As workers know it.</summary>
    public string Key { get; } = key;

    /// <summary>Whose it is alone; null: everybody's.</summary>
    public int? Slot { get; } = slot;

    /// <summary>What it was opened with.</summary>
    public ListenAt At { get; } = at;

    /// <summary>The socket.</summary>
    public IListenSocket Socket { get; } = socket;

    /// <summary>Of TLS: keys that all workers share.</summary>
    public string? DataJson { get; set; }

    /// <summary>Slots whose process ended while it used this: the next one of the slot is waited for, and connections wait with us.</summary>
    public HashSet<int> Expected { get; } = [];

    /// <summary>Who accepts from it now.</summary>
    public IReadOnlyList<ClusterWorker> Users => _users;

    /// <summary>Nobody uses it, and nobody is expected to.</summary>
    public bool IsIdle => _users.Count == 0 && Expected.Count == 0;

    public void Add(ClusterWorker worker)
    {
        Expected.Remove(worker.Slot);
        if (!_users.Contains(worker))
            _users.Add(worker);
    }

    public bool Remove(ClusterWorker worker) => _users.Remove(worker);

    /// <summary>Begins to hand connections out in turn, or goes on with it.</summary>
    /// <param name="take">Calls <see cref="Take"/> under the primary's lock; not on the thread that accepts, which the socket waits for.</param>
    public void HandOut(Action<SharedListener, SafeHandle> take)
    {
        _stuck = false;
        Socket.Accept(connection =>
        {
            ThreadPool.UnsafeQueueUserWorkItem(static x => x.take(x.listener, x.connection), (take, listener: this, connection), preferLocal: false);
            return !_stuck;
        });
    }

    /// <summary>A connection came.</summary>
    public void Take(SafeHandle connection)
    {
        if (_closed)
        {
            connection.Dispose();
            return;
        }

        _waiting.Enqueue(connection);
        Pass();
    }

    /// <summary>Hands on what waits.</summary>
    /// <returns>False: nobody can take more now.</returns>
    public bool Pass()
    {
        while (_waiting.Count > 0)
        {
            if (Next() is not { } worker)
            {
                _stuck = true; // what comes now waits with the kernel
                return false;
            }

            worker.Hand(this, _waiting.Dequeue());
        }

        return true;
    }

    /// <summary>A worker did not take it: somebody else's, or later.</summary>
    public void Return(SafeHandle connection) => _waiting.Enqueue(connection);

    /// <summary>Closes it with what waits.</summary>
    public void Close()
    {
        _closed = true;
        Socket.Dispose();
        while (_waiting.TryDequeue(out var connection))
            connection.Dispose();
    }

    private ClusterWorker? Next()
    {
        for (var i = 0; i < _users.Count; i++)
        {
            var worker = _users[(_turn + i) % _users.Count];
            if (worker.Retired || worker.Unanswered >= MostUnanswered)
                continue;
            _turn = (_turn + i + 1) % _users.Count;
            return worker;
        }

        return null;
    }
}
