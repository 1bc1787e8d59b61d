using Pharos.Exporters.Settings;
using Pharos.Exporters.Wire;
using Pharos.Telemetry;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;
using Pharos.TestKit.Otlp;

namespace Pharos.Exporters.Tests.Wire;

public sealed class OtlpEncoderTests
{
    [Fact]
    public void One_request_carries_many_resources_and_keeps_the_order_of_each()
    {
        var (a, b) = (Samples.Resource("a"), Samples.Resource("b"));
        LogRecord[] records = [Samples.Log(a, "a1"), Samples.Log(b, "b1"), Samples.Log(a, "a2"), Samples.Log(b, "b2"), Samples.Log(a, "a3")];
        var request = Encode(w => OtlpEncoder.WriteLogs(w, records));

        Assert.Equal(2, OtlpDecoder.ResourceCount(request));
        var logs = OtlpDecoder.Logs(request);
        Assert.Equal(["a1", "a2", "a3", "b1", "b2"], logs.Select(l => l.Body));
        Assert.Equal(["a", "a", "a", "b", "b"], logs.Select(l => l.Place.Resource["service.name"]));
        Assert.All(logs, l => Assert.Equal(("pharos", PharosActivity.Version, SemanticConventions.SchemaUrl), (l.Place.Scope, l.Place.ScopeVersion, l.Place.SchemaUrl)));
        Assert.NotNull(a.Encoded);
    }

