using System.Collections.Concurrent;
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
    private long _readTo;

    /// <param name="name">Name of the stream's folder in the store.</param>
    /// <param name="reader">Reads it; owned from here on.</param>
    public StreamSource(string name, LogReader reader)
    {
        (Id, _reader) = (name, reader);
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
    public TimeSpan? Read(long from, int maxItems, int maxBytes, List<SourceItem> into)
    {
        _reader.Read(
            from,
            (in StoredLine line) =>
            {
                into.Add(_owners.TryGetValue((line.Source.App, line.Source.Index), out var owner)
                    ? new SourceItem(line.Next, line.Part > 1 ? 0 : 1, owner.Record(line.Bytes, line.Part, line.Source.Stderr, line.UnixNanos), null, owner)
                    : new SourceItem(line.Next, 1, null)); // an app that was deleted, or does not want to be sent
                maxBytes -= line.Bytes.Length;
                return --maxItems > 0 && maxBytes > 0;
            },
            range => AddLost(range, into));
        if (into.Count > 0)
            Interlocked.Exchange(ref _readTo, into[^1].Next);
        else
            _reader.Rest();
        return null;
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
        from = Math.Max(from, Interlocked.Read(ref _readTo));
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
