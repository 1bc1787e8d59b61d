using System.Runtime.InteropServices;
using System.Text.Json;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Node.Wire;

namespace Pharos.Node.Cluster;

/// <summary>Plays the primary of Node's cluster module for the processes of one app: binds once, and shares what it bound.</summary>
/// <remarks>A listening socket stays here while its slots are between two lives, so that no connection is refused, and is let go when nobody is to come.</remarks>
internal sealed class ClusterPrimary
{
    private const int EBADF = 9;

    private readonly IListenSockets _sockets;
    private readonly ListenerNotes _notes;
    private readonly Lock _lock = new(); // guards all below, the listeners and the workers
    private readonly Dictionary<(string Key, int? Slot), SharedListener> _listeners = [];
    private readonly HashSet<ClusterWorker> _workers = [];
    private readonly List<ListenerNotes.Note> _lost;

    public ClusterPrimary(IListenSockets sockets, ListenerNotes notes)
    {
        (_sockets, _notes) = (sockets, notes);
        _lost = [.. notes.Read()];
    }

    /// <summary>How connections are spread; a change is for listeners that come.</summary>
    public ClusterBalance Balance { get; set; }

    /// <summary>A process is there.</summary>
    public void Join(ClusterWorker worker)
    {
        lock (_lock)
            _workers.Add(worker);
    }

    /// <summary>Finds out, by its descriptors, from which sockets a process of an earlier daemon accepts.</summary>
    public void Recognize(ClusterWorker worker, IHostedProcess process)
    {
        lock (_lock)
        {
            var known = _listeners.Values.ToDictionary(l => l.Socket.Inode);
            var wanted = known.Keys.Concat(_lost.Select(n => n.Inode)).ToHashSet();
            if (wanted.Count == 0)
                return;
            foreach (var (inode, handle) in process.TakeSockets(wanted))
            {
                if (!known.TryGetValue(inode, out var listener))
                {
                    var note = _lost.First(n => n.Inode == inode);
                    _lost.Remove(note);
                    listener = new SharedListener(note.Key, note.Slot, note.At, _sockets.Wrap(handle, note.At)) { DataJson = note.DataJson };
                    _listeners[(note.Key, note.Slot)] = listener;
                    if (note.InTurn)
                        listener.HandOut(Take);
                }
                else
                {
                    handle.Dispose();
                }

                listener.Add(worker);
            }
        }
    }

    /// <summary>A worker said something to its primary.</summary>
    /// <param name="worker">Which.</param>
    /// <param name="said">The message.</param>
    /// <param name="process">Its process.</param>
    /// <returns>Where it listens, when it says that it does.</returns>
    public string? Take(ClusterWorker worker, JsonElement said, IHostedProcess process)
    {
        lock (_lock)
        {
            switch (NodeLine.Text(said, "act"))
            {
                case "queryServer" when ListenQuery.Read(said) is { } query:
                    Query(worker, query, process);
                    break;
                case "close" when NodeLine.Text(said, "key") is { } key:
                    Close(worker, key);
                    break;
                case "exitedAfterDisconnect" when NodeLine.Whole(said, "seq") is { } number:
                    worker.Send(ClusterWords.Acknowledge(number, worker.Next()));
                    break;
                case "listening":
                    return NodeLine.Text(said, "address") is { } address && NodeLine.Whole(said, "port") is null or -1 ? address : $"{NodeLine.Text(said, "address") ?? "*"}:{NodeLine.Whole(said, "port")}";
                case null when NodeLine.Whole(said, "ack") is { } answered:
                    var accepted = said.TryGetProperty("accepted", out var yes) && yes.ValueKind == JsonValueKind.True;
                    if (worker.Answered(answered, accepted) is { } listener)
                        GoOn(listener);
                    break;
            }

            return null;
        }
    }

    /// <summary>Whether a worker accepts from anything.</summary>
    public bool IsUsing(ClusterWorker worker)
    {
        lock (_lock)
            return _listeners.Values.Any(l => l.Users.Contains(worker));
    }

    /// <summary>A worker takes no more connections.</summary>
    public void Retire(ClusterWorker worker)
    {
        lock (_lock)
            worker.Retired = true;
    }

    /// <summary>A process is gone. Its listeners stay for the next one of its slot.</summary>
    public void Leave(ClusterWorker worker)
    {
        lock (_lock)
        {
            if (!_workers.Remove(worker))
                return;
            foreach (var listener in _listeners.Values)
            {
                // One that was replaced leaves nothing to its slot: who took its place has asked for what it needs.
                if (listener.Remove(worker) && !_workers.Any(w => w.Slot == worker.Slot && w.Incarnation > worker.Incarnation))
                    listener.Expected.Add(worker.Slot);
            }

            foreach (var listener in worker.GiveBack())
                GoOn(listener);
            Tidy();
        }
    }

