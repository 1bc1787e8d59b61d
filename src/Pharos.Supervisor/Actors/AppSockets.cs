using System.Runtime.InteropServices;
using Pharos.Core;
using Pharos.Core.Ports;
using Pharos.Core.Specs;

namespace Pharos.Supervisor.Actors;

/// <summary>The sockets that one app listens on, opened here and handed to each of its processes: they stay while a process is replaced, so that no connection is refused.</summary>
/// <remarks>They are closed when no slot wants them any more. The processes of a daemon that died hold them; the next daemon takes its copies from there.</remarks>
internal sealed class AppSockets(IListenSockets sockets)
{
    /// <summary>Number of the first one in the process, as in sd_listen_fds(3).</summary>
    private const int First = 3;

    private readonly Lock _lock = new(); // guards all below
    private readonly Dictionary<(ListenSpec Spec, int? Slot), IListenSocket> _open = [];
    private readonly HashSet<int> _slots = [];

    /// <summary>The sockets of a slot, opened where they are not.</summary>
    /// <param name="slot">Who listens.</param>
    /// <param name="specs">On what.</param>
    /// <param name="refused">Why not; null: it worked.</param>
    /// <returns>In the order of the specs; owned by this object.</returns>
    public IReadOnlyList<SafeHandle> Claim(int slot, EquatableArray<ListenSpec> specs, out LaunchRefused? refused)
    {
        lock (_lock)
        {
            _slots.Add(slot);
            Close(k => !specs.Contains(k.Spec)); // the app was declared anew
            List<SafeHandle> handles = [];
            foreach (var spec in specs)
            {
                var key = KeyOf(spec, slot);
                if (_open.TryGetValue(key, out var known) && !known.IsReachable)
                    Close(k => k == key); // somebody deleted its path
                if (!_open.TryGetValue(key, out var socket))
                {
                    var errno = sockets.TryOpen(spec.ToAddress(), out socket);
                    if (errno != 0)
                    {
                        refused = new LaunchRefused($"listen: cannot listen on {spec.At}: {Marshal.GetPInvokeErrorMessage(errno)}", Transient: true);
                        return [];
                    }

                    _open[key] = socket!;
                }

                handles.Add(socket!.Handle);
            }

            refused = null;
            return handles;
        }
    }

    /// <summary>Takes copies back from a process of an earlier daemon.</summary>
    /// <param name="slot">Its slot.</param>
    /// <param name="specs">What it was given.</param>
    /// <param name="process">It.</param>
    /// <returns>Null, or what it has not, or the kernel refuses: its next process will have to wait until this one is gone.</returns>
    public string? TakeBack(int slot, EquatableArray<ListenSpec> specs, IHostedProcess process)
    {
        lock (_lock)
        {
            _slots.Add(slot);
            string? missing = null;
            for (var i = 0; i < specs.Count; i++)
            {
                var (key, at) = (KeyOf(specs[i], slot), specs[i].ToAddress());
                if (_open.ContainsKey(key))
                    continue;
                if (process.TakeSocket(First + i) is not { } handle)
                {
                    missing ??= specs[i].At;
                    continue;
                }

                var socket = sockets.Wrap(handle, at);
                if (at.Kind == ListenKind.Unix ? socket.Name.Address == at.Address : socket.Name.Port == at.Port)
                {
                    _open[key] = socket;
                    continue;
                }

                socket.Leave(); // it has put something else there
                missing ??= specs[i].At;
            }

            return missing;
        }
    }

    /// <summary>A slot is stopped: nothing is kept for it.</summary>
    public void Release(int slot)
    {
        lock (_lock)
        {
            _slots.Remove(slot);
            Close(k => k.Slot == slot || _slots.Count == 0);
        }
    }

    /// <summary>The daemon ends, or the app is declared anew: our copies are closed, the processes go on with theirs.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            foreach (var socket in _open.Values)
                socket.Leave();
            _open.Clear();
        }
    }

    private static (ListenSpec Spec, int? Slot) KeyOf(ListenSpec spec, int slot) => (spec, spec.ReusePort ? slot : null);

    private void Close(Func<(ListenSpec Spec, int? Slot), bool> which)
    {
        foreach (var (key, socket) in _open.Where(o => which(o.Key)).ToList())
        {
            _open.Remove(key);
            socket.Dispose();
        }
    }
}

/// <summary>The sockets of all apps, by name: an app that is declared anew goes on with those that it had.</summary>
/// <param name="sockets">Opens them.</param>
internal sealed class SocketShelf(IListenSockets sockets)
{
    private readonly Lock _lock = new(); // guards _apps
    private readonly Dictionary<string, (AppSockets Sockets, int Users)> _apps = new(StringComparer.Ordinal);

    /// <summary>Those of an app; <see cref="Return"/> them once.</summary>
    public AppSockets Of(string app)
    {
        lock (_lock)
        {
            var (mine, users) = _apps.GetValueOrDefault(app);
            _apps[app] = (mine ??= new AppSockets(sockets), users + 1);
            return mine;
        }
    }

    /// <summary>One user less; without one our copies are closed.</summary>
    public void Return(string app)
    {
        AppSockets mine;
        lock (_lock)
        {
            (mine, var users) = _apps[app];
            if (users > 1)
            {
                _apps[app] = (mine, users - 1);
                return;
            }

            _apps.Remove(app);
        }

        mine.Abandon();
    }
}
