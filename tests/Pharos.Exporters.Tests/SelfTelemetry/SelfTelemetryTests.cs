using System.Diagnostics;
using System.Diagnostics.Metrics;
using Pharos.Exporters.Prometheus;
using Pharos.Exporters.SelfTelemetry;
using Pharos.Exporters.Settings;
using Pharos.Telemetry;
using Pharos.Telemetry.Catalogue;
using Pharos.TestKit.Otlp;

namespace Pharos.Exporters.Tests.SelfTelemetry;

public sealed class SelfTelemetryTests
{
    [Theory]
    [InlineData(OtlpTransport.HttpProtobuf)]
    [InlineData(OtlpTransport.Grpc)]
    public async Task The_supervisors_own_spans_and_metrics_arrive_under_its_own_resource(OtlpTransport transport)
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var endpoint = transport == OtlpTransport.Grpc ? receiver.GrpcEndpoint : receiver.HttpEndpoint;
        var settings = new OtlpSettings
        {
            Traces = Samples.To(endpoint, OtlpSignal.Traces, transport, gzip: true),
            Metrics = Samples.To(endpoint, OtlpSignal.Metrics, transport, gzip: true),
            ResourceAttributes = [new("region", "eu")],
        };
        using (var own = OwnTelemetry.Start(settings, SupervisorResource.Create(settings, "id-1", "vm", "host-1"))!)
        {
            using var meter = new Meter(SupervisorMetrics.MeterName);
            meter.CreateCounter<long>(SupervisorMetrics.Heartbeat.Name).Add(1);
            PharosActivity.Source.StartActivity(SpanNames.Start)!.Dispose();
            Assert.True(own.Flush(TimeSpan.FromSeconds(10)));
        }

        var span = receiver.Spans.First(s => s.Name == SpanNames.Start);
        Assert.Equal(("pharos", "id-1", "vm", "eu"), (span.Place.Resource["service.name"], span.Place.Resource["service.instance.id"], span.Place.Resource["host.name"], span.Place.Resource["region"]));
        Assert.Contains(receiver.Points, p => p.Metric == SupervisorMetrics.Heartbeat.Name);
        Assert.Contains(receiver.Points, p => p is { Metric: "process.memory.usage", Long: > 1_000_000 });
        Assert.All(receiver.Requests, r => Assert.Equal((true, "s3cret"), (r.IsGzip, r.Headers["x-token"])));
    }

    [Theory]
    [InlineData(TemporalityPreference.Delta, HistogramEncoding.Exponential, 1, "exponential")]
    [InlineData(TemporalityPreference.Cumulative, HistogramEncoding.Explicit, 2, "histogram")]
    public async Task The_supervisors_own_metrics_come_in_the_temporality_and_with_the_histograms_that_the_destination_wants(
        TemporalityPreference preference, HistogramEncoding histograms, int temporality, string kind)
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var settings = new OtlpSettings { Metrics = Samples.To(receiver.HttpEndpoint, OtlpSignal.Metrics), Temporality = preference, Histograms = histograms };
        using (var own = OwnTelemetry.Start(settings, SupervisorResource.Create(settings, "id-1", "vm", "host-1"))!)
        {
            using var meter = new Meter(SupervisorMetrics.MeterName);
            meter.CreateCounter<long>("test.counter").Add(1);
            meter.CreateUpDownCounter<long>("test.updown").Add(1);
            meter.CreateHistogram<double>("test.histogram").Record(0.25);
            Assert.True(own.Flush(TimeSpan.FromSeconds(10)));
        }

        ReceivedPoint Of(string name) => receiver.Points.First(p => p.Metric == name);
        Assert.Equal((temporality, 2, temporality, kind), (Of("test.counter").Temporality, Of("test.updown").Temporality, Of("test.histogram").Temporality, Of("test.histogram").Kind));
        Assert.Equal((1, 0.25), (Of("test.histogram").Count, Of("test.histogram").Sum));
    }

    [Fact]
    public void Without_a_destination_the_SDK_does_not_even_start() =>
        Assert.Null(OwnTelemetry.Start(OtlpSettings.None, SupervisorResource.Create(OtlpSettings.None, "id", "vm", null)));

    [Fact]
    public void The_user_may_name_the_supervisor()
    {
        var settings = new OtlpSettings { ServiceName = "lighthouse", ResourceAttributes = [new("service.version", "9")] };
        var resource = SupervisorResource.Create(settings, "id", "vm", null);

        Assert.Equal(("lighthouse", "9", null), (resource["service.name"], resource["service.version"], resource["host.id"]));
    }

    [Fact]
    public void The_numbers_of_this_process_are_those_of_the_kernel()
    {
        ProcessInstrumentation.Start();
        using var collector = new MeterCollector(ProcessInstrumentation.MeterName);
        var series = collector.Collect();
        double Of(string name) => series.Where(s => s.Name == name).Sum(s => s.Value);
        var status = File.ReadLines("/proc/self/status").Where(l => l.Contains(':')).ToDictionary(l => l[..l.IndexOf(':')], l => l[(l.IndexOf(':') + 1)..].Trim());
        double Kernel(string key) => double.Parse(status[key].Split(' ')[0]);
        using var self = Process.GetCurrentProcess();

        Assert.InRange(Of("process.memory.usage"), Kernel("VmRSS") * 1024 * 0.7, Kernel("VmRSS") * 1024 * 1.3);
        Assert.InRange(Of("process.memory.virtual"), Kernel("VmSize") * 1024 * 0.8, Kernel("VmSize") * 1024 * 1.2);
        Assert.InRange(Of("process.thread.count"), Kernel("Threads") - 20, Kernel("Threads") + 20);
        Assert.InRange(Of("process.unix.file_descriptor.count"), 3, 10_000);
        Assert.InRange(Of("process.cpu.time"), self.TotalProcessorTime.TotalSeconds - 2, self.TotalProcessorTime.TotalSeconds + 2);
        Assert.InRange(Of("process.uptime"), 0.1, (DateTime.Now - self.StartTime).TotalSeconds + 1);
        Assert.Equal(["system", "user"], series.Where(s => s.Name == "process.cpu.time").Select(s => s.Tags.Single().Value).Order());
    }

    [Fact]
    public void Every_process_metric_has_the_name_unit_and_kind_of_the_catalogue()
    {
        ProcessInstrumentation.Start();
        using var collector = new MeterCollector(ProcessInstrumentation.MeterName);
        var known = InstanceMetrics.All.ToDictionary(m => m.Name);

        Assert.All(collector.Collect(), s => Assert.Equal((known[s.Name].Unit, known[s.Name].Kind), (s.Unit, s.Kind)));
        Assert.Equal(6, collector.Collect().Select(s => s.Name).Distinct().Count());
    }
}
