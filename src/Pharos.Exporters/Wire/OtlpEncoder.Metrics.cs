using Pharos.Exporters.Settings;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Wire;

public static partial class OtlpEncoder
{
    private const ulong Delta = 1;
    private const ulong Cumulative = 2;
    private const ulong NoRecordedValueFlag = 1;

    /// <summary>Writes an ExportMetricsServiceRequest: one ResourceMetrics per batch.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="batches">The points; those of one metric next to each other.</param>
    /// <param name="temporality">Which sums and histograms are deltas, and of what.</param>
    /// <param name="histograms">How histograms are written.</param>
    public static void WriteMetrics(ProtobufWriter writer, IReadOnlyList<MetricBatch> batches, Temporality temporality, HistogramEncoding histograms = HistogramEncoding.Explicit)
    {
        foreach (var batch in batches)
        {
            if (batch.Points.Count == 0)
                continue;
            var outer = writer.Begin(1);
            OtlpCommon.Resource(writer, batch.Resource);
            var scope = writer.Begin(2);
            OtlpCommon.Scope(writer);
            for (var i = 0; i < batch.Points.Count;)
                i = Metric(writer, batch, i, temporality, histograms);
            OtlpCommon.SchemaUrl(writer);
            writer.End(scope);
            OtlpCommon.SchemaUrl(writer);
            writer.End(outer);
        }
    }

    /// <summary>Writes the metric whose points begin at <paramref name="first"/>.</summary>
    /// <returns>Index behind its last point.</returns>
    private static int Metric(ProtobufWriter writer, MetricBatch batch, int first, Temporality temporality, HistogramEncoding histograms)
    {
        var definition = batch.Points[first].Metric;
        var isDelta = temporality.IsDelta(definition);
        var metric = writer.Begin(2);
        writer.String(1, definition.Name);
        writer.String(2, definition.Description);
        writer.String(3, definition.Unit);
        var data = writer.Begin(definition.Kind switch
        {
            MetricKind.Gauge => 5,
            MetricKind.Counter or MetricKind.UpDownCounter => 7,
            MetricKind.Histogram => histograms == HistogramEncoding.Exponential ? 10 : 9,
        });
        var next = first;
        for (; next < batch.Points.Count && ReferenceEquals(batch.Points[next].Metric, definition); next++)
        {
            var point = isDelta ? temporality.ToDelta(batch.Resource, batch.Points[next]) : batch.Points[next];
            if (definition.Kind == MetricKind.Histogram && histograms == HistogramEncoding.Exponential)
                ExponentialPoint(writer, definition, point);
            else if (definition.Kind == MetricKind.Histogram)
                HistogramPoint(writer, definition, point);
            else
                NumberPoint(writer, definition, point);
        }

        if (definition.Kind != MetricKind.Gauge)
            writer.Varint(2, isDelta ? Delta : Cumulative);
        if (definition.Kind == MetricKind.Counter)
            writer.Bool(3, true);
        writer.End(data);
        writer.End(metric);
        return next;
    }

    private static void NumberPoint(ProtobufWriter writer, MetricDefinition definition, in MetricPoint point)
    {
        var start = writer.Begin(1);
        Times(writer, definition, point);
        if (!point.NoRecordedValue && definition.IsDouble)
            writer.Double(4, point.Double);
        else if (!point.NoRecordedValue)
            writer.Fixed64(6, (ulong)point.Long);
        PointAttributes(writer, 7, point);
        if (point.NoRecordedValue)
            writer.Varint(8, NoRecordedValueFlag);
        writer.End(start);
    }

    private static void HistogramPoint(ProtobufWriter writer, MetricDefinition definition, in MetricPoint point)
    {
        var start = writer.Begin(1);
        Times(writer, definition, point);
        if (!point.NoRecordedValue && point.Histogram is { } histogram)
        {
            writer.Fixed64(4, (ulong)histogram.Count);
            writer.Double(5, histogram.Sum);
            foreach (var count in histogram.Counts)
                writer.Fixed64(6, (ulong)count);
            foreach (var bound in definition.Bounds)
                writer.Double(7, bound);
        }

        PointAttributes(writer, 9, point);
        if (point.NoRecordedValue)
            writer.Varint(10, NoRecordedValueFlag);
        writer.End(start);
    }

    /// <summary>ExponentialHistogramDataPoint: attributes (1), times (2, 3), count (4), sum (5), scale (6, sint32), zeros (7), positive (8), flags (10).</summary>
    private static void ExponentialPoint(ProtobufWriter writer, MetricDefinition definition, in MetricPoint point)
    {
        var start = writer.Begin(1);
        PointAttributes(writer, 1, point);
        Times(writer, definition, point);
        if (!point.NoRecordedValue && point.Histogram is { } histogram)
        {
            var buckets = histogram.Exponential;
            writer.Fixed64(4, (ulong)buckets.Count);
            writer.Double(5, histogram.Sum);
            writer.Varint(6, ZigZag(buckets.Scale));
            writer.Fixed64(7, (ulong)buckets.Zeros);
            var positive = writer.Begin(8);
            writer.Varint(1, ZigZag(buckets.Offset));
            foreach (var count in buckets.Counts)
                writer.Varint(2, (ulong)count);
            writer.End(positive);
        }

        if (point.NoRecordedValue)
            writer.Varint(10, NoRecordedValueFlag);
        writer.End(start);
    }

    private static ulong ZigZag(int value) => (uint)((value << 1) ^ (value >> 31));

    private static void Times(ProtobufWriter writer, MetricDefinition definition, in MetricPoint point)
    {
        if (definition.Kind != MetricKind.Gauge && point.StartUnixNanos != 0)
            writer.Fixed64(2, (ulong)point.StartUnixNanos);
        writer.Fixed64(3, (ulong)point.TimeUnixNanos);
    }

    private static void PointAttributes(ProtobufWriter writer, int field, in MetricPoint point)
    {
        if (point.Attribute1 is { } first)
            OtlpCommon.Attribute(writer, field, point.Metric.Attributes[0], first);
        if (point.Attribute2 is { } second)
            OtlpCommon.Attribute(writer, field, point.Metric.Attributes[1], second);
    }
}
