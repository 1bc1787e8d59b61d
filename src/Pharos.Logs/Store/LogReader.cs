using Pharos.Core.Ports;

namespace Pharos.Logs.Store;

/// <summary>One line as the app wrote it.</summary>
public readonly ref struct StoredLine
{
    /// <summary>Position of its first byte.</summary>
    public required long Position { get; init; }

    /// <summary>Position behind it, its newline included: where to go on.</summary>
    public required long Next { get; init; }

    /// <summary>When its first byte was read, exact to a batch of the pump.</summary>
    public required long UnixNanos { get; init; }

    /// <summary>Whose.</summary>
    public required LogSource Source { get; init; }

    /// <summary>Its bytes, without a newline. Valid during the call only.</summary>
    public required ReadOnlySpan<byte> Bytes { get; init; }

    /// <summary>0 for a whole line; 1, 2, … for the parts of an over-long one, counted from where this reader began with it.</summary>
    public required int Part { get; init; }
}

/// <summary>Takes a line.</summary>
/// <param name="line">The line.</param>
/// <returns>False: enough; the next read goes on behind this line.</returns>
public delegate bool LineTaker(in StoredLine line);

/// <summary>How far a read came.</summary>
/// <param name="Next">Where to go on, now or when there is more.</param>
/// <param name="AtEnd">There is no further whole line now.</param>
public readonly record struct ReadResult(long Next, bool AtEnd);

/// <summary>Reads one stream of the log store: over all its files, rotated and compressed ones too, as the app wrote it, from a position or a time on.</summary>
/// <remarks>
/// <para>A <b>stream</b> is what goes into one log file and its rotations; it has a folder in the store (<see cref="LogStore.Streams"/> lists them). A
/// <b>position</b> counts the bytes that apps put into the stream since it began: it only grows, means the same in every process and over restarts of the daemon, and is not
/// moved by rotation, compression or formats. Lines come without what the file's format put around them.</para>
/// <para>Any process may read, while the daemon writes. Nothing is kept in memory but a buffer of 64 KiB and a line. A reader is for one thread at a time; it keeps its place, so
/// that reads which go on where the last one stopped cost what they read, also within a compressed file.</para>
/// <para>A line that has no newline yet is handed out when it gets one, when it is over-long (in parts), or when its process has ended.</para>
/// <code>
/// using var reader = new LogReader(files, folder);
/// var at = checkpoint ?? reader.PositionAt(since);
/// var result = reader.Read(at, (in StoredLine line) => batch.TryAdd(line), missing: range => dropped(range));
/// checkpoint = result.Next; // after the receiver's yes
/// </code>
/// </remarks>
public sealed class LogReader : IDisposable
{
    private const int Retries = 5;
    private readonly ILogFiles _files;
    private readonly string _folder;
    private readonly SegmentReader _segments;
    private Catalog? _catalog;
    private FileFacts? _catalogIs;

    /// <param name="files">How files are looked at.</param>
    /// <param name="folder">The stream's folder in the store.</param>
    public LogReader(ILogFiles files, string folder)
    {
        _files = files;
        _folder = folder;
        _segments = new SegmentReader(files, folder);
    }

    /// <summary>Path of the file that is written.</summary>
    public string? FilePath => Fresh()?.Path;

    /// <summary>Whose output there is.</summary>
    public IReadOnlyList<LogSource> Sources => Fresh()?.Sources ?? [];

    /// <summary>The first position that can be read.</summary>
    public long First => Fresh() is { Segments: [var first, ..] } ? first.First : 0;

    /// <summary>Position behind the last byte that there is; the line there may not be whole.</summary>
    public long End => Fresh() is { Segments: [.., var last] } ? EndOf(last) : 0;

    /// <summary>What of a range is not there any more, oldest first.</summary>
    /// <param name="from">First position.</param>
    /// <param name="to">Behind the last.</param>
    /// <returns>The parts.</returns>
    public IReadOnlyList<MissingRange> Missing(long from, long to) =>
        [.. (Fresh()?.Missing ?? []).Where(m => m.To > from && m.From < to).Select(m => m with { From = Math.Max(m.From, from), To = Math.Min(m.To, to) })];

