using Pharos.Exporters.Wire;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;
using Pharos.Telemetry.Shipping;

namespace Pharos.Exporters.Shipping;

/// <summary>
/// The events of all instances on their way to the destination: encoded once, kept in small files until they are delivered, so that an exit that nobody could be
/// told of is told by the next daemon. Bounded; the oldest go first and are counted.
/// </summary>
internal sealed class EventSpool : ILogSink, ILogSource, IDisposable
{
    private readonly Lock _gate = new(); // guards everything below
    private readonly SpoolFiles _files;
    private readonly Action<string, string>? _dropped;
    private ShippingBuffer _buffer = new(16 * 1024 * 1024, TimeSpan.FromDays(3));

    /// <param name="folder">Where; null: in memory.</param>
    /// <param name="dropped">Told of each event that is not delivered: service.instance.id and the reason.</param>
    /// <param name="notice">One sentence for the daemon's own log.</param>
    public EventSpool(string? folder, Action<string, string>? dropped, Action<string>? notice)
    {
        _dropped = dropped;
        _files = new SpoolFiles(folder, notice);
    }

    public string Id => "events";

    public long End
    {
        get
        {
            lock (_gate)
                return _files.End;
        }
    }

    public ShippingBuffer Buffer
    {
        get => _buffer;
        init => _buffer = value;
    }

    public Action? Grown { get; set; }

    /// <inheritdoc/>
    /// <remarks>Always true: what cannot be written is held in memory, and given up only by the bounds of <see cref="Buffer"/>.</remarks>
    public bool TryWrite(LogRecord record)
    {
        using var resource = new ProtobufWriter(1024);
        using var body = new ProtobufWriter(1024);
        OtlpCommon.Attributes(resource, 1, record.Resource.Attributes);
        OtlpEncoder.LogRecordContent(body, record);
        var frame = EventFrame.Encode(record.Resource[AttributeNames.ServiceInstanceId] ?? "", record.ObservedUnixNanos, resource.Written.Span, body.Written.Span);
        lock (_gate)
            _files.Append(frame);
        Grown?.Invoke();
        return true;
    }

    public TimeSpan? Read(long from, int maxItems, int maxBytes, List<SourceItem> into)
    {
        lock (_gate)
        {
            foreach (var (frame, next) in _files.From(from))
            {
                into.Add(EventFrame.Decode(frame.Span, out var instance, out _) is { } record
                    ? new SourceItem(next, 1, record, null, instance)
                    : new SourceItem(next, 1, null, LogDropReasons.Rotated));
                maxBytes -= frame.Length;
                if (--maxItems <= 0 || maxBytes <= 0)
                    break;
            }
        }

        return null;
    }

    public void Skip(long from, long to, string reason, List<SourceItem> into)
    {
        lock (_gate)
        {
            foreach (var (frame, next) in _files.From(from))
            {
                if (next > to && into.Count > 0 && into[^1].Next >= to)
                    break;
                EventFrame.Decode(frame.Span, out var instance, out _);
                into.Add(new SourceItem(next, 1, null, reason, instance));
                if (next >= to)
                    break;
            }

            if (into.Count > 0)
                _files.Free(from, into[^1].Next);
        }
    }

    public long PositionAt(long unixNanos)
    {
        lock (_gate)
        {
            var position = _files.Begin;
            foreach (var (frame, next) in _files.From(position))
            {
                EventFrame.Decode(frame.Span, out _, out var at);
                if (at >= unixNanos)
                    return position;
                position = next;
            }

            return _files.End;
        }
    }

    public void Dropped(in SourceItem item, string reason)
    {
        if (item.Owner is string instance)
            _dropped?.Invoke(instance, reason);
    }

    public IReadOnlyList<long> DroppedSoFar() => [];

    public void RestoreDropped(IReadOnlyList<long> counts)
    {
        // Events are counted with the instance that they are of.
    }

    public void Delivered(long position)
    {
        lock (_gate)
            _files.Free(0, position);
    }

    public void Dispose() => _files.Dispose();
}
