using Pharos.Core.Schedules;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;
using M = Pharos.Telemetry.Catalogue.InstanceMetrics;

namespace Pharos.Telemetry.Instances;

/// <summary>The numbers of one job: on its app's resource, since a run that was skipped has no instance.</summary>
/// <param name="countersSinceUnixNanos">Since when the persisted counters count.</param>
/// <param name="createdUnixNanos">Since when the histogram counts: this object was made.</param>
public sealed class JobTelemetry(long countersSinceUnixNanos, long createdUnixNanos)
{
    private readonly long[] _runs = new long[Words.RunOutcomes.Count];
    private readonly HistogramState _duration = new(M.JobRunDuration);

    /// <summary>Since when the persisted counters count, Unix nanoseconds.</summary>
    public long CountersSinceUnixNanos => countersSinceUnixNanos;

    /// <summary>Runs by outcome.</summary>
    public IReadOnlyList<long> Runs => _runs;

    /// <summary>Puts persisted counters back. Only before the first count.</summary>
    public void Restore(IEnumerable<KeyValuePair<RunOutcome, long>> runs)
    {
        foreach (var (outcome, count) in runs)
            _runs[(int)outcome] = count;
    }

    /// <summary>Counts a run that has ended, or did not begin.</summary>
    /// <param name="outcome">What became of it.</param>
    /// <param name="duration">How long it took; null: it did not begin, or nobody knows.</param>
    public void Ran(RunOutcome outcome, TimeSpan? duration)
    {
        Interlocked.Increment(ref _runs[(int)outcome]);
        if (duration is { } took)
            _duration.Record(Words.Of(outcome), took.TotalSeconds);
    }

    /// <summary>Adds all current points: a counter for every outcome from the beginning, as for every other closed set.</summary>
    /// <param name="points">Where to.</param>
    /// <param name="nowUnixNanos">The time of the points.</param>
    /// <param name="ended">The app is no more: the series end.</param>
    public void Collect(List<MetricPoint> points, long nowUnixNanos, bool ended)
    {
        var point = new MetricPoint { Metric = M.JobRuns, StartUnixNanos = countersSinceUnixNanos, TimeUnixNanos = nowUnixNanos, NoRecordedValue = ended };
        for (var i = 0; i < _runs.Length; i++)
            points.Add(point with { Attribute1 = Words.Of((RunOutcome)i), Long = Interlocked.Read(ref _runs[i]) });
        _duration.Collect(points, point with { StartUnixNanos = createdUnixNanos });
    }
}
