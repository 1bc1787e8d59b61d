using Pharos.Exporters.Prometheus;
using Pharos.Telemetry.Catalogue;

namespace Pharos.Exporters.Tests.Prometheus;

public sealed class NameTranslatorTests
{
    [Theory]
    [InlineData("supervisor.process.restarts", "{restart}", MetricKind.Counter, "supervisor_process_restarts_total")]
    [InlineData("process.cpu.time", "s", MetricKind.Counter, "process_cpu_time_seconds_total")]
    [InlineData("process.disk.io", "By", MetricKind.Counter, "process_disk_io_bytes_total")]
    [InlineData("supervisor.process.instances", "{instance}", MetricKind.UpDownCounter, "supervisor_process_instances")]
    [InlineData("process.memory.usage", "By", MetricKind.Gauge, "process_memory_usage_bytes")]
    [InlineData("supervisor.process.up", "1", MetricKind.Gauge, "supervisor_process_up_ratio")]
    [InlineData("pharos.instance.status", "1", MetricKind.UpDownCounter, "pharos_instance_status")]
    [InlineData("probe.latency", "ms", MetricKind.Histogram, "probe_latency_milliseconds")]
    [InlineData("a.total.b", "", MetricKind.Counter, "a_b_total")]
    [InlineData("net.speed", "By/s", MetricKind.Gauge, "net_speed_bytes_per_second")]
    [InlineData("io.rate", "{op}/s", MetricKind.Gauge, "io_rate_per_second")]
    [InlineData("memory.bytes", "By", MetricKind.Gauge, "memory_bytes")]
    [InlineData("a..b__c-d", null, MetricKind.Gauge, "a_b_c_d")]
    [InlineData("2xx", null, MetricKind.Gauge, "_2xx")]
    [InlineData("x", "widgets", MetricKind.Gauge, "x_widgets")]
    public void Names_follow_the_default_translation(string name, string? unit, MetricKind kind, string expected) =>
        Assert.Equal(expected, NameTranslator.Metric(name, unit, kind));

    [Theory]
    [InlineData("cpu.mode", "cpu_mode")]
    [InlineData("process.context_switch.type", "process_context_switch_type")]
    [InlineData("1st", "key_1st")]
    [InlineData("_private", "key_private")]
    [InlineData("a-ö", "a__")]
    public void Labels_do_as_well(string attribute, string expected) => Assert.Equal(expected, NameTranslator.Label(attribute));

    [Fact]
    public void No_two_metrics_of_the_catalogue_share_a_name()
    {
        var names = InstanceMetrics.All.Concat(SupervisorMetrics.All).Select(NameTranslator.Metric).ToArray();

        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(names, n => Assert.Matches("^[a-z][a-z0-9_]*[a-z0-9]$", n));
    }
}
