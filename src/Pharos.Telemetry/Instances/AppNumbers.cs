using System.Collections.Immutable;
using System.Text;
using Pharos.Core.Ports;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Telemetry.Instances;

/// <summary>The numbers that an app takes of itself, as metrics of its instance: named by the app, so their names are bounded in number and length.</summary>
public sealed class AppNumbers
{
    private const int MostNames = 200, LongestName = 100;

    private readonly Lock _lock = new(); // guards all below
    private readonly Dictionary<string, (MetricDefinition Metric, double Value)> _numbers = new(StringComparer.Ordinal);
    private long _since;
    private bool _endOwed;
    private bool _gone;

    /// <summary>Takes new values in.</summary>
    /// <param name="numbers">Newest.</param>
    public void Take(ImmutableArray<AppNumber> numbers)
    {
        lock (_lock)
        {
            if (_gone)
            {
                _numbers.Clear();
                _gone = false;
                _since = 0;
            }

            foreach (var number in numbers)
            {
                var name = NameOf(number.Name);
                if (_numbers.TryGetValue(name, out var known) && known.Metric.Unit == number.Unit)
                    _numbers[name] = (known.Metric, number.Value);
                else if (name.Length > InstanceMetrics.AppPrefix.Length && (_numbers.Count < MostNames || _numbers.ContainsKey(name)))
                    _numbers[name] = (Define(name, number), number.Value);
            }
        }
    }

    /// <summary>The process is gone: its series end with the next push.</summary>
    public void ProcessGone()
    {
        lock (_lock)
            (_endOwed, _gone) = (_endOwed || _numbers.Count > 0, true);
    }

    internal void Collect(List<MetricPoint> points, long now, bool final)
    {
        lock (_lock)
        {
            if (_gone && !(final && _endOwed))
                return;
            if (_since == 0)
                _since = now;
            foreach (var (metric, value) in _numbers.Values)
                points.Add(new MetricPoint { Metric = metric, StartUnixNanos = _since, TimeUnixNanos = now, Double = value, NoRecordedValue = _gone });
            if (!_gone)
                return;
            _endOwed = false;
            _numbers.Clear();
        }
    }

    /// <summary>Letters, digits, dots and underscores: <c>Heap Usage</c> becomes <c>app.heap_usage</c>.</summary>
    private static string NameOf(string name)
    {
        var text = new StringBuilder(InstanceMetrics.AppPrefix);
        foreach (var c in name.AsSpan(0, Math.Min(name.Length, LongestName)))
        {
            if (char.IsAsciiLetterOrDigit(c) || (c == '.' && text[^1] is not ('.' or '_')))
                text.Append(char.ToLowerInvariant(c));
            else if (text[^1] is not ('.' or '_'))
                text.Append('_');
        }

        return text.ToString().TrimEnd('_', '.');
    }

    private static MetricDefinition Define(string name, AppNumber number) =>
        new(name, number.Grows ? MetricKind.Counter : MetricKind.Gauge, number.Unit, $"Of the app itself: {number.Name[..Math.Min(number.Name.Length, LongestName)]}.") { IsDouble = true, IsObserved = true };
}
