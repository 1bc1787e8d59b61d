using Pharos.Core.Ports;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Telemetry.Instances;

/// <summary>A cumulative histogram with explicit bounds, one series per value of its attributes.</summary>
internal sealed class HistogramState(MetricDefinition metric)
{
    private readonly Dictionary<(string First, string? Second), (long[] Counts, double Sum)> _series = [];

    public void Record(string first, double value, string? second = null)
    {
        lock (_series) // guards _series: written by the actor, read by exporters
        {
            var attribute = (first, second);
            if (!_series.TryGetValue(attribute, out var s))
                s = (new long[metric.Bounds.Length + 1], 0);
            var bucket = 0;
            while (bucket < metric.Bounds.Length && value > metric.Bounds[bucket])
                bucket++;
            s.Counts[bucket]++;
            _series[attribute] = (s.Counts, s.Sum + value);
        }
    }

    /// <summary>Takes in what was counted elsewhere, with the same bounds.</summary>
    public void Add(string first, string? second, ReadOnlySpan<long> counts, double sum)
    {
        lock (_series)
        {
            if (!_series.TryGetValue((first, second), out var s))
                s = (new long[metric.Bounds.Length + 1], 0);
            for (var i = 0; i < s.Counts.Length; i++)
                s.Counts[i] += counts[i];
            _series[(first, second)] = (s.Counts, s.Sum + sum);
        }
    }

    /// <summary>Number of values, all series.</summary>
    public long Count
    {
        get
        {
            lock (_series)
                return _series.Values.Sum(s => s.Counts.Sum());
        }
    }

    public IEnumerable<SavedHistogram> Save()
    {
        lock (_series)
            return [.. _series.Select(s => new SavedHistogram(metric.Name, s.Key.First, [.. s.Value.Counts], s.Value.Sum, s.Key.Second))];
    }

    /// <summary>Puts a series back. One with other bounds, of another version, begins anew: it cannot be gone on with.</summary>
    public void Restore(SavedHistogram saved)
    {
        lock (_series)
        {
            if (saved.Metric == metric.Name && saved.Counts.Count == metric.Bounds.Length + 1)
                _series[(saved.Attribute, saved.Second)] = ([.. saved.Counts], saved.Sum);
        }
    }

    public void Collect(List<MetricPoint> points, MetricPoint like)
    {
        lock (_series)
        {
            foreach (var ((first, second), (counts, sum)) in _series)
                points.Add(like with { Metric = metric, Attribute1 = first, Attribute2 = second, Histogram = new HistogramValue([.. counts], sum) });
        }
    }
}
