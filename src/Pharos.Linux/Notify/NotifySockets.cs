using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Pharos.Core.Ports;
using Pharos.Linux.Processes;
using Pharos.Linux.Streams;

namespace Pharos.Linux.Notify;

/// <summary>Datagram sockets for the protocol of sd_notify(3), all read by one thread.</summary>
/// <remarks>
/// A socket lies in the daemon's own folder (0700); an app that runs as another user cannot get there, and has an abstract one. In both cases the kernel
/// says who sent a message (SCM_CREDENTIALS), and only the app's user, the daemon's and root are heard. Descriptors that come along are not taken.
/// </remarks>
public sealed class NotifySockets : INotifySockets, IDisposable
{
    private const int LongestPath = 107;

    private readonly string _folder;
    private readonly ReadLoop _loop = new("notify");
    private readonly ConcurrentDictionary<NotifySocket, bool> _open = new();

    /// <param name="folder">Where sockets lie; made when the first is opened.</param>
    public NotifySockets(string folder) => _folder = folder;

    /// <inheritdoc/>
    public INotifySocket? Open(string name, string? user, Action<string> said, out string refused)
    {
        refused = "";
        if (Credentials.Find(user, null, out var credentials) is { } unknown)
        {
            refused = unknown.Message;
            return null;
        }

        try
        {
            var path = Path.Combine(_folder, name);
            var isFile = credentials is null && Encoding.UTF8.GetByteCount(path) <= LongestPath;
            var address = isFile ? path : $"@pharos-{name}";
            var socket = new NotifySocket(Bind(address, isFile), address, isFile, credentials?.Uid, said, _loop, s => _open.TryRemove(s, out _));
            _open[socket] = true;
            return socket;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            refused = e.Message;
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var socket in _open.Keys)
            socket.Dispose();
        _loop.Dispose();
    }

    private Socket Bind(string address, bool isFile)
    {
        if (isFile)
        {
            Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.Delete(address); // an earlier daemon's, whose processes go on with ours
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            const int solSocket = 1, passCredentials = 16;
            socket.SetRawSocketOption(solSocket, passCredentials, BitConverter.GetBytes(1));
            socket.Bind(new UnixDomainSocketEndPoint(isFile ? address : "\0" + address[1..]));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
