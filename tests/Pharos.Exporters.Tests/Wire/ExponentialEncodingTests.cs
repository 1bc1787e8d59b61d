using Pharos.Exporters.Settings;
using Pharos.Exporters.Wire;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;
using Pharos.TestKit.Otlp;

namespace Pharos.Exporters.Tests.Wire;

public sealed class ExponentialEncodingTests
{
    private static readonly TelemetryResource Web = Samples.Resource();

    [Fact]
    public void A_histogram_goes_out_in_exponential_buckets_that_hold_its_values()
    {
        double[] values = [0, 0.004, 0.25, 0.25, 3, 700];
        var point = Assert.Single(Encode(PointOf(values, Samples.Now + 10), new Temporality(TemporalityPreference.Cumulative, Samples.Now)));

        Assert.Equal(("exponential", 2, 6, 1), (point.Kind, point.Temporality, (int)point.Count, (int)point.Zeros));
        Assert.Equal(values.Sum(), point.Sum, 9);
        Assert.Equal(5, point.Buckets.Sum());
        Assert.Equal("success", point.Attributes["pharos.outcome"]);
        foreach (var value in values.Where(v => v > 0))
        {
            var at = ExponentialValue.IndexOf(value, point.Scale) - point.Offset;
            Assert.True(point.Buckets[at] > 0, $"{value} is in no bucket");
        }
    }

    [Fact]
    public void A_delta_of_exponential_buckets_holds_what_was_added_since_the_last_point_that_was_taken()
    {
        var temporality = new Temporality(TemporalityPreference.Delta, Samples.Now);
        var first = PointOf([0.5, 0.5], Samples.Now + 10);
        Encode(first, temporality);
        temporality.Commit([Samples.Batch(Web, first)]);
        var point = Assert.Single(Encode(PointOf([0.5, 0.5, 0.5, 1e-6, 900], Samples.Now + 20), temporality));

        Assert.Equal((1, 3, Samples.Now + 10), (point.Temporality, (int)point.Count, point.Start));
        Assert.Equal(3, point.Buckets.Sum());
        Assert.Equal(1, point.Buckets[ExponentialValue.IndexOf(0.5, point.Scale) - point.Offset]);
    }

    [Fact]
    public void The_end_of_a_series_carries_its_flag()
    {
        var point = Assert.Single(Encode(PointOf([1], Samples.Now + 10) with { NoRecordedValue = true }, new Temporality(TemporalityPreference.Cumulative, Samples.Now)));
        Assert.Equal((true, 0), (point.NoRecordedValue, (int)point.Count));
    }

    private static IReadOnlyList<ReceivedPoint> Encode(MetricPoint point, Temporality temporality)
    {
        using var writer = new ProtobufWriter();
        OtlpEncoder.WriteMetrics(writer, [Samples.Batch(Web, point)], temporality, HistogramEncoding.Exponential);
        return OtlpDecoder.Points(writer.Written);
    }

    private static MetricPoint PointOf(double[] values, long time)
    {
        var bounds = InstanceMetrics.StartDuration.Bounds;
        var counts = new long[bounds.Length + 1];
        var exponential = ExponentialValue.Empty;
        foreach (var value in values)
        {
            counts[bounds.Count(b => value > b)]++;
            exponential = exponential.With(value, 1);
        }

        return new MetricPoint
        {
            Metric = InstanceMetrics.StartDuration,
            Attribute1 = "success",
            StartUnixNanos = Samples.Now,
            TimeUnixNanos = time,
            Histogram = new HistogramValue(counts, values.Sum()) { Exponential = exponential },
        };
    }
}
