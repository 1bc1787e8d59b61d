using System.Text;
using Pharos.Linux.Streams;

namespace Pharos.Linux.Channels;

/// <summary>The channel by which Node's <c>process.send</c> talks to its parent: a socket pair, a JSON value per line.</summary>
/// <remarks>
/// The child holds both ends: its own as descriptor <see cref="ChildEnd"/>, and a copy of ours as <see cref="KeptEnd"/>. So it sees no end of file when
/// this daemon dies (Node would leave with process.exit(0) or lose its channel), what it says meanwhile waits in the socket, and the next daemon takes our
/// end back by pidfd_getfd(2).
/// </remarks>
internal sealed unsafe class NodeChannel : IDisposable
{
    /// <summary>Numbers in the child; stdin, stdout and stderr come before.</summary>
    internal const int ChildEnd = 3, KeptEnd = 4;

    private const int LongestMessage = 1 << 20;

    private readonly Fd _ours;
    private readonly List<byte> _begun = [];
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Action<string>? _said;
    private IDisposable? _reading;
    private bool _tooLong;

    private NodeChannel(Fd ours) => _ours = ours;

    /// <summary>Makes a pair.</summary>
    /// <param name="channel">Our end.</param>
    /// <param name="child">What the child gets, in the order of its descriptors; the caller closes both.</param>
    /// <returns>0, or the errno.</returns>
    internal static int TryCreate(out NodeChannel? channel, out Fd[] child)
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

        (channel, child) = (new NodeChannel(ours), [theirs, new Fd(copy)]);
        return 0;
    }

    /// <summary>Takes our end back from a process that an earlier daemon started.</summary>
    /// <param name="pidfd">The process.</param>
    /// <param name="errno">Why not; EPERM where the kernel's ptrace policy refuses it.</param>
    /// <returns>The channel; null when it cannot be had.</returns>
    internal static NodeChannel? TakeBack(Fd pidfd, out int errno)
    {
        var fd = Libc.pidfd_getfd(pidfd.Raw, KeptEnd, 0);
        errno = fd < 0 ? Libc.Errno : 0;
        if (fd < 0)
            return null;
        var ours = new Fd(fd);
        Libc.Statx info;
        if (Libc.statx(fd, "", Libc.AT_EMPTY_PATH, 0x7FF, &info) == 0 && info.Type == Libc.S_IFSOCK)
            return new NodeChannel(ours);
        errno = Libc.EBADF; // it was started without one, and the number is something else of its own
        ours.Dispose();
        return null;
    }

    /// <summary>Begins to read; what was said before comes first.</summary>
    /// <param name="loop">Reads all channels.</param>
    /// <param name="said">Called with each message, the JSON as it came, on the loop's thread. Must not block.</param>
    internal void Listen(ReadLoop loop, Action<string> said)
    {
        _said = said;
        _reading = loop.Add(_ours, ReadAll);
    }

    public void Dispose()
    {
        _reading?.Dispose();
        _ours.Dispose();
    }

    private bool ReadAll()
    {
        while (true)
        {
            nint count;
            fixed (byte* start = _buffer)
                count = Libc.recv(_ours.Raw, start, _buffer.Length, Libc.MSG_DONTWAIT);
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
                _said!(Encoding.UTF8.GetString([.. _begun]));
            _tooLong = false;
            _begun.Clear();
            bytes = bytes[(newline + 1)..];
        }

        Keep(bytes);
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
