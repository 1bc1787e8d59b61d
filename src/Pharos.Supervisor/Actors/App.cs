using Pharos.Core.Specs;
using Pharos.Supervisor.Operations;
using Pharos.Supervisor.Operations.Jobs;
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

    /// <summary>Its runs; null when it is no job.</summary>
    public JobLedger? Runs { get; init; }

    /// <summary>The time of the next run of a schedule that is not stopped.</summary>
    /// <param name="spec">The app.</param>
    /// <param name="now">The time now.</param>
    /// <returns>Null when it is no job, or there is none.</returns>
    public static DateTimeOffset? NextRun(AppSpec spec, DateTimeOffset now) => spec.Job is { } job ? CronTimes.Next(job.Cron, job.Zone, now) : null;

    internal void Collect(List<MetricBatch> batches, long now, long since, bool ended = false)
    {
        var batch = new MetricBatch(resource);
        var point = new MetricPoint { Metric = InstanceMetrics.AppInstances, StartUnixNanos = since, TimeUnixNanos = now, NoRecordedValue = ended };
        batch.Points.Add(point with { Long = Instances.Count(i => i.Snapshot.State.Alive) });
        batch.Points.Add(point with { Metric = InstanceMetrics.AppDesired, Long = Instances.Count(i => i.Snapshot.Wanted) });
        Runs?.Telemetry.Collect(batch.Points, now, ended);
        batches.Add(batch);
    }
}
