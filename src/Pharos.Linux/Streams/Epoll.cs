using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pharos.Linux.Streams;

/// <summary>Waits for many descriptors at once, epoll(7), level-triggered for input. One thread waits; any thread may add and remove.</summary>
public sealed unsafe class Epoll : IDisposable
{
    /// <summary>struct epoll_event is packed on x64 only.</summary>
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly Fd _epoll = new(LinuxException.Check(Libc.epoll_create1(Libc.EPOLL_CLOEXEC), "epoll_create1", ""));
    private readonly byte[] _events;

    /// <summary>An empty set.</summary>
    /// <param name="capacity">Most events one wait returns.</param>
    public Epoll(int capacity = 256) => _events = new byte[capacity * Stride];

    /// <summary>Waits for input on a descriptor.</summary>
    /// <param name="handle">Descriptor.</param>
    /// <param name="tag">What <see cref="Wait"/> returns for it.</param>
    public void Add(SafeHandle handle, ulong tag) => Control(Libc.EPOLL_CTL_ADD, handle, tag);

    /// <summary>Waits for room to write as well, or no longer.</summary>
    /// <param name="handle">Descriptor that was added.</param>
    /// <param name="tag">As it was added.</param>
    /// <param name="output">Whether to wait for room, too.</param>
    public void Change(SafeHandle handle, ulong tag, bool output) =>
        Control(Libc.EPOLL_CTL_MOD, handle, tag, (uint)(output ? Libc.EPOLLIN | Libc.EPOLLOUT : Libc.EPOLLIN));

    /// <summary>No longer waits for it.</summary>
    /// <param name="handle">Descriptor.</param>
    public void Remove(SafeHandle handle) => Control(Libc.EPOLL_CTL_DEL, handle, 0);

    /// <summary>Waits until something is ready.</summary>
    /// <param name="tags">Receives the tags; as many as fit.</param>
    /// <param name="timeout">How long; <see cref="Timeout.InfiniteTimeSpan"/> for ever. Rounded up to milliseconds.</param>
    /// <returns>Number of tags; 0 on time-out.</returns>
    public int Wait(Span<ulong> tags, TimeSpan timeout)
    {
        var milliseconds = timeout == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Clamp(Math.Ceiling(timeout.TotalMilliseconds), 0, int.MaxValue);
        int count;
        fixed (byte* events = _events)
            count = Libc.epoll_wait(_epoll.Raw, events, Math.Min(tags.Length, _events.Length / Stride), milliseconds);
        if (count < 0)
            return Libc.Errno == Libc.EINTR ? 0 : throw new LinuxException("epoll_wait", Libc.Errno, "");
        for (var i = 0; i < count; i++)
            tags[i] = BinaryPrimitives.ReadUInt64LittleEndian(_events.AsSpan((i * Stride) + Stride - 8));
        return count;
    }

    /// <inheritdoc/>
    public void Dispose() => _epoll.Dispose();

    private void Control(int operation, SafeHandle handle, ulong tag, uint events = Libc.EPOLLIN)
    {
        var added = false;
        handle.DangerousAddRef(ref added);
        try
        {
            var @event = stackalloc byte[16];
            *(uint*)@event = events;
            *(ulong*)(@event + Stride - 8) = tag;
            LinuxException.Check(Libc.epoll_ctl(_epoll.Raw, operation, (int)handle.DangerousGetHandle(), @event), "epoll_ctl", $"fd {handle.DangerousGetHandle()}");
        }
        finally
        {
            handle.DangerousRelease();
        }
    }
}