    [Fact]
    public void A_record_arrives_with_all_its_fields()
    {
        var record = new LogRecord
        {
            Resource = Samples.Resource(index: 3),
            TimeUnixNanos = 5,
            ObservedUnixNanos = 7,
            SeverityNumber = Severity.Error,
            SeverityText = "ERR",
            Body = "boom ✗"u8.ToArray(),
            EventName = EventNames.Exited,
            TraceId = Convert.FromHexString("0af7651916cd43dd8448eb211c80319c"),
            SpanId = Convert.FromHexString("b7ad6b7169203331"),
            Attributes = [("s", "text"), ("l", -5L), ("d", 1.5), ("b", true), ("list", new[] { "x", "y" })],
        };
        var log = Assert.Single(OtlpDecoder.Logs(Encode(w => OtlpEncoder.WriteLogs(w, [record]))));

        Assert.Equal(("boom ✗", 17, "ERR", EventNames.Exited), (log.Body, log.Severity, log.SeverityText, log.EventName));
        Assert.Equal(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", 5L, 7L), (log.TraceId, log.SpanId, log.Time, log.Observed));
        Assert.Equal(("text", -5L, 1.5, true), (log.Attributes["s"], log.Attributes["l"], log.Attributes["d"], log.Attributes["b"]));
        Assert.Equal(["x", "y"], Assert.IsType<object?[]>(log.Attributes["list"]));
        Assert.Equal(3L, log.Place.Resource["pharos.instance.index"]);
    }

    [Fact]
    public void Text_that_is_not_Unicode_is_mended_and_not_sent_on()
    {
        var record = new LogRecord { Resource = Samples.Resource(), ObservedUnixNanos = 1, Body = new byte[] { (byte)'a', 0xff, (byte)'b' }, Attributes = [("k", "x\ud800y")] };
        var log = Assert.Single(OtlpDecoder.Logs(Encode(w => OtlpEncoder.WriteLogs(w, [record]))));

        Assert.Equal(("a\ufffdb", "x\ufffdy"), (log.Body, log.Attributes["k"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16_383)]
    [InlineData(16_384)]
    [InlineData(3_000_000)]
    public void Nested_lengths_of_every_size_are_right(int length)
    {
        var log = Assert.Single(OtlpDecoder.Logs(Encode(w => OtlpEncoder.WriteLogs(w, [Samples.Log(Samples.Resource(), new string('x', length))]))));

        Assert.Equal(length, (log.Body as string ?? "").Length);
    }

    [Fact]
    public void Every_metric_of_the_catalogue_becomes_the_data_that_its_kind_says()
    {
        var points = InstanceMetrics.All.Select(m => Samples.Point(m, 3, m.Attributes.Length > 0 ? "one" : null, m.Attributes.Length > 1 ? "two" : null) with
        {
            Histogram = m.Kind == MetricKind.Histogram ? new HistogramValue([1, 2, .. new long[m.Bounds.Length - 1]], 4.5) : null,
        }).ToArray();
        var received = OtlpDecoder.Points(Metrics(TemporalityPreference.Cumulative, Samples.Batch(Samples.Resource(), points)));

        Assert.Equal(InstanceMetrics.All.Count, received.Count);
        foreach (var (metric, point) in InstanceMetrics.All.Zip(received))
        {
            var (kind, temporality) = metric.Kind switch { MetricKind.Gauge => ("gauge", 0), MetricKind.Histogram => ("histogram", 2), MetricKind.Counter or MetricKind.UpDownCounter => ("sum", 2) };
            Assert.Equal((metric.Name, metric.Unit, metric.Description, kind, temporality), (point.Metric, point.Unit, point.Description, point.Kind, point.Temporality));
            Assert.Equal(metric.Kind == MetricKind.Counter, point.IsMonotonic);
            Assert.Equal(metric.Attributes.Zip(["one", "two"], KeyValuePair.Create<string, object?>), point.Attributes);
            if (metric.Kind == MetricKind.Histogram)
                Assert.Equal((3L, 4.5, metric.Bounds.Length + 1, metric.Bounds), (point.Count, point.Sum, point.Buckets.Count, point.Bounds.ToArray()), new HistogramShape());
            else
                Assert.Equal(metric.IsDouble ? (null, 3.0) : (3L, (double?)null), (point.Long, point.Double));
        }
    }

    [Fact]
    public void An_ended_series_carries_the_no_recorded_value_flag_and_no_value()
    {
        var end = Samples.Point(InstanceMetrics.MemoryUsage, 9) with { NoRecordedValue = true };
        var last = Samples.Point(InstanceMetrics.RunDuration, 0, "success") with { NoRecordedValue = true };
        var points = OtlpDecoder.Points(Metrics(TemporalityPreference.Cumulative, Samples.Batch(Samples.Resource(), end, last)));

        Assert.All(points, p => Assert.True(p is { NoRecordedValue: true, Long: null, Double: null, Count: 0 }));
    }

    [Fact]
    public void A_span_arrives_with_all_its_fields()
    {
        var span = new SpanRecord
        {
            Resource = Samples.Resource("pharos"),
            TraceId = Convert.FromHexString("0af7651916cd43dd8448eb211c80319c"),
            SpanId = Convert.FromHexString("b7ad6b7169203331"),
            ParentSpanId = Convert.FromHexString("b7ad6b7169203332"),
            Name = "pharos start",
            Kind = 3,
            StartUnixNanos = 10,
            EndUnixNanos = 20,
            Attributes = [("process.exit.code", 1L)],
            Error = "refused",
        };
        var received = Assert.Single(OtlpDecoder.Spans(Encode(w => OtlpEncoder.WriteSpans(w, [span]))));

        Assert.Equal(("pharos start", 3, 10L, 20L, 2, "refused"), (received.Name, received.Kind, received.Start, received.End, received.Status, received.StatusMessage));
        Assert.Equal(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "b7ad6b7169203332"), (received.TraceId, received.SpanId, received.ParentSpanId));
        Assert.Equal(1L, received.Attributes["process.exit.code"]);
    }

    [Fact]
    public void Encoding_a_batch_again_allocates_next_to_nothing()
    {
        var resource = Samples.Resource();
        var records = Enumerable.Range(0, 512).Select(i => Samples.Log(resource, "line " + i)).ToArray();
        using var writer = new ProtobufWriter(1024 * 1024);
        OtlpEncoder.WriteLogs(writer, records);
        writer.Clear();
        var before = GC.GetAllocatedBytesForCurrentThread();
        OtlpEncoder.WriteLogs(writer, records);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2048);
    }

    private static byte[] Encode(Action<ProtobufWriter> write)
    {
        using var writer = new ProtobufWriter(16);
        write(writer);
        return writer.Written.ToArray();
    }

    private static byte[] Metrics(TemporalityPreference preference, params MetricBatch[] batches) =>
        Encode(w => OtlpEncoder.WriteMetrics(w, batches, new Temporality(preference, 0)));

    private sealed class HistogramShape : IEqualityComparer<(long Count, double Sum, int Buckets, double[] Bounds)>
    {
        public bool Equals((long Count, double Sum, int Buckets, double[] Bounds) x, (long Count, double Sum, int Buckets, double[] Bounds) y) =>
            (x.Count, x.Sum, x.Buckets) == (y.Count, y.Sum, y.Buckets) && x.Bounds.SequenceEqual(y.Bounds);

        public int GetHashCode((long Count, double Sum, int Buckets, double[] Bounds) obj) => obj.Buckets;
    }
}
