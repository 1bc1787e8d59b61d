using System.Collections.Concurrent;
using Pharos.Linux.Streams;

namespace Pharos.Linux.Channels;

/// <summary>Reads the channels of all apps on one thread, which is there from the first channel on.</summary>
internal sealed class ChannelReader : IDisposable
{
    private const ulong StopTag = 0;

    private readonly Epoll _epoll = new();
    private readonly EventFd _stop = new();
    private readonly ConcurrentDictionary<ulong, NodeChannel> _channels = new();
    private readonly Lock _changing = new(); // guards _thread, and a channel against being closed while it is read
    private Thread? _thread;
    private ulong _lastTag = StopTag;

    internal ChannelReader() => _epoll.Add(_stop.Handle, StopTag);

    public void Dispose()
    {
        _stop.Set();
        _thread?.Join();
        _epoll.Dispose();
        _stop.Dispose();
    }

    internal void Add(NodeChannel channel)
    {
        lock (_changing)
        {
            var tag = ++_lastTag;
            _channels[tag] = channel;
            _epoll.Add(channel.Handle, tag);
            if (_thread is not null)
                return;
            _thread = new Thread(Work, 256 * 1024) { IsBackground = true, Name = "channels" };
            _thread.Start();
        }
    }

    internal void Remove(NodeChannel channel)
    {
        lock (_changing)
        {
            foreach (var (tag, known) in _channels)
            {
                if (known == channel && _channels.TryRemove(tag, out _))
                    _epoll.Remove(channel.Handle);
            }
        }
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
                lock (_changing)
                {
                    if (_channels.TryGetValue(tag, out var channel) && !channel.ReadAll() && _channels.TryRemove(tag, out _))
                        _epoll.Remove(channel.Handle);
                }
            }
        }
    }
}
