using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Pharos.Logs.Live;

/// <summary>One follower: the last lines, then the live stream, nothing missed and nothing twice. A slow one loses what comes while its buffer is full, and is told how many lines, and where.</summary>
/// <remarks>
/// Bounded in lines and in bytes: a follower that stopped reading must not grow with what a chatty app prints. What it has no room for is let go at once: were the oldest let go
/// in its place, every line would live long enough to be moved by each collection, and the heap would grow by many times the buffer.
/// </remarks>
public sealed class LogSubscription : IDisposable
{
    private const int MostBytes = 2 * 1024 * 1024;
    private readonly Queue<LogLine> _past = new(); // filled before anybody reads
    private readonly Channel<LogLine> _channel = Channel.CreateUnbounded<LogLine>();
    private readonly Action<LogSubscription> _leave;
    private readonly int _capacity;
    private long _lines;
    private long _bytes;
    private long _missed; // since the last line in the channel
    private bool _full; // until half of it is taken: else it would be told of one line here and one there

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

    /// <summary>Takes the oldest line, or the mark of lines that were missed in its place.</summary>
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
        if (line.Missed > 0)
            return true;
        Interlocked.Decrement(ref _lines);
        Interlocked.Add(ref _bytes, -line.Bytes.Length);
        return true;
    }

    /// <summary>Lines that were missed behind all that is there to be read.</summary>
    /// <returns>How many; 0 as long as there is something to read.</returns>
    public long TakeMissed() => Interlocked.Read(ref _lines) > 0 ? 0 : Interlocked.Exchange(ref _missed, 0);

    /// <summary>The last lines that there were when it began.</summary>
    internal void Begin(IReadOnlyList<LogLine> past)
    {
        foreach (var line in past)
            _past.Enqueue(line);
    }

    /// <summary>Called by one thread at a time: under the hub's lock.</summary>
    internal void Offer(LogLine line)
    {
        var (lines, bytes) = (Interlocked.Read(ref _lines), Interlocked.Read(ref _bytes));
        _full = _full ? lines > _capacity / 2 || bytes > MostBytes / 2 : lines >= _capacity || bytes >= MostBytes;
        if (_full)
        {
            Interlocked.Increment(ref _missed);
            return;
        }

        if (Interlocked.Exchange(ref _missed, 0) is > 0 and var missed)
            _channel.Writer.TryWrite(line with { Bytes = default, Missed = missed });
        Interlocked.Increment(ref _lines);
        Interlocked.Add(ref _bytes, line.Bytes.Length);
        _channel.Writer.TryWrite(line);
    }

    internal void Complete() => _channel.Writer.TryComplete();

    /// <inheritdoc/>
    public void Dispose()
    {
        _leave(this);
        _channel.Writer.TryComplete();
    }
}
