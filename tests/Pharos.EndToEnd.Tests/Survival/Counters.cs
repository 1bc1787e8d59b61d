using System.Globalization;
using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Survival;

/// <summary>All counters of instances, look for look: none may ever fall back.</summary>
internal sealed class Counters(PharosCli pharos)
{
    private readonly Dictionary<string, double> _seen = [];
    private readonly Dictionary<(string, int), (long Restarts, int Incarnation)> _listed = [];

    /// <summary>How many series there are.</summary>
    public int Series => _seen.Count;

    /// <summary>Looks at the metrics page.</summary>
    public async Task LookAsync(string when)
    {
        foreach (var (series, value) in Parse(await pharos.GetAsync("/metrics")))
        {
            Check.That(!_seen.TryGetValue(series, out var before) || value >= before, () => $"{when}: {series} fell from {before} to {value}\n{pharos.Logs}");
            _seen[series] = value;
        }
    }

    /// <summary>Looks at a list.</summary>
    public void Look(IReadOnlyList<Instance> list, string when)
    {
        foreach (var it in list)
        {
            var before = _listed.GetValueOrDefault((it.App, it.Index));
            Check.That(it.Restarts >= before.Restarts && it.Incarnation >= before.Incarnation, () => $"{when}: {it} after {before}\n{pharos.Logs}");
            _listed[(it.App, it.Index)] = (it.Restarts, it.Incarnation);
        }
    }

    /// <summary>Value of a series that was seen last.</summary>
    public double Of(string metric, string app, string label) =>
        _seen.Where(s => s.Key.StartsWith(metric + "{", StringComparison.Ordinal) && s.Key.Contains($"service_name=\"{app}\"", StringComparison.Ordinal) && s.Key.Contains(label, StringComparison.Ordinal))
            .Sum(s => s.Value);

    /// <summary>Counters and histograms of instances. A process that is another one each time counts its own time and switches from 0.</summary>
    private static IEnumerable<(string Series, double Value)> Parse(string page)
    {
        HashSet<string> counters = [];
        foreach (var line in page.Split('\n'))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                if (line.Split(' ') is [_, _, var name, "counter" or "histogram"])
                    counters.Add(name);
                continue;
            }

            var brace = line.IndexOf('{', StringComparison.Ordinal);
            if (brace < 0 || line[0] == '#' || line.Contains("service_name=\"pharos\"", StringComparison.Ordinal))
                continue;
            var metric = line[..brace];
            if (metric.StartsWith("process_", StringComparison.Ordinal) && line.Contains("service_name=\"crasher\"", StringComparison.Ordinal))
                continue;
            if (!counters.Any(c => metric == c || metric == c + "_bucket" || metric == c + "_count" || metric == c + "_sum"))
                continue;
            var blank = line.LastIndexOf(' ');
            yield return (line[..blank], double.Parse(line[blank..], CultureInfo.InvariantCulture));
        }
    }
}