    /// <summary>A process is up and has asked for what it needs: what it did not ask for is not kept for its slot.</summary>
    public void Settled(int slot)
    {
        lock (_lock)
        {
            foreach (var listener in _listeners.Values)
                listener.Expected.Remove(slot);
            Tidy();
        }
    }

    /// <summary>The daemon ends: our copies are closed, the workers go on with theirs.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            foreach (var listener in _listeners.Values)
                listener.Socket.Leave();
            _listeners.Clear();
        }
    }

    private void Take(SharedListener listener, SafeHandle connection)
    {
        lock (_lock)
            listener.Take(connection);
    }

    private void Query(ClusterWorker worker, ListenQuery query, IHostedProcess process)
    {
        var at = query.At;
        var slot = Balance == ClusterBalance.ReusePort && at is not null ? worker.Slot : (int?)null;
        if (_listeners.TryGetValue((query.Key, slot), out var listener) && !listener.Socket.IsReachable)
        {
            // Somebody deleted the path (an app does, before it listens): who uses the old socket may finish, new ones get a new one.
            Forget(listener);
            listener = null;
        }

        if (listener is null)
        {
            var errno = Open(worker, query, slot, process, out listener);
            if (errno != 0)
            {
                worker.Send(ClusterWords.Refusal(query, errno, worker.Next()));
                return;
            }
        }

        listener!.Add(worker);
        listener.DataJson ??= query.DataJson;
        if (IsInTurn(listener))
        {
            worker.Send(ClusterWords.Turn(query, listener.DataJson, listener.Socket.Name, worker.Next()));
            worker.Send(PreloadWords.Hold, listener.Socket.Handle); // it keeps the socket open should the daemon die
            GoOn(listener);
        }
        else
        {
            worker.Send(ClusterWords.Socket(query, listener.DataJson, listener.At.Kind == ListenKind.Udp, worker.Next()), listener.Socket.Handle);
        }

        Note();
    }

    private int Open(ClusterWorker worker, ListenQuery query, int? slot, IHostedProcess process, out SharedListener? listener)
    {
        listener = null;
        if (query.At is not { } at)
        {
            // Its own descriptor, one that was inherited say: the same socket for all that ask for this number.
            if (process.TakeSocket(query.Descriptor!.Value) is not { } own)
                return EBADF;
            var given = new ListenAt { Kind = ListenKind.Tcp };
            _listeners[(query.Key, slot)] = listener = new(query.Key, slot, given, _sockets.Wrap(own, given));
            return 0;
        }

        if (slot is not null && at.Kind != ListenKind.Unix)
        {
            // Port 0 is chosen once, for all.
            var other = _listeners.Values.FirstOrDefault(l => l.Key == query.Key);
            at = at with { ReusePort = true, Port = other?.Socket.Name.Port ?? at.Port };
        }

        // A process of an earlier daemon that is out of our reach may hold it still: nothing helps then but its restart.
        var errno = _sockets.TryOpen(at, out var socket);
        if (errno != 0)
            return errno;
        _listeners[(query.Key, slot)] = listener = new(query.Key, slot, at, socket!);
        if (IsInTurn(listener))
            listener.HandOut(Take);
        return 0;
    }

    private bool IsInTurn(SharedListener listener) => Balance == ClusterBalance.RoundRobin && listener.At.Kind == ListenKind.Tcp;

    private void Close(ClusterWorker worker, string key)
    {
        foreach (var listener in _listeners.Values.Where(l => l.Key == key))
            listener.Remove(worker);
        Tidy();
    }

    private void GoOn(SharedListener listener)
    {
        if (listener.Pass() && IsInTurn(listener))
            listener.HandOut(Take);
    }

    private void Forget(SharedListener listener)
    {
        _listeners.Remove((listener.Key, listener.Slot));
        listener.Close();
    }

    private void Tidy()
    {
        foreach (var listener in _listeners.Values.Where(l => l.IsIdle).ToList())
            Forget(listener);
        Note();
    }

    private void Note() => _notes.Write(_listeners.Values.Select(l => new ListenerNotes.Note(l.Key, l.Slot, l.At, l.Socket.Inode, l.DataJson ?? "null", IsInTurn(l))));
}
