using Pharos.Exporters.Settings;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Wire;

/// <summary>
/// Turns cumulative points into deltas where a destination wants them. A delta counts from the last point that the destination
/// <b>took</b> (<see cref="Commit"/>), so an export that failed loses nothing: the next one holds its share. Not thread-safe.
/// </summary>
/// <param name="preference">What the destination wants.</param>
/// <param name="startedUnixNanos">
/// Since when we export. Of a series that is older, a daemon before us sent the past already: its first point is a base line and counts 0.
/// </param>
public sealed class Temporality(TemporalityPreference preference, long startedUnixNanos)
{
    private readonly Dictionary<Series, Taken> _taken = [];
    private int _export;

    /// <summary>Whether points of this metric go out as deltas.</summary>
    /// <param name="metric">The metric.</param>
    /// <returns>True for a delta.</returns>
    public bool IsDelta(MetricDefinition metric) => metric.Kind switch
    {
        MetricKind.Histogram => preference != TemporalityPreference.Cumulative,
        MetricKind.Counter => preference == TemporalityPreference.Delta || (preference == TemporalityPreference.LowMemory && !metric.IsObserved),
        MetricKind.UpDownCounter or MetricKind.Gauge => false,
    };

    /// <summary>The point as a delta. Changes nothing: the same point gives the same delta until something is committed.</summary>
    /// <param name="resource">Whose.</param>
    /// <param name="point">A cumulative point.</param>
    /// <returns>What was added since the last point that was taken.</returns>
    public MetricPoint ToDelta(TelemetryResource resource, in MetricPoint point)
    {
        var delta = point;
        if (point.NoRecordedValue)
            return delta;
        if (!_taken.TryGetValue(Series.Of(resource, point), out var taken))
            return point.StartUnixNanos >= startedUnixNanos ? delta : Minus(delta, point, startedUnixNanos);
        if (taken.Point.StartUnixNanos == point.StartUnixNanos && !FellBack(taken.Point, point))
            return Minus(delta, taken.Point, taken.Point.TimeUnixNanos);

        // The counter began anew (another incarnation): all of it is news, and no delta may overlap the one before.
        delta.StartUnixNanos = Math.Max(point.StartUnixNanos, taken.Point.TimeUnixNanos);
        return delta;
    }

    /// <summary>The destination took these points.</summary>
    /// <param name="batches">Cumulative, as they were given to the encoder.</param>
    public void Commit(IReadOnlyList<MetricBatch> batches)
    {
        if (preference == TemporalityPreference.Cumulative)
            return;
        foreach (var batch in batches)
        {
            foreach (var point in batch.Points)
            {
                if (point.NoRecordedValue)
                    _taken.Remove(Series.Of(batch.Resource, point));
                else if (IsDelta(point.Metric))
                    _taken[Series.Of(batch.Resource, point)] = new(point, _export);
            }
        }
    }

    /// <summary>An export is over: what was not seen for 100 of them is forgotten, so that memory stays bounded.</summary>
    public void EndExport()
    {
        _export++;
        if (_export % 100 != 0)
            return;
        foreach (var (series, taken) in _taken)
        {
            if (_export - taken.Export > 100)
                _taken.Remove(series);
        }
    }

    private static bool FellBack(in MetricPoint before, in MetricPoint now) =>
        now.Long < before.Long || now.Double < before.Double || now.Histogram?.Count < before.Histogram?.Count;

    private static MetricPoint Minus(MetricPoint point, in MetricPoint before, long startUnixNanos)
    {
        point.StartUnixNanos = startUnixNanos;
        point.Long -= before.Long;
        point.Double -= before.Double;
        if (point.Histogram is { } now && before.Histogram is { } then && now.Counts.Length == then.Counts.Length)
            point.Histogram = new([.. now.Counts.Zip(then.Counts, (a, b) => a - b)], now.Sum - then.Sum) { Exponential = now.Exponential.Minus(then.Exponential) };
        return point;
    }

    private readonly record struct Series(TelemetryResource Resource, MetricDefinition Metric, string? Attribute1, string? Attribute2)
    {
        public static Series Of(TelemetryResource resource, in MetricPoint point) => new(resource, point.Metric, point.Attribute1, point.Attribute2);
    }

    private readonly record struct Taken(MetricPoint Point, int Export);
}
