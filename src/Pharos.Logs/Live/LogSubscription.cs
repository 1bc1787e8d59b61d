using System.Threading.Channels;

namespace Pharos.Logs.Live;

/// <summary>One follower: the last lines, then the live stream, nothing missed and nothing twice. A slow one loses the oldest, and is told how many.</summary>
public sealed class LogSubscription : IDisposable
{
    private readonly Channel<LogLine> _channel;
    private readonly Action<LogSubscription> _leave;
    private long _missed;

    internal LogSubscription(Func<LogLine, bool> wanted, Action<LogSubscription> leave, int capacity)
    {
        Wanted = wanted;
        _leave = leave;
        _channel = Channel.CreateBounded<LogLine>(
            new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _missed));
    }

    internal Func<LogLine, bool> Wanted { get; }

    /// <summary>The lines.</summary>
    public ChannelReader<LogLine> Lines => _channel.Reader;

    /// <summary>Lines that were dropped since the last call.</summary>
    /// <returns>How many.</returns>
    public long TakeMissed() => Interlocked.Exchange(ref _missed, 0);

    internal void Offer(LogLine line) => _channel.Writer.TryWrite(line);

    internal void Complete() => _channel.Writer.TryComplete();

    /// <inheritdoc/>
    public void Dispose()
    {
        _leave(this);
        _channel.Writer.TryComplete();
    }
}