    /// <summary>Reads lines, in order.</summary>
    /// <param name="from">Position of the first; one that an earlier read gave, or that <see cref="PositionAt"/> gave.</param>
    /// <param name="take">Takes each line; says when it is enough.</param>
    /// <param name="missing">Is told each range that is not there any more before the lines behind it come.</param>
    /// <returns>Where to go on.</returns>
    /// <exception cref="IOException">A file that is there cannot be read.</exception>
    public ReadResult Read(long from, LineTaker take, Action<MissingRange>? missing = null)
    {
        var at = from;
        _segments.Restart();
        for (var retry = 0; ;)
        {
            if (Fresh() is not { Segments.Count: > 0 } catalog)
                return new(at, AtEnd: true);
            var segment = catalog.Segments.FirstOrDefault(s => (s.End ?? long.MaxValue) > at);
            if (segment is null)
                return new(at, AtEnd: true);
            if (segment.First > at)
            {
                foreach (var range in Missing(at, segment.First) is { Count: > 0 } known ? known : [new MissingRange(at, segment.First, "removed")])
                    missing?.Invoke(range);
                at = segment.First;
            }

            switch (_segments.Read(segment, catalog.Sources, at, take, out at))
            {
                case SegmentEnd.Enough:
                    return new(at, AtEnd: false);
                case SegmentEnd.Reached when segment.End is null:
                    return new(at, AtEnd: true);
                case SegmentEnd.Reached when catalog.Segments[^1] == segment:
                    return new(at, AtEnd: true); // renamed by somebody, and no new one is begun yet
                case SegmentEnd.Reached:
                    at = Math.Max(at, segment.End.Value); // a file that became shorter is told as truncated by the writer
                    break;
                case SegmentEnd.Gone when retry++ < Retries:
                    _catalog = null; // rotated or compressed under our hands
                    break;
                case SegmentEnd.Gone:
                    var end = EndOf(segment);
                    if (end > at)
                        missing?.Invoke(new MissingRange(at, end, "removed"));
                    at = end;
                    if (segment.End is null)
                        return new(at, AtEnd: true);
                    retry = 0;
                    break;
            }
        }
    }

    /// <summary>The position of the first batch that was read at a time or later.</summary>
    /// <param name="unixNanos">The time.</param>
    /// <returns>A position, at the beginning of a line or within one; <see cref="End"/> when all is older.</returns>
    public long PositionAt(long unixNanos)
    {
        foreach (var segment in Fresh()?.Segments ?? [])
        {
            using var index = SegmentIndex.ForReading(_folder, segment.Number);
            if (index is null || index.Count == 0 || index[index.Count - 1].UnixNanos < unixNanos)
                continue;
            return index[index.LastAtOrBefore(unixNanos - 1, e => e.UnixNanos) + 1].Position;
        }

        return End;
    }

    /// <summary>Reads the last whole lines, oldest first.</summary>
    /// <param name="count">How many at most.</param>
    /// <param name="before">Only lines that end at or before this position.</param>
    /// <param name="wanted">Of which sources; null: all.</param>
    /// <param name="take">Takes each.</param>
    /// <remarks>Costs what the batches that hold them cost, not the length of the stream.</remarks>
    public void ReadLast(int count, long before, Func<LogSource, bool>? wanted, LineTaker take)
    {
        if (count <= 0)
            return;
        var from = _segments.StartOfLast(Fresh(), count, before, wanted);
        // What is counted backwards are newlines; how many lines they are is known only now.
        var found = 0;
        Read(from, (in StoredLine line) => Counts(line) && ++found > 0 || line.Next < before);
        var skip = found - count;
        Read(from, (in StoredLine line) => !Counts(line) ? line.Next < before : (skip-- > 0 || take(line)) && line.Next < before);

        bool Counts(in StoredLine line) => line.Next <= before && (wanted is null || wanted(line.Source));
    }

    /// <summary>Closes what is open until the next read: a reader that waits for a quiet app holds no file.</summary>
    public void Rest() => _segments.Rest();

    /// <inheritdoc/>
    public void Dispose() => _segments.Dispose();

    private long EndOf(Segment segment)
    {
        if (segment.End is { } end)
            return end;
        using var index = SegmentIndex.ForReading(_folder, segment.Number);
        return index is { Count: > 0 and var count } ? index[count - 1].End : segment.First;
    }

    /// <summary>The catalogue of now: it is replaced by another file whenever it changes.</summary>
    private Catalog? Fresh()
    {
        var facts = _files.Look(Path.Combine(_folder, Catalog.FileName));
        if (_catalog is not null && facts == _catalogIs)
            return _catalog;
        _catalogIs = facts;
        return _catalog = Catalog.Load(_folder);
    }
}
