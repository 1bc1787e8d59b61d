using System.Diagnostics.Metrics;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Prometheus;

/// <summary>One series of an own meter, cumulative.</summary>
/// <param name="Name">Dotted name.</param>
/// <param name="Unit">Unit; empty: none.</param>
/// <param name="Description">Description.</param>
/// <param name="Kind">Kind.</param>
/// <param name="Tags">Attributes, sorted by key.</param>
/// <param name="Value">Value, unless a histogram.</param>
/// <param name="Bounds">Bounds of a histogram.</param>
/// <param name="Histogram">Value of a histogram.</param>
public sealed record MeterSeries(
    string Name, string Unit, string Description, MetricKind Kind, IReadOnlyList<(string Key, string Value)> Tags, double Value, double[] Bounds, HistogramValue? Histogram);

/// <summary>Adds up what the process' own meters measure, for a scrape; the SDK does the same for a push. Listens from its construction on.</summary>
public sealed class MeterCollector : IDisposable
{
    /// <summary>Most attribute sets of one instrument; further ones are not shown. The SDK's limit.</summary>
    public const int SeriesLimit = 2000;

    private static readonly double[] DefaultBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];
    private readonly MeterListener _listener = new();
    private readonly Lock _collecting = new(); // one scrape at a time
    private readonly Lock _gate = new(); // guards _instruments and everything inside
    private readonly List<InstrumentState> _instruments = [];

    /// <summary>Listens to the meters of these names.</summary>
    /// <param name="meters">Names.</param>
    public MeterCollector(params string[] meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!meters.Contains(instrument.Meter.Name) || KindOf(instrument) is not { } kind)
                return;
            var state = new InstrumentState(instrument, kind);
            lock (_gate)
                _instruments.Add(state);
            listener.EnableMeasurementEvents(instrument, state);
        };
        _listener.MeasurementsCompleted = (_, state) =>
        {
            lock (_gate)
                _instruments.Remove((InstrumentState)state!);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(state, value, tags));
        _listener.Start();
    }

    /// <summary>Asks the observable instruments and copies everything.</summary>
    /// <returns>All series, in the order in which their instruments were made.</returns>
    public IReadOnlyList<MeterSeries> Collect()
    {
        lock (_collecting)
        {
            lock (_gate)
            {
                foreach (var instrument in _instruments.Where(i => i.IsObservable))
                    instrument.Series.Clear();
            }

            // Not under _gate: the callbacks are others' code and may take locks under which somebody counts.
            _listener.RecordObservableInstruments();
            lock (_gate)
                return [.. _instruments.SelectMany(i => i.Copy())];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
            ((InstrumentState)state!).Add(value, tags);
    }

    private static MetricKind? KindOf(Instrument instrument)
    {
        var type = instrument.GetType();
        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (generic == typeof(Counter<>) || generic == typeof(ObservableCounter<>))
            return MetricKind.Counter;
        if (generic == typeof(UpDownCounter<>) || generic == typeof(ObservableUpDownCounter<>))
            return MetricKind.UpDownCounter;
        if (generic == typeof(Gauge<>) || generic == typeof(ObservableGauge<>))
            return MetricKind.Gauge;
        return generic == typeof(Histogram<>) ? MetricKind.Histogram : null;
    }

    private sealed class InstrumentState(Instrument instrument, MetricKind kind)
    {
        private readonly double[] _bounds = instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } advice } => [.. advice],
            Histogram<long> { Advice.HistogramBucketBoundaries: { } advice } => [.. advice.Select(b => (double)b)],
            Histogram<int> { Advice.HistogramBucketBoundaries: { } advice } => [.. advice.Select(b => (double)b)],
            _ => DefaultBounds,
        };

        public bool IsObservable { get; } = instrument.IsObservable;

        /// <summary>By their tags as text.</summary>
        public Dictionary<string, SeriesState> Series { get; } = [];

        public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var sorted = new (string Key, string Value)[tags.Length];
            for (var i = 0; i < tags.Length; i++)
                sorted[i] = (tags[i].Key, tags[i].Value?.ToString() ?? "");
            Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
            var key = string.Join('\u0001', sorted.Select(t => $"{t.Key}\u0002{t.Value}"));
            if (!Series.TryGetValue(key, out var series))
            {
                if (Series.Count >= SeriesLimit)
                    return;
                Series[key] = series = new SeriesState(sorted, kind == MetricKind.Histogram ? new long[_bounds.Length + 1] : []);
            }

            series.Add(value, kind == MetricKind.Gauge || IsObservable, _bounds);
        }

        public IEnumerable<MeterSeries> Copy() => Series.Values.Select(s => new MeterSeries(
            instrument.Name,
            instrument.Unit ?? "",
            instrument.Description ?? "",
            kind,
            s.Tags,
            s.Value,
            _bounds,
            kind == MetricKind.Histogram ? new HistogramValue([.. s.Counts], s.Value) : null));
    }

    private sealed class SeriesState((string Key, string Value)[] tags, long[] counts)
    {
        public (string Key, string Value)[] Tags { get; } = tags;

        public long[] Counts { get; } = counts;

        /// <summary>The sum, or a gauge's last value.</summary>
        public double Value { get; private set; }

        public void Add(double value, bool replace, double[] bounds)
        {
            Value = replace ? value : Value + value;
            if (Counts.Length == 0)
                return;
            var bucket = Array.BinarySearch(bounds, value);
            Counts[bucket < 0 ? ~bucket : bucket]++;
        }
    }
}
