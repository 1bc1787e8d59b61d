using System.Collections.Concurrent;
using Pharos.Logs.Store;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Shipping;

namespace Pharos.Logs.Shipping;

/// <summary>One stream of the log store as a shipper reads it: lines become records of the instance that printed them.</summary>
public sealed class StreamSource : ILogSource, IDisposable
{
    private readonly LogReader _reader;
    private readonly ConcurrentDictionary<(string App, int Index), ShippedOutput> _owners = new();
    private long _end;
    private ShippingBuffer _buffer = ShippingBuffer.Default;
    private long _averageLine = 100;

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
    public void Own(string app, int index, ShippedOutput output) => _owners[(app, index)] = output;

    /// <inheritdoc/>
    public TimeSpan? Read(long from, int maxItems, int maxBytes, List<SourceItem> into)
    {
        _reader.Read(
            from,
            (in StoredLine line) =>
            {
                into.Add(_owners.TryGetValue((line.Source.App, line.Source.Index), out var owner)
                    ? new SourceItem(line.Next, 1, owner.Record(line.Bytes, line.Part, line.Source.Stderr, line.UnixNanos), null, owner)
                    : new SourceItem(line.Next, 1, null)); // an app that was deleted, or does not want to be sent
                maxBytes -= line.Bytes.Length;
                return --maxItems > 0 && maxBytes > 0;
            },
            range => into.Add(Lost(range)));
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
                into.Add(Lost(range));
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
        var place = 0;
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
    public void Delivered(long position)
    {
        // The log files are the user's: rotation decides when they go.
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    /// <summary>Lines that went away unread: how many they were, nobody can know any more but from the bytes that they took.</summary>
    private SourceItem Lost(MissingRange range)
    {
        var owner = Owners().FirstOrDefault(o => o is not null);
        return new SourceItem(range.To, (int)Math.Clamp((range.To - range.From) / _averageLine, 1, int.MaxValue), null, range.Reason is "rotated" ? LogDropReasons.Rotated : LogDropReasons.Truncated, owner);
    }

    private IEnumerable<ShippedOutput?> Owners() =>
        _reader.Sources.Select(s => (s.App, s.Index)).Distinct().Select(s => _owners.GetValueOrDefault(s));
}
