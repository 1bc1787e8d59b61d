using System.Collections.Immutable;
using System.Globalization;
using Pharos.Core.Ports;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Telemetry.Instances;

/// <summary>The HTTP requests of an instance: as a histogram since it was declared, and as a rate and a percentile of the last seconds.</summary>
public sealed class ServedTraffic
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly HistogramState _all = new(InstanceMetrics.HttpServerDuration);
    private readonly Lock _lock = new(); // guards _recent
    private readonly Queue<(long At, ImmutableArray<long> Counts)> _recent = new();

    /// <summary>Takes in what was served.</summary>
    /// <param name="requests">By method and status.</param>
    /// <param name="now">Monotonic timestamp of the system's clock.</param>
    public void Take(ImmutableArray<ServedRequests> requests, long now)
    {
        var sum = new long[ServedRequests.Bounds.Length + 1];
        foreach (var some in requests)
        {
            _all.Add(some.Method, some.Status.ToString(CultureInfo.InvariantCulture), some.Counts.AsSpan(), some.Seconds);
            for (var i = 0; i < sum.Length; i++)
                sum[i] += some.Counts[i];
        }

        lock (_lock)
            _recent.Enqueue((now, [.. sum]));
    }

    /// <summary>Requests per second, and the duration that 95 of 100 were shorter than, over the last ten seconds.</summary>
    /// <param name="time">The clock that timestamps came from.</param>
    /// <returns>Null before the first request; a percentile of null: there was none in that time.</returns>
    public (double PerSecond, double? P95Seconds)? Recent(TimeProvider time)
    {
        var counts = new long[ServedRequests.Bounds.Length + 1];
        lock (_lock)
        {
            while (_recent.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) > Window)
                _recent.Dequeue();
            foreach (var (_, some) in _recent)
            {
                for (var i = 0; i < counts.Length; i++)
                    counts[i] += some[i];
            }
        }

        if (_all.Count == 0)
            return null;
        var all = counts.Sum();
        return (all / Window.TotalSeconds, all == 0 ? null : Percentile(counts, all * 0.95));
    }

    internal IEnumerable<SavedHistogram> Save() => _all.Save();

    internal void Restore(SavedHistogram series) => _all.Restore(series);

    internal void Collect(List<MetricPoint> points, MetricPoint like) => _all.Collect(points, like);

    /// <summary>Between the bounds of its bucket, as if requests were spread evenly there.</summary>
    private static double Percentile(long[] counts, double rank)
    {
        double below = 0;
        for (var i = 0; i < ServedRequests.Bounds.Length; i++)
        {
            var from = i == 0 ? 0 : ServedRequests.Bounds[i - 1];
            if (below + counts[i] >= rank)
                return from + ((ServedRequests.Bounds[i] - from) * (rank - below) / counts[i]);
            below += counts[i];
        }

        return ServedRequests.Bounds[^1];
    }
}
