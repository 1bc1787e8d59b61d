using Pharos.Telemetry.Catalogue;

namespace Pharos.Telemetry.Records;

/// <summary>A copy of a histogram's state. Cumulative since <see cref="MetricPoint.StartUnixNanos"/>.</summary>
/// <param name="Counts">One per bucket, bounds + 1.</param>
/// <param name="Sum">Sum of all values.</param>
public sealed record HistogramValue(long[] Counts, double Sum)
{
    /// <summary>Number of values.</summary>
    public long Count => Counts.Sum();

    /// <summary>The same values in exponential buckets.</summary>
    public ExponentialValue Exponential { get; init; } = ExponentialValue.Empty;
}

/// <summary>One data point. Cumulative; the exporter makes deltas where a destination wants them.</summary>
public struct MetricPoint
{
    /// <summary>Which metric.</summary>
    public MetricDefinition Metric;

    /// <summary>Value of the first attribute of the metric, or null when it has none.</summary>
    public string? Attribute1;

    /// <summary>Value of the second attribute of the metric, or null when it has none.</summary>
    public string? Attribute2;

    /// <summary>Since when a sum or histogram counts, Unix nanoseconds.</summary>
    public long StartUnixNanos;

    /// <summary>When it was taken, Unix nanoseconds.</summary>
    public long TimeUnixNanos;

    /// <summary>Value of a whole-number metric.</summary>
    public long Long;

    /// <summary>Value of a double metric.</summary>
    public double Double;

    /// <summary>Value of a histogram.</summary>
    public HistogramValue? Histogram;

    /// <summary>The series ends here: OTLP's no-recorded-value flag.</summary>
    public bool NoRecordedValue;
}

/// <summary>All points of one resource.</summary>
public sealed class MetricBatch(TelemetryResource resource)
{
    /// <summary>Whose.</summary>
    public TelemetryResource Resource { get; } = resource;

    /// <summary>The points, those of one metric next to each other.</summary>
    public List<MetricPoint> Points { get; } = [];
}

/// <summary>Whatever has metrics to show: instances, apps.</summary>
public interface IMetricSource
{
    /// <summary>Adds all current points.</summary>
    /// <param name="batches">Where to.</param>
    /// <param name="nowUnixNanos">The time of the points.</param>
    /// <param name="final">True for the push pipeline, which must see each ended series once; a scrape passes false.</param>
    void Collect(List<MetricBatch> batches, long nowUnixNanos, bool final);
}
