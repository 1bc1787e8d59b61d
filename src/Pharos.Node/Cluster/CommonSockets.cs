using System.Runtime.InteropServices;
using Pharos.Core.Ports;

namespace Pharos.Node.Cluster;

/// <summary>Listening sockets that all apps of one daemon have in common, as under PM2, whose one primary gives two apps on the same address the same socket.</summary>
/// <param name="sockets">Opens them.</param>
public sealed class CommonSockets(IListenSockets sockets) : IListenSockets
{
    private const int EADDRINUSE = 98;

    private readonly Lock _lock = new(); // guards _open
    private readonly List<Common> _open = [];

    /// <inheritdoc/>
    public int TryOpen(ListenAt at, out IListenSocket? socket)
    {
        lock (_lock)
        {
            var errno = sockets.TryOpen(at, out socket);
            if (errno == EADDRINUSE && at is { Kind: ListenKind.Tcp, Port: not 0 } && _open.Find(c => Same(c.At, at)) is { } other && sockets.Copy(other.Inner) is { } copy)
                (socket, errno) = (copy, 0);
            if (errno == 0)
                socket = Keep(socket!, at);
            return errno;
        }
    }

    /// <inheritdoc/>
    public IListenSocket Wrap(SafeHandle handle, ListenAt at)
    {
        lock (_lock)
            return Keep(sockets.Wrap(handle, at), at);
    }

    /// <inheritdoc/>
    public IListenSocket? Copy(IListenSocket socket) => sockets.Copy(socket is Common common ? common.Inner : socket);

    private static bool Same(ListenAt one, ListenAt other) => one with { Backlog = 0 } == other with { Backlog = 0 };

    private Common Keep(IListenSocket inner, ListenAt at)
    {
        var common = new Common(this, inner, at);
        _open.Add(common);
        return common;
    }

    private void Forget(Common common)
    {
        lock (_lock)
            _open.Remove(common);
    }

    private sealed class Common(CommonSockets all, IListenSocket inner, ListenAt at) : IListenSocket
    {
        public IListenSocket Inner => inner;

        public ListenAt At => at;

        public SafeHandle Handle => inner.Handle;

        public long Inode => inner.Inode;

        public SocketName Name => inner.Name;

        public bool IsReachable => inner.IsReachable;

        public void Accept(Func<SafeHandle, bool> taken) => inner.Accept(taken);

        public void Leave()
        {
            all.Forget(this);
            inner.Leave();
        }

        public void Dispose()
        {
            all.Forget(this);
            inner.Dispose();
        }
    }
}
