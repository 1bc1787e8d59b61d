using System.Runtime.InteropServices;

namespace Pharos.Linux.Streams;

/// <summary>One thread that waits for input on many descriptors and has it read by whoever added them. It is there from the first descriptor on.</summary>
/// <remarks>A read and the end of it exclude each other: once what <see cref="Add"/> gave is disposed, the descriptor may be closed.</remarks>
internal sealed class ReadLoop : IDisposable
{
    private const ulong StopTag = 0;

    private readonly string _name;
    private readonly Epoll _epoll = new();
    private readonly EventFd _stop = new();
    private readonly Lock _guard = new(); // guards all below, and a descriptor against being closed while it is read
    private readonly Dictionary<ulong, (SafeHandle Handle, Func<bool> Read)> _reads = [];
    private Thread? _thread;
    private ulong _lastTag = StopTag;

    /// <param name="name">Of the thread.</param>
    internal ReadLoop(string name)
    {
        _name = name;
        _epoll.Add(_stop.Handle, StopTag);
    }

    /// <summary>Waits for input on a descriptor.</summary>
    /// <param name="handle">It; open until what this gives is disposed.</param>
    /// <param name="read">Reads what is there, on the thread, without blocking; false: nothing comes any more.</param>
    /// <returns>To be disposed when nobody wants to read any more; more than once does no harm.</returns>
    internal Reading Add(SafeHandle handle, Func<bool> read)
    {
        lock (_guard)
        {
            var tag = ++_lastTag;
            _epoll.Add(handle, tag);
            _reads[tag] = (handle, read);
            if (_thread is null)
            {
                _thread = new Thread(Work, 256 * 1024) { IsBackground = true, Name = _name };
                _thread.Start();
            }

            return new Reading(this, handle, tag);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Set();
        _thread?.Join();
        _epoll.Dispose();
        _stop.Dispose();
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
                lock (_guard)
                {
                    if (_reads.TryGetValue(tag, out var entry) && !entry.Read())
                        Remove(tag);
                }
            }
        }
    }

    private void Remove(ulong tag)
    {
        lock (_guard)
        {
            if (_reads.Remove(tag, out var entry))
                _epoll.Remove(entry.Handle);
        }
    }

    /// <summary>One descriptor that is waited for.</summary>
    internal sealed class Reading(ReadLoop loop, SafeHandle handle, ulong tag) : IDisposable
    {
        /// <summary>Has <c>read</c> called when there is room to write as well, or no longer. Takes no lock: whoever writes may hold one of its own.</summary>
        /// <param name="wanted">Whether somebody waits for room.</param>
        internal void AwaitRoom(bool wanted)
        {
            try
            {
                loop._epoll.Change(handle, tag, wanted);
            }
            catch (Exception e) when (e is LinuxException or ObjectDisposedException)
            {
                // Ignoring: it was removed meanwhile, and then nobody waits for it any more.
            }
        }

        public void Dispose() => loop.Remove(tag);
    }
}
