using System.Collections.Concurrent;
using Pharos.Logs.Records.Joining;
using Pharos.Logs.Store;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Shipping;

namespace Pharos.Logs.Shipping;

/// <summary>One stream of the log store as a shipper reads it: lines become records of the instance that printed them.</summary>
public sealed class StreamSource : ILogSource, IDisposable
{
    private const int UsualLineBytes = 100;
    private readonly LogReader _reader;
    private readonly ConcurrentDictionary<(string App, int Index), ShippedOutput> _owners = new();
    private long _end;
    private ShippingBuffer _buffer = ShippingBuffer.Default;
    private readonly List<(long From, long To, Dictionary<ShippedOutput, int> Lines)> _lost = []; // guards itself
    private IReadOnlyList<long> _saved = [];
    private readonly TimeProvider _time;
    private readonly Dictionary<LogSource, (RecordJoiner Joiner, ShippedOutput Owner)> _joiners = [];
    private readonly JoinedHandler _made;
    private List<SourceItem> _into = [];
    private RecordJoiner? _joining;
    private ShippedOutput? _owner;
    private bool _stderr;
    private long _cursor;
    private long _promised = -1;

    /// <param name="name">Name of the stream's folder in the store.</param>
    /// <param name="reader">Reads it; owned from here on.</param>
    /// <param name="time">Wall clock; null: the system's.</param>
    public StreamSource(string name, LogReader reader, TimeProvider? time = null)
    {
        (Id, _reader, _time) = (name, reader, time ?? TimeProvider.System);
        _made = Made;
        _end = reader.End;
    }

    /// <inheritdoc/>
    public string Id { get; }

    /// <inheritdoc/>
    public long End => Interlocked.Read(ref _end);

    /// <inheritdoc/>
    public ShippingBuffer Buffer
    {
        get => _buffer;
        set => _buffer = value;
    }

    /// <inheritdoc/>
    public Action? Grown { get; set; }

    /// <summary>The stream has something new. Any thread; costs next to nothing.</summary>
    /// <param name="end">Position behind it.</param>
    public void Grew(long end)
    {
        Interlocked.Exchange(ref _end, end);
        Grown?.Invoke();
    }

    /// <summary>The output of this instance goes into it; what it printed is sent as its own also after it was deleted.</summary>
    public void Own(string app, int index, ShippedOutput output)
    {
        _owners[(app, index)] = output;
        if (_saved.Count > 0)
            Restore();
    }

    /// <inheritdoc/>
    /// <remarks>Lines that may still be continued are held, and read again when somebody begins elsewhere than where the last read ended.</remarks>
    public TimeSpan? Read(long from, int maxItems, int maxBytes, List<SourceItem> into)
    {
        if (from != _promised || _cursor < from)
            Begin(from);
        _into = into;
        var result = _reader.Read(
            _cursor,
            (in StoredLine line) =>
            {
                Push(line);
                maxBytes -= line.Bytes.Length;
                return into.Count < maxItems && maxBytes > 0;
            },
            range =>
            {
                FlushHeld(long.MaxValue);
                AddLost(range, into);
            });
        _cursor = Math.Max(_cursor, result.Next);
        var now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        FlushHeld(now);
        if (into.Count > 0 && _joiners.Values.All(j => j.Joiner.First is null))
            into[^1] = into[^1] with { Next = Math.Max(into[^1].Next, _cursor) };
        if (into.Count > 0)
            Interlocked.Exchange(ref _promised, into[^1].Next);
        else
            _reader.Rest();
        return _joiners.Values.Min(j => j.Joiner.Deadline) is { } deadline ? TimeSpan.FromTicks(Math.Max(1, (deadline - now) / 100)) : null;
    }

    /// <inheritdoc/>
    public void Skip(long from, long to, string reason, List<SourceItem> into)
    {
        Dictionary<ShippedOutput, int> lines = [];
        var next = from;
        _reader.Read(
            from,
            (in StoredLine line) =>
            {
                if (line.Position >= to)
                    return false;
                if (_owners.TryGetValue((line.Source.App, line.Source.Index), out var owner))
                    lines[owner] = lines.GetValueOrDefault(owner) + (line.Part > 1 ? 0 : 1);
                next = line.Next;
                return next < to;
            },
            range =>
            {
                AddLost(range, into);
                next = Math.Max(next, range.To);
            });
        foreach (var (owner, count) in lines)
            into.Add(new SourceItem(next, count, null, reason, owner));
        if (lines.Count == 0 && next > from)
            into.Add(new SourceItem(next, 0, null));
        Begin(next);
    }

    private void Begin(long position)
    {
        foreach (var (joiner, _) in _joiners.Values)
            joiner.Abandon();
        Interlocked.Exchange(ref _promised, position);
        _cursor = position;
    }

