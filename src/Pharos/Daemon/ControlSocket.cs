using System.Net.Sockets;
using Pharos.Linux.Daemon;

namespace Pharos.Daemon;

/// <summary>The listening socket of a home. It is the daemon's and not the web server's, so that it outlives both: clients wait in its queue while the daemon is replaced.</summary>
internal sealed class ControlSocket : IDisposable
{
    private const int Backlog = 512;
    private Socket? _socket;

    /// <summary>The socket, bound and listening.</summary>
    public Socket Socket => _socket ?? throw new InvalidOperationException("It does not listen yet.");

    /// <summary>Takes over the socket of the program before this one.</summary>
    /// <param name="descriptor">Its descriptor.</param>
    public static ControlSocket Inherit(int descriptor) => new() { _socket = ExecInPlace.TakeOver(descriptor) ? new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)) : null };

    /// <summary>Listens, unless it does already.</summary>
    /// <param name="path">Path of the socket. What is there is left over from a daemon that was killed: whoever calls this holds the lock of the home.</param>
    /// <exception cref="IOException">It cannot be bound.</exception>
    public void Listen(string path)
    {
        if (_socket is not null)
            return;
        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(Backlog);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"cannot listen on {path}: {e.Message}", e);
        }

        _socket = socket;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();
}
