using System.Runtime.InteropServices;

namespace Pharos.Linux.Streams;

/// <summary>A counter that wakes whoever polls it, eventfd(2).</summary>
public sealed unsafe class EventFd : IDisposable
{
    private readonly Fd _fd = new(LinuxException.Check(Libc.eventfd(0, Libc.O_NONBLOCK | Libc.O_CLOEXEC), "eventfd", ""));

    /// <summary>For <see cref="Epoll.Add"/>.</summary>
    public SafeHandle Handle => _fd;

    /// <summary>Wakes. A counter that is full already wakes too, so its EAGAIN is no error; so is a wake after the end.</summary>
    public void Set()
    {
        try
        {
            using var pin = _fd.Hold();
            ulong one = 1;
            _ = Libc.write(pin.Raw, (byte*)&one, 8);
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
    }

    /// <summary>Makes it quiet again.</summary>
    public void Reset()
    {
        ulong count;
        _ = Libc.read(_fd.Raw, (byte*)&count, 8);
    }

    /// <inheritdoc/>
    public void Dispose() => _fd.Dispose();
}
