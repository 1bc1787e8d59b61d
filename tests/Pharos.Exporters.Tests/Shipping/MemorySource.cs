using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;
using Pharos.Telemetry.Shipping;

namespace Pharos.Exporters.Tests.Shipping;

/// <summary>A stream that stands in memory: each line is as long as its text and a newline.</summary>
internal sealed class MemorySource(string app, long bufferBytes = long.MaxValue / 2, TimeSpan? age = null, TimeProvider? time = null) : ILogSource
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _gate = new(); // guards _lines and _end
    private readonly List<(long Position, string Text, long At)> _lines = [];
    private readonly TelemetryResource _resource = Samples.Resource(app);
    private long _end;

    public string Id => app + "/out";

    public long End => Interlocked.Read(ref _end);

    public ShippingBuffer Buffer { get; } = new(bufferBytes, age ?? TimeSpan.FromDays(1));

    public Action? Grown { get; set; }

    /// <summary>How often it was read.</summary>
    public int Reads { get; private set; }

    /// <summary>The newest line may still grow for so long.</summary>
    public TimeSpan? Hold { get; set; }

    public Dictionary<string, long> Counted { get; } = LogDropReasons.All.ToDictionary(r => r, _ => 0L);

    public long DeliveredTo { get; private set; }

    /// <summary>Lines up to here were rotated away.</summary>
    public long Gone { get; set; }

    public void Print(params IEnumerable<string> lines)
    {
        lock (_gate)
        {
            foreach (var line in lines)
            {
                _lines.Add((_end, line, Now()));
                _end += line.Length + 1;
            }
        }

        Grown?.Invoke();
    }

    public TimeSpan? Read(long from, int maxItems, int maxBytes, List<SourceItem> into)
    {
        Reads++;
        lock (_gate)
        {
            for (var i = IndexOf(from); i < _lines.Count && into.Count < maxItems && maxBytes > 0; i++)
            {
                var (position, text, at) = _lines[i];
                if (Hold is { } hold && i == _lines.Count - 1 && Now() - at < hold.Ticks * 100)
                    return hold - TimeSpan.FromTicks((Now() - at) / 100);
                var record = position < Gone ? null : new LogRecord { Resource = _resource, ObservedUnixNanos = at, Body = System.Text.Encoding.UTF8.GetBytes(text) };
                into.Add(new(position + text.Length + 1, 1, record, record is null ? LogDropReasons.Rotated : null));
                maxBytes -= text.Length;
            }
        }

        return null;
    }

    public void Skip(long from, long to, string reason, List<SourceItem> into)
    {
        lock (_gate)
        {
            for (var i = IndexOf(from); i < _lines.Count && _lines[i].Position < to; i++)
                into.Add(new(_lines[i].Position + _lines[i].Text.Length + 1, 1, null, reason));
        }
    }

    public long PositionAt(long unixNanos)
    {
        lock (_gate)
            return _lines.FindIndex(l => l.At >= unixNanos) is var i and >= 0 ? _lines[i].Position : _end;
    }

    public void Dropped(in SourceItem item, string reason) => Counted[reason] += item.Lines;

    public IReadOnlyList<long> DroppedSoFar() => [.. LogDropReasons.OfShipping.Select(r => Counted[r])];

    public void RestoreDropped(IReadOnlyList<long> counts)
    {
        for (var i = 0; i < counts.Count; i++)
            Counted[LogDropReasons.OfShipping[i]] = Math.Max(Counted[LogDropReasons.OfShipping[i]], counts[i]);
    }

    public void Delivered(long position) => DeliveredTo = position;

    /// <summary>The same stream as another daemon finds it.</summary>
    public MemorySource Again()
    {
        var again = new MemorySource(app, bufferBytes, age, time);
        again._lines.AddRange(_lines);
        again._end = _end;
        return again;
    }

    private int IndexOf(long position) => _lines.FindIndex(l => l.Position >= position) is var i and >= 0 ? i : _lines.Count;

    private long Now() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
}
