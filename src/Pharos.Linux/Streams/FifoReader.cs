using System.Runtime.InteropServices;
using Pharos.Core.Ports;

namespace Pharos.Linux.Streams;

/// <summary>The reading end of a FIFO, held open for reading and writing: it never ends, and a writer never gets EPIPE, whoever comes and goes.</summary>
/// <remarks>So the end of a stream is not an end of file, but: the process has ended, and a read finds nothing.</remarks>
public sealed unsafe class FifoReader : IStreamSource
{
    private const int PipeBytes = 1 << 20;

    private readonly Fd _fifo;

    /// <summary>Opens it, and makes it when it is not there (mode 0600).</summary>
    /// <param name="path">Absolute path.</param>
    /// <exception cref="LinuxException">It cannot be made or opened, or is something else.</exception>
    public FifoReader(string path)
    {
        if (Libc.mkfifo(path, 0x180) < 0 && Libc.Errno != Libc.EEXIST)
            throw new LinuxException("mkfifo", Libc.Errno, path);
        _fifo = new Fd(LinuxException.Check(Libc.open(path, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, 0), "open", path));
        Libc.Statx info;
        if (Libc.statx(_fifo.Raw, "", Libc.AT_EMPTY_PATH, 0x7FF, &info) < 0 || info.Type != Libc.S_IFIFO)
        {
            _fifo.Dispose();
            throw new LinuxException("open", Libc.EINVAL, $"{path} (not a FIFO)");
        }

        // Refused over the user's quota (fs.pipe-user-pages-soft): then it keeps its 64 KiB.
        _ = Libc.fcntl(_fifo.Raw, Libc.F_SETPIPE_SZ, PipeBytes);
    }

    /// <summary>For <see cref="Epoll.Add"/>.</summary>
    public SafeHandle Handle => _fifo;

    /// <inheritdoc/>
    public long Length => -1;

    /// <inheritdoc/>
    public long Room => long.MaxValue;

    /// <inheritdoc/>
    public bool IsFifo => true;

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, long offset)
    {
        using var pin = _fifo.Hold();
        fixed (byte* first = buffer)
        {
            while (true)
            {
                var count = Libc.read(pin.Raw, first, buffer.Length);
                if (count >= 0)
                    return (int)count;
                if (Libc.Errno == Libc.EAGAIN)
                    return 0;
                if (Libc.Errno != Libc.EINTR)
                    throw new LinuxException("read", Libc.Errno, "FIFO");
            }
        }
    }

    /// <inheritdoc/>
    public void Release(long upTo)
    {
        // What is read from a FIFO is gone already.
    }

    /// <inheritdoc/>
    public void Dispose() => _fifo.Dispose();
}
