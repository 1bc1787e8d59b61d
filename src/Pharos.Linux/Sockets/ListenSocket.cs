using System.Runtime.InteropServices;
using Pharos.Core.Ports;
using Pharos.Linux.Streams;

namespace Pharos.Linux.Sockets;

/// <summary>One listening socket.</summary>
internal sealed class ListenSocket : IListenSocket
{
    private const int MostAtOnce = 64;
    private static readonly TimeSpan FullPause = TimeSpan.FromMilliseconds(10);

    private readonly Fd _fd;
    private readonly ReadLoop _loop;
    private readonly string? _path;
    private readonly (long, uint, uint)? _file;
    private volatile ReadLoop.Reading? _accepting;
    private volatile Func<SafeHandle, bool>? _taken;
    private int _isAccepting;

    internal ListenSocket(Fd fd, ListenAt at, ReadLoop loop)
    {
        (_fd, At, _loop) = (fd, at, loop);
        Name = NameOf(fd);
        Inode = InodeOf(fd);
        if (at is { Kind: ListenKind.Unix, Address: ['/', ..] path })
            (_path, _file) = (path, FileAt(path));
    }

    /// <summary>What it was opened with.</summary>
    public ListenAt At { get; }

    public SafeHandle Handle => _fd;

    public long Inode { get; }

    public SocketName Name { get; }

    public bool IsReachable => _path is null || (FileAt(_path) is { } file && file == _file);

    public void Accept(Func<SafeHandle, bool> taken)
    {
        _taken = taken;
        if (!_fd.IsClosed && Interlocked.Exchange(ref _isAccepting, 1) == 0)
            _accepting = _loop.Add(_fd, AcceptSome);
    }

    public void Leave()
    {
        _accepting?.Dispose();
        _fd.Dispose();
    }

    public void Dispose()
    {
        if (_path is not null && IsReachable)
            _ = Libc.unlink(_path);
        Leave();
    }

    /// <summary>On the loop's thread, which excludes <see cref="Accept"/>'s adding: it comes before or after, never in between.</summary>
    private unsafe bool AcceptSome()
    {
        for (var i = 0; i < MostAtOnce; i++)
        {
            var number = Libc.accept4(_fd.Raw, null, null, Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK);
            if (number < 0)
            {
                if (Libc.Errno is Libc.EMFILE or Libc.ENFILE)
                    Thread.Sleep(FullPause); // the connections wait with the kernel meanwhile
                return true;
            }

            if (_taken!(new Fd(number)))
                continue;
            Volatile.Write(ref _isAccepting, 0);
            return false;
        }

        return true;
    }

    private static unsafe SocketName NameOf(Fd fd)
    {
        var bytes = stackalloc byte[SocketAddress.Capacity];
        uint length = SocketAddress.Capacity;
        return Libc.getsockname(fd.Raw, bytes, &length) < 0 ? default : SocketAddress.Read(new ReadOnlySpan<byte>(bytes, (int)length));
    }

    private static unsafe long InodeOf(Fd fd)
    {
        Libc.Statx info;
        return Libc.statx(fd.Raw, "", Libc.AT_EMPTY_PATH, 0x7FF, &info) < 0 ? 0 : info.Inode;
    }

    private static unsafe (long, uint, uint)? FileAt(string path)
    {
        Libc.Statx info;
        return Libc.statx(Libc.AT_FDCWD, path, Libc.AT_SYMLINK_NOFOLLOW, 0x7FF, &info) < 0 ? null : (info.Inode, info.DeviceMajor, info.DeviceMinor);
    }
}
