using System.Diagnostics.Metrics;
using Pharos.Exporters.Prometheus;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Tests.Prometheus;

public sealed class PrometheusTextTests
{
    private static readonly TelemetryResource Own = new((AttributeNames.ServiceName, "pharos"), (AttributeNames.ServiceInstanceId, "p"), (AttributeNames.HostId, "h"));

    [Theory]
    [InlineData(false, "scrape.txt.golden")]
    [InlineData(true, "scrape.openmetrics.golden")]
    public void A_scrape_looks_like_this(bool openMetrics, string golden)
    {
        using var meter = new Meter("own-" + golden);
        var beats = meter.CreateCounter<long>("pharos.heartbeat", "{beat}", "Beats.");
        var waits = meter.CreateHistogram<double>("own.wait", "s", "Waits.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        using var collector = new MeterCollector(meter.Name);
        beats.Add(2, new KeyValuePair<string, object?>("z", 1), new("a", "x"));
        beats.Add(3, new KeyValuePair<string, object?>("a", "x"), new("z", 1));
        waits.Record(0.5);
        waits.Record(7);
        using var text = new StringWriter();
        PrometheusText.Write(text, Batches(), collector, Own, openMetrics);

        Repository.Matches("tests/Pharos.Exporters.Tests/Prometheus/" + golden, text.ToString());
    }

    [Fact]
    public void Strange_values_are_escaped()
    {
        using var text = new StringWriter();
        PrometheusText.Write(text, [Samples.Batch(new TelemetryResource((AttributeNames.ServiceName, "a\"b\\c\nd")), Samples.Point(InstanceMetrics.Uptime, 1))], null, Own, false);

        Assert.Contains("""process_uptime_seconds{job="a\"b\\c\nd",service_name="a\"b\\c\nd"} 1""", text.ToString());
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("*/*", false)]
    [InlineData("text/plain", false)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1", true)]
    [InlineData("application/openmetrics-text;q=0.2,text/plain;q=0.5", false)]
    public void The_scraper_chooses_the_format(string? accept, bool openMetrics) => Assert.Equal(openMetrics, PrometheusText.WantsOpenMetrics(accept));

    [Fact]
    public void Observable_instruments_show_what_they_are_now_and_gone_meters_nothing()
    {
        var value = 5L;
        var meter = new Meter("observed");
        meter.CreateObservableCounter("c", () => value);
        meter.CreateObservableUpDownCounter("u", () => value);
        meter.CreateGauge<int>("g").Record(1);
        using var collector = new MeterCollector("observed");
        Assert.Equal([("c", 5.0), ("u", 5.0)], collector.Collect().Select(s => (s.Name, s.Value)));
        value = 3;
        Assert.Equal([("c", 3.0), ("u", 3.0)], collector.Collect().Select(s => (s.Name, s.Value)));
        meter.Dispose();
        Assert.Empty(collector.Collect());
    }

    private static MetricBatch[] Batches()
    {
        var (web, api) = (Samples.Resource(), Samples.Resource("api", 1));
        return
        [
            Samples.Batch(
                web,
                Samples.Point(InstanceMetrics.CpuTime, 1.25, "user"),
                Samples.Point(InstanceMetrics.CpuTime, 0.5, "system"),
                Samples.Point(InstanceMetrics.MemoryUsage, 1024),
                Samples.Point(InstanceMetrics.Status, 1, "running"),
                Samples.Point(InstanceMetrics.LogRecords, 7, "stdout", "info"),
                Samples.Point(InstanceMetrics.StartDuration, 0, "ready") with { Histogram = new HistogramValue([1, 0, 2, .. new long[11]], 0.125) }),
            Samples.Batch(api, Samples.Point(InstanceMetrics.MemoryUsage, 2048), Samples.Point(InstanceMetrics.Restarts, 1, "crash") with { NoRecordedValue = true }),
        ];
    }
}
