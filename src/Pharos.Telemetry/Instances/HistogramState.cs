using Pharos.Core.Ports;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Telemetry.Instances;

/// <summary>A cumulative histogram with explicit bounds, one series per value of its attributes.</summary>
internal sealed class HistogramState(MetricDefinition metric)
{
    private readonly object _guard = new(); // guards _series: written by the actor, read by exporters
    private Dictionary<(string First, string? Second), Series>? _series; // made with the first value: most instances never have one of most metrics

    public void Record(string first, double value, string? second = null)
    {
        lock (_guard)
        {
            var s = Of(first, second);
            var bucket = 0;
            while (bucket < metric.Bounds.Length && value > metric.Bounds[bucket])
                bucket++;
            s.Counts[bucket]++;
            s.Sum += value;
            s.Exponential = s.Exponential.With(value, 1);
        }
    }

    /// <summary>Takes in what was counted elsewhere, with the same bounds.</summary>
    public void Add(string first, string? second, ReadOnlySpan<long> counts, double sum)
    {
        lock (_guard)
        {
            var s = Of(first, second);
            for (var i = 0; i < s.Counts.Length; i++)
            {
                s.Counts[i] += counts[i];
                s.Exponential = s.Exponential.With(MiddleOf(i), counts[i]);
            }

            s.Sum += sum;
        }
    }

    /// <summary>Number of values, all series.</summary>
    public long Count
    {
        get
        {
            lock (_guard)
                return _series?.Values.Sum(s => s.Counts.Sum()) ?? 0;
        }
    }

    public IEnumerable<SavedHistogram> Save()
    {
        lock (_guard)
            return [.. (_series ?? []).Select(s => new SavedHistogram(metric.Name, s.Key.First, [.. s.Value.Counts], s.Value.Sum, s.Key.Second))];
    }

    /// <summary>Puts a series back. One with other bounds, of another version, begins anew: it cannot be gone on with.</summary>
    public void Restore(SavedHistogram saved)
    {
        lock (_guard)
        {
            if (saved.Metric == metric.Name && saved.Counts.Count == metric.Bounds.Length + 1)
            {
                _series?.Remove((saved.Attribute, saved.Second));
                Add(saved.Attribute, saved.Second, [.. saved.Counts], saved.Sum);
            }
        }
    }

    public void Collect(List<MetricPoint> points, MetricPoint like)
    {
        lock (_guard)
        {
            foreach (var ((first, second), s) in _series ?? [])
                points.Add(like with { Metric = metric, Attribute1 = first, Attribute2 = second, Histogram = new HistogramValue([.. s.Counts], s.Sum) { Exponential = s.Exponential } });
        }
    }

    private Series Of(string first, string? second)
    {
        _series ??= [];
        if (!_series.TryGetValue((first, second), out var s))
            _series[(first, second)] = s = new(new long[metric.Bounds.Length + 1]);
        return s;
    }

    /// <summary>Stands for the values of a bucket that were counted elsewhere or by an earlier daemon: the geometric middle, so that the error is at most the bucket's width.</summary>
    private double MiddleOf(int bucket)
    {
        var bounds = metric.Bounds;
        if (bounds.Length == 0)
            return 1;
        return bucket == 0 ? bounds[0] / 2
            : bucket == bounds.Length ? bounds[^1] * 1.5
            : bounds[bucket - 1] > 0 ? Math.Sqrt(bounds[bucket - 1] * bounds[bucket])
            : bounds[bucket] / 2;
    }

    private sealed class Series(long[] counts)
    {
        public long[] Counts { get; } = counts;

        public double Sum { get; set; }

        public ExponentialValue Exponential { get; set; } = ExponentialValue.Empty;
    }
}
