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
    private const ulong StopTag = 0;

    private readonly string _folder;
    private readonly Epoll _epoll = new();
    private readonly EventFd _stop = new();
    private readonly ConcurrentDictionary<ulong, NotifySocket> _open = new();
    private readonly Lock _starting = new(); // guards _thread: nobody pays for the thread who has no such app
    private Thread? _thread;
    private ulong _lastTag = StopTag;

    /// <param name="folder">Where sockets lie; made when the first is opened.</param>
    public NotifySockets(string folder)
    {
        _folder = folder;
        _epoll.Add(_stop.Handle, StopTag);
    }

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
            var socket = Bind(isFile ? path : $"@pharos-{name}", isFile);
            var tag = Interlocked.Increment(ref _lastTag);
            var open = new NotifySocket(socket, isFile ? path : $"@pharos-{name}", credentials?.Uid, said, () => Close(tag, isFile ? path : null));
            _open[tag] = open;
            _epoll.Add(socket.SafeHandle, tag);
            lock (_starting)
            {
                if (_thread is null)
                {
                    _thread = new Thread(Work, 256 * 1024) { IsBackground = true, Name = "notify" };
                    _thread.Start();
                }
            }

            return open;
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
        _stop.Set();
        _thread?.Join();
        foreach (var socket in _open.Values)
            socket.Dispose();
        _epoll.Dispose();
        _stop.Dispose();
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

    private void Close(ulong tag, string? path)
    {
        if (!_open.TryRemove(tag, out var socket))
            return;
        _epoll.Remove(socket.Handle);
        socket.CloseHandle();
        if (path is not null)
            File.Delete(path);
    }

    private void Work()
    {
        Span<ulong> tags = stackalloc ulong[64];
        while (true)
        {
            foreach (var tag in tags[.._epoll.Wait(tags, Timeout.InfiniteTimeSpan)])
            {
                if (tag == StopTag)
                    return;
                if (_open.TryGetValue(tag, out var socket))
                    socket.ReadAll();
            }
        }
    }
}
