using Pharos.Core.Specs;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Supervisor.Actors;

/// <summary>One app and its actors.</summary>
public sealed class App(AppSpec spec, TelemetryResource resource)
{
    /// <summary>What was asked for.</summary>
    public AppSpec Spec { get; } = spec;

    /// <summary>Its instances, by slot.</summary>
    public IReadOnlyList<InstanceActor> Instances { get; init; } = [];

    internal void Collect(List<MetricBatch> batches, long now, long since, bool ended = false)
    {
        var batch = new MetricBatch(resource);
        var point = new MetricPoint { Metric = InstanceMetrics.AppInstances, StartUnixNanos = since, TimeUnixNanos = now, NoRecordedValue = ended };
        batch.Points.Add(point with { Long = Instances.Count(i => i.Snapshot.State.Alive) });
        batch.Points.Add(point with { Metric = InstanceMetrics.AppDesired, Long = Instances.Count(i => i.Snapshot.Wanted) });
        batches.Add(batch);
    }
}
