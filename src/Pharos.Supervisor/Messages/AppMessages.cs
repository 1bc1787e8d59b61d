using System.Threading.Channels;
using Pharos.Core.Identity;

namespace Pharos.Supervisor.Messages;

/// <summary>A value that an instance said over its channel.</summary>
/// <param name="Key">Which instance.</param>
/// <param name="Incarnation">Which of its processes.</param>
/// <param name="Json">The value as it came.</param>
/// <param name="At">When it was heard, wall clock.</param>
public sealed record AppMessage(InstanceKey Key, int Incarnation, string Json, DateTimeOffset At);

/// <summary>One listener: what it has not read yet, up to a bound.</summary>
public sealed class MessageListener : IDisposable
{
    private const int Capacity = 4096;
    private const long MostCharacters = 8 << 20;

    private readonly Channel<AppMessage> _channel = Channel.CreateUnbounded<AppMessage>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Action<MessageListener> _leave;
    private long _characters;
    private long _missed;
    private int _count;

    internal MessageListener(Action<MessageListener> leave) => _leave = leave;

    /// <summary>Waits for something to read.</summary>
    /// <param name="cancel">Gives up.</param>
    /// <returns>False: nothing comes any more.</returns>
    public ValueTask<bool> WaitAsync(CancellationToken cancel) => _channel.Reader.WaitToReadAsync(cancel);

    /// <summary>The next message.</summary>
    /// <param name="message">It.</param>
    /// <returns>False: nothing there now.</returns>
    public bool TryRead([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AppMessage? message)
    {
        if (!_channel.Reader.TryRead(out message))
            return false;
        Interlocked.Add(ref _characters, -message.Json.Length);
        Interlocked.Decrement(ref _count);
        return true;
    }

    /// <summary>How many messages were dropped since this was asked last, because this listener reads too slowly.</summary>
    public long TakeMissed() => Interlocked.Exchange(ref _missed, 0);

    /// <inheritdoc/>
    public void Dispose() => _leave(this);

    internal void Offer(AppMessage message)
    {
        if (Volatile.Read(ref _count) >= Capacity || Interlocked.Read(ref _characters) + message.Json.Length > MostCharacters)
        {
            Interlocked.Increment(ref _missed);
            return;
        }

        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _characters, message.Json.Length);
        _channel.Writer.TryWrite(message);
    }
}

/// <summary>Everything that apps say over their channels, for whoever listens. A listener that stands still costs a bounded buffer, and nobody else.</summary>
public sealed class AppMessages
{
    private readonly Lock _lock = new(); // orders changes of _listeners
    private volatile MessageListener[] _listeners = [];

    /// <summary>Begins to listen.</summary>
    /// <returns>To be disposed when it is enough.</returns>
    public MessageListener Listen()
    {
        var listener = new MessageListener(Leave);
        lock (_lock)
            _listeners = [.. _listeners, listener];
        return listener;
    }

    internal void Publish(AppMessage message)
    {
        foreach (var listener in _listeners)
            listener.Offer(message);
    }

    private void Leave(MessageListener listener)
    {
        lock (_lock)
            _listeners = [.. _listeners.Where(l => l != listener)];
    }
}