    private void Push(in StoredLine line)
    {
        if (!_owners.TryGetValue((line.Source.App, line.Source.Index), out var owner))
        {
            _cursor = line.Next;
            _into.Add(new SourceItem(Settled(line.Next, null), 0, null)); // an app that was deleted, or does not want to be sent
            return;
        }

        if (!_joiners.TryGetValue(line.Source, out var place) || place.Owner != owner)
        {
            if (place.Joiner is { } before)
            {
                (_joining, _owner, _stderr) = (before, place.Owner, line.Source.Stderr);
                before.Flush(_made); // under its old settings
            }

            _joiners[line.Source] = place = (owner.Joiner(), owner);
        }

        (_joining, _owner, _stderr) = (place.Joiner, owner, line.Source.Stderr);
        place.Joiner.Push(line.Position, line.Next, line.UnixNanos, line.Bytes, line.Part, _made);
        _cursor = line.Next;
    }

    /// <summary>What waited long enough for its continuation is a record as it is.</summary>
    private void FlushHeld(long now)
    {
        foreach (var (source, (joiner, owner)) in _joiners)
        {
            if (joiner.Deadline is not { } deadline || deadline > now)
                continue;
            (_joining, _owner, _stderr) = (joiner, owner, source.Stderr);
            joiner.Flush(_made);
        }
    }

    private void Made(in JoinedLines lines)
    {
        var made = _owner!.Record(lines, _stderr);
        _into.Add(new SourceItem(Settled(lines.Next, _joining), lines.Part > 1 ? 0 : lines.Lines, made.LeftOut is null ? made.Record : null, made.LeftOut, _owner));
    }

    /// <summary>Up to where everything is dealt with: not behind a line that another source of this stream still holds.</summary>
    private long Settled(long next, RecordJoiner? but)
    {
        foreach (var (joiner, _) in _joiners.Values)
        {
            if (joiner != but && joiner.First is { } held && held < next)
                next = held;
        }

        return next;
    }

    /// <inheritdoc/>
    public long PositionAt(long unixNanos) => _reader.PositionAt(unixNanos);

    /// <inheritdoc/>
    public void Dropped(in SourceItem item, string reason)
    {
        if (item.Owner is ShippedOutput owner)
            owner.Telemetry.LogDropped(reason, item.Lines);
    }

    /// <inheritdoc/>
    /// <remarks>For each instance whose output is in the stream, in the order of the catalogue, which only grows.</remarks>
    public IReadOnlyList<long> DroppedSoFar() => [.. Owners().SelectMany(o => LogDropReasons.OfShipping.Select(r => o?.Telemetry.DroppedBy(r) ?? 0))];

    /// <inheritdoc/>
    public void RestoreDropped(IReadOnlyList<long> counts)
    {
        _saved = counts;
        Restore();
    }

    /// <summary>For all owners that are known: instances that share a file come one after the other.</summary>
    private void Restore()
    {
        var (counts, place) = (_saved, 0);
        foreach (var owner in Owners())
        {
            foreach (var reason in LogDropReasons.OfShipping)
            {
                if (place >= counts.Count)
                    return;
                owner?.Telemetry.RestoreDropped(reason, counts[place++]);
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>The log files are the user's: rotation decides when they go.</remarks>
    public void Delivered(long position)
    {
        // Nothing is only kept for the destination.
    }

    /// <summary>A rotated file goes: what of it was not sent is counted now, while it can be. The pump's thread.</summary>
    /// <param name="reader">A reader of this stream, for this thread.</param>
    /// <param name="from">Position of its first byte.</param>
    /// <param name="to">Position behind its last.</param>
    internal void Removing(LogReader reader, long from, long to)
    {
        from = Math.Max(from, Interlocked.Read(ref _promised));
        if (from >= to)
            return;
        Dictionary<ShippedOutput, int> lines = [];
        reader.Read(from, (in StoredLine line) =>
        {
            if (line.Position >= to)
                return false;
            if (_owners.TryGetValue((line.Source.App, line.Source.Index), out var owner))
                lines[owner] = lines.GetValueOrDefault(owner) + (line.Part > 1 ? 0 : 1);
            return line.Next < to;
        });
        lock (_lost)
            _lost.Add((from, to, lines));
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    /// <summary>Lines that went away before they were sent. What rotation deleted was counted; of what a hand took away only the bytes are known.</summary>
    private void AddLost(MissingRange range, List<SourceItem> into)
    {
        var reason = range.Reason is "rotated" ? LogDropReasons.Rotated : LogDropReasons.Truncated;
        var unknown = range.To - range.From;
        lock (_lost)
        {
            foreach (var (from, to, lines) in _lost.Where(l => l.From < range.To && l.To > range.From))
            {
                unknown -= Math.Min(to, range.To) - Math.Max(from, range.From);
                foreach (var (owner, count) in lines)
                    into.Add(new SourceItem(range.To, count, null, reason, owner));
            }

            _lost.RemoveAll(l => l.To <= range.To);
        }

        if (unknown > 0)
            into.Add(new SourceItem(range.To, (int)Math.Clamp(unknown / UsualLineBytes, 1, int.MaxValue), null, reason, Owners().FirstOrDefault(o => o is not null)));
    }

    private IEnumerable<ShippedOutput?> Owners() =>
        _reader.Sources.Select(s => (s.App, s.Index)).Distinct().Select(s => _owners.GetValueOrDefault(s));
}
