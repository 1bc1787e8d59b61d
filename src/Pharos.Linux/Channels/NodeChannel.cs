using System.Runtime.InteropServices;
using System.Text;
using Pharos.Core.Ports;
using Pharos.Linux.Streams;

namespace Pharos.Linux.Channels;

/// <summary>The channel by which Node's <c>process.send</c> talks to its parent: a socket pair, a JSON value per line, descriptors beside them.</summary>
/// <remarks>
/// The child holds both ends: its own as descriptor <see cref="ChildEnd"/>, and a copy of ours as <see cref="KeptEnd"/>. So it sees no end of file when
/// this daemon dies (Node would leave with process.exit(0) or lose its channel), what it says meanwhile waits in the socket, and the next daemon takes our
/// end back by pidfd_getfd(2).
/// </remarks>
internal sealed class NodeChannel : IMessageChannel, IDisposable
{
    /// <summary>Numbers in the child; stdin, stdout and stderr come before.</summary>
    internal const int ChildEnd = 3, KeptEnd = 4;

    private const int LongestMessage = 1 << 20;

    private readonly Fd _ours;
    private readonly ReadLoop _loop;
    private readonly SendQueue _out;
    private readonly List<byte> _begun = [];
    private readonly Queue<SafeHandle> _descriptors = new();
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Action<string, SafeHandle?>? _said;
    private Action? _closed;
    private ReadLoop.Reading? _reading;
    private bool _tooLong;

    private NodeChannel(Fd ours, ReadLoop loop)
    {
        (_ours, _loop) = (ours, loop);
        _out = new SendQueue(ours);
    }

    /// <summary>Makes a pair.</summary>
    /// <param name="loop">Reads all channels.</param>
    /// <param name="channel">Our end.</param>
    /// <param name="child">What the child gets, in the order of its descriptors; the caller closes both.</param>
    /// <returns>0, or the errno.</returns>
    internal static unsafe int TryCreate(ReadLoop loop, out NodeChannel? channel, out Fd[] child)
    {
        (channel, child) = (null, []);
        var pair = stackalloc int[2];
        if (Libc.socketpair(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0, pair) < 0)
            return Libc.Errno;
        var theirs = Processes.StdioFiles.AboveStdio(pair[1]);
        var ours = Processes.StdioFiles.AboveStdio(pair[0]);
        var copy = Libc.fcntl(ours.Raw, Libc.F_DUPFD_CLOEXEC, 10);
        if (copy < 0)
        {
            var errno = Libc.Errno;
            theirs.Dispose();
            ours.Dispose();
            return errno;
        }

        (channel, child) = (new NodeChannel(ours, loop), [theirs, new Fd(copy)]);
        return 0;
    }

    /// <summary>Takes our end back from a process that an earlier daemon started.</summary>
    /// <param name="pidfd">The process.</param>
    /// <param name="loop">Reads all channels.</param>
    /// <param name="errno">Why not; EPERM where the kernel's ptrace policy refuses it.</param>
    /// <returns>The channel; null when it cannot be had.</returns>
    internal static unsafe NodeChannel? TakeBack(Fd pidfd, ReadLoop loop, out int errno)
    {
        var fd = Libc.pidfd_getfd(pidfd.Raw, KeptEnd, 0);
        errno = fd < 0 ? Libc.Errno : 0;
        if (fd < 0)
            return null;
        var ours = new Fd(fd);
        Libc.Statx info;
        if (Libc.statx(fd, "", Libc.AT_EMPTY_PATH, 0x7FF, &info) == 0 && info.Type == Libc.S_IFSOCK)
            return new NodeChannel(ours, loop);
        errno = Libc.EBADF; // it was started without one, and the number is something else of its own
        ours.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Listen(Action<string, SafeHandle?> said, Action closed)
    {
        (_said, _closed) = (said, closed);
        _reading = _loop.Add(_ours, Serve);
        if (_out.Flush())
            _reading.AwaitRoom(true);
    }

    /// <inheritdoc/>
    public bool Send(string json, SafeHandle? descriptor = null)
    {
        var sent = _out.Add(json, descriptor, out var waits);
        if (waits)
            _reading?.AwaitRoom(true);
        return sent;
    }

    /// <inheritdoc/>
    /// <remarks>By shutdown(2): the copy of our end in the child would keep a close from being seen.</remarks>
    public void Close() => _out.Close();

    public void Dispose()
    {
        _reading?.Dispose();
        _out.Dispose();
        _ours.Dispose();
        while (_descriptors.TryDequeue(out var left))
            left.Dispose();
    }

    private bool Serve()
    {
        if (!_out.Flush())
            _reading!.AwaitRoom(false);
        if (ReadAll())
            return true;
        _closed!();
        return false;
    }

    private unsafe bool ReadAll()
    {
        var control = stackalloc byte[Descriptors.ControlBytes];
        while (true)
        {
            nint count;
            fixed (byte* start = _buffer)
            {
                var vector = new Libc.IoVec { Base = start, Length = _buffer.Length };
                var header = new Libc.MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = Descriptors.ControlBytes };
                count = Libc.recvmsg(_ours.Raw, &header, Libc.MSG_DONTWAIT | Libc.MSG_CMSG_CLOEXEC);
                if (count >= 0)
                    Descriptors.Take(header, _descriptors);
            }

            if (count == 0 || (count < 0 && Libc.Errno is not (Libc.EAGAIN or Libc.EINTR)))
                return false;
            if (count < 0 && Libc.Errno == Libc.EAGAIN)
                return true;
            if (count > 0)
                Take(_buffer.AsSpan(0, (int)count));
        }
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        for (var newline = bytes.IndexOf((byte)'\n'); newline >= 0; newline = bytes.IndexOf((byte)'\n'))
        {
            Keep(bytes[..newline]);
            if (!_tooLong)
                Tell(Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_begun)));
            _tooLong = false;
            _begun.Clear();
            bytes = bytes[(newline + 1)..];
        }

        Keep(bytes);
    }

    /// <summary>A descriptor comes with the first byte of the message that Node marks with NODE_HANDLE.</summary>
    private void Tell(string json)
    {
        SafeHandle? descriptor = null;
        if (_descriptors.Count > 0 && json.Contains("NODE_HANDLE", StringComparison.Ordinal))
            descriptor = _descriptors.Dequeue();
        _said!(json, descriptor);
    }

    /// <summary>A message that is longer than anybody means is passed over whole.</summary>
    private void Keep(ReadOnlySpan<byte> piece)
    {
        _tooLong |= _begun.Count + piece.Length > LongestMessage;
        if (_tooLong)
            _begun.Clear();
        else
            _begun.AddRange(piece);
    }
}
