using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;
using static Pharos.Dashboards.Tests.Live.SampleFleet;

namespace Pharos.Dashboards.Tests.Live;

/// <summary>The supervisor of one host, as its own telemetry shows it.</summary>
internal sealed class SampleSupervisor(string host, DateTimeOffset since)
{
    private readonly TelemetryResource _resource = new(
        (AttributeNames.ServiceName, "pharos"), (AttributeNames.ServiceInstanceId, $"pharos-{host}"), (AttributeNames.ServiceVersion, "0.1.0"), (AttributeNames.HostName, host));

    private double _seconds;

    public MetricBatch Tick(DateTimeOffset now, TimeSpan step, IReadOnlyList<SampleInstance> instances)
    {
        _seconds += step.TotalSeconds;
        var batch = new MetricBatch(_resource);
        Sum(InstanceMetrics.CpuTime, _seconds * 0.004, "user");
        Sum(InstanceMetrics.CpuTime, _seconds * 0.002, "system");
        Sum(InstanceMetrics.MemoryUsage, 61 << 20);
        Sum(InstanceMetrics.ThreadCount, 19);
        Sum(InstanceMetrics.FileDescriptors, 140);
        Sum(InstanceMetrics.Uptime, host == "beta" ? _seconds % 3000 < 2970 ? _seconds : 5 : _seconds);
        Sum(SupervisorMetrics.Heartbeat, _seconds / 10);
        foreach (var phase in Words.Phases)
            Sum(SupervisorMetrics.Instances, instances.Count(i => i.Phase == phase), Words.Of(phase));
        Sum(SupervisorMetrics.QueueDepth, _seconds % 70 < 10 ? 3 : 0);
        Sum(SupervisorMetrics.EventDelay, 0.002);
        Sum(SupervisorMetrics.SamplerDuration, 0.004);
        Sum(SupervisorMetrics.SamplerLag, 0.001);
        Sum(SupervisorMetrics.ApiRequests, _seconds * 0.3);
        Sum(SupervisorMetrics.ActorFaults, 0);
        Sum(SupervisorMetrics.ExporterInflight, 40);
        Sum(SupervisorMetrics.ExporterLogs, _seconds * 90);
        Sum(SupervisorMetrics.ExporterLogs, _seconds * 0.1, "503");
        Sum(SupervisorMetrics.ExporterPoints, _seconds * 200);
        Sum(SupervisorMetrics.ExporterPoints, _seconds * 0.2, "timeout");
        Sum(SupervisorMetrics.ExporterSpans, _seconds * 0.5);
        Sum(SupervisorMetrics.ExporterSpans, _seconds * 0.1, "timeout");
        Sum(SupervisorMetrics.ShippingBacklog, 24_000);
        Sum(SupervisorMetrics.ShippingLag, 1.5);
        Sum(SupervisorMetrics.ShippingRetries, _seconds * 0.1, "503");
        // Points of one metric are next to each other: the encoder makes one metric of each run.
        return batch;

        void Sum(MetricDefinition metric, double value, string? attribute = null) => batch.Points.Add(Number(metric, value, now, attribute, since));
    }
}
