using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Pharos.Logs.Live;

/// <summary>One follower: the last lines, then the live stream, nothing missed and nothing twice. A slow one loses the oldest, and is told how many.</summary>
/// <remarks>Bounded in lines and in bytes: a follower that stopped reading must not grow with what a chatty app prints.</remarks>
public sealed class LogSubscription : IDisposable
{
    private const int MostBytes = 4 * 1024 * 1024;
    private readonly Queue<LogLine> _past = new(); // filled before anybody reads
    private readonly Channel<LogLine> _channel = Channel.CreateUnbounded<LogLine>();
    private readonly Action<LogSubscription> _leave;
    private readonly int _capacity;
    private long _lines;
    private long _bytes;
    private long _missed;

    internal LogSubscription(Func<LogLine, bool> wanted, Action<LogSubscription> leave, int capacity)
    {
        Wanted = wanted;
        _leave = leave;
        _capacity = capacity;
    }

    /// <summary>Where the live stream begins, by the path of the log file: what is before is in the files. Streams that nothing was read of are left out.</summary>
    public IReadOnlyList<(string Path, long Position)> Begins { get; internal set; } = [];

    internal Func<LogLine, bool> Wanted { get; }

    /// <summary>Waits for a line.</summary>
    /// <param name="cancel">Gives up.</param>
    /// <returns>False when none comes any more.</returns>
    public ValueTask<bool> WaitAsync(CancellationToken cancel) => _past.Count > 0 ? ValueTask.FromResult(true) : _channel.Reader.WaitToReadAsync(cancel);

    /// <summary>Takes the oldest line.</summary>
    /// <param name="line">The line.</param>
    /// <returns>False when there is none now.</returns>
    public bool TryRead([NotNullWhen(true)] out LogLine? line)
    {
        if (_past.TryDequeue(out line))
            return true;
        return TryReadLive(out line);
    }

    private bool TryReadLive([NotNullWhen(true)] out LogLine? line)
    {
        if (!_channel.Reader.TryRead(out line))
            return false;
        Interlocked.Decrement(ref _lines);
        Interlocked.Add(ref _bytes, -line.Bytes.Length);
        return true;
    }

    /// <summary>Lines that were dropped since the last call.</summary>
    /// <returns>How many.</returns>
    public long TakeMissed() => Interlocked.Exchange(ref _missed, 0);

    /// <summary>The last lines that there were when it began.</summary>
    internal void Begin(IReadOnlyList<LogLine> past)
    {
        foreach (var line in past)
            _past.Enqueue(line);
    }

    /// <summary>Called by one thread at a time: under the hub's lock.</summary>
    internal void Offer(LogLine line)
    {
        Interlocked.Increment(ref _lines);
        Interlocked.Add(ref _bytes, line.Bytes.Length);
        _channel.Writer.TryWrite(line);
        while (Interlocked.Read(ref _lines) > _capacity || (Interlocked.Read(ref _bytes) > MostBytes && Interlocked.Read(ref _lines) > 1))
        {
            if (!TryReadLive(out _))
                return; // the follower took them meanwhile
            Interlocked.Increment(ref _missed);
        }
    }

    internal void Complete() => _channel.Writer.TryComplete();

    /// <inheritdoc/>
    public void Dispose()
    {
        _leave(this);
        _channel.Writer.TryComplete();
    }
}
