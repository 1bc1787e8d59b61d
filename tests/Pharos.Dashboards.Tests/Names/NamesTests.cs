using System.Reflection;
using Pharos.Core.Lifecycle;
using Pharos.Dashboards.Tests.Reading;
using Pharos.Dashboards.Vocabulary;
using Pharos.Exporters.Prometheus;
using Pharos.Telemetry.Catalogue;

namespace Pharos.Dashboards.Tests.Names;

/// <summary>Each metric, label and attribute in each query is in the catalogue, or in the short list of what other programs emit.</summary>
public sealed class NamesTests
{
    private static readonly string[] IndexLabels = [Labels.App, Labels.Namespace, Labels.Environment, Labels.Host];
    private static readonly string[] Promoted = [Labels.App, Labels.Namespace, Labels.InstanceId, Labels.Version, Labels.Environment, Labels.Host, Labels.Index, Labels.Job, Labels.Instance];

    private static readonly HashSet<string> Attributes =
        [.. typeof(AttributeNames).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!)];

    private static readonly Dictionary<string, HashSet<string>> LabelsOfMetric = Metrics().ToDictionary(m => m.Name, m => m.Labels);

    [Fact]
    public async Task PromQL_uses_metrics_and_labels_of_the_catalogue()
    {
        List<string> wrong = [];
        foreach (var (target, (text, tree)) in (await Grammars.TreesAsync()).Where(t => t.Key.Language == "promql"))
        {
            var ofQuery = new HashSet<string>();
            foreach (var (selector, _) in tree.Find("VectorSelector"))
            {
                var metric = selector.Child("Identifier")!.In(text);
                if (!LabelsOfMetric.TryGetValue(metric, out var labels))
                {
                    wrong.Add($"{target}: no such metric: {metric}");
                    continue;
                }

                ofQuery.UnionWith(labels);
                wrong.AddRange(Names(selector, text).Except(labels).Select(l => $"{target}: {metric} has no label {l}"));
            }

            wrong.AddRange(Names(tree, text).Except(ofQuery).Select(l => $"{target}: no metric of the query has the label {l}"));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task LogQL_selects_by_index_labels_and_filters_by_attributes_of_the_catalogue()
    {
        var known = Attributes.Select(Labels.Of).Concat([Labels.Event, Labels.Level, Labels.TraceId]).ToHashSet();
        List<string> wrong = [];
        var trees = (await Grammars.TreesAsync()).Where(t => t.Key.Language == "logql").ToList();
        foreach (var (target, (text, tree)) in trees)
        {
            var selected = tree.Find("Selector").SelectMany(s => s.Node.Find("Identifier")).Select(i => i.Node.In(text)).ToList();
            wrong.AddRange(selected.Except(IndexLabels).Select(l => $"{target}: {l} is no index label in Loki"));
            wrong.AddRange(tree.Find("Identifier").Select(i => i.Node.In(text)).Except(known).Select(l => $"{target}: no such attribute: {l}"));
        }

        Assert.NotEmpty(trees);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task TraceQL_uses_attributes_and_span_names_of_the_catalogue()
    {
        var operations = await File.ReadAllTextAsync(Repository.PathOf("src", "Pharos.Supervisor", "Tracing", "OperationTrace.cs"));
        Assert.Contains($"\"{Spans.AppNamespace}\"", operations); // these two are not in the catalogue
        Assert.Contains($"\"{Spans.InstanceId}\"", operations);
        var known = Attributes.Concat([Spans.AppNamespace, Spans.InstanceId]).ToHashSet();
        List<string> wrong = [];
        var trees = (await Grammars.TreesAsync()).Where(t => t.Key.Language == "traceql").ToList();
        foreach (var (target, (text, tree)) in trees)
            wrong.AddRange(tree.Find("AttributeField").Select(a => a.Node.Child("Identifier")!.In(text)).Except(known).Select(a => $"{target}: no such attribute: {a}"));
        Assert.NotEmpty(trees);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        var names = BoardFile.All.Single(b => b.Name == "traces.json").Targets.SelectMany(t => Descriptions.Spans.Select(s => s.Name).Where(s => t.Text.Contains($"\"{s}", StringComparison.Ordinal)));
        Assert.Contains(SpanNames.Start, names);
        Assert.Contains(SpanNames.Reload, names);
    }

    [Fact]
    public void Each_metric_of_the_catalogue_is_on_a_dashboard()
    {
        var texts = string.Join('\n', BoardFile.All.SelectMany(b => b.Targets).Select(t => t.Text));
        Assert.All(InstanceMetrics.All.Concat(SupervisorMetrics.All), m => Assert.Contains(NameTranslator.Metric(m), texts));
    }

    [Fact]
    public void Each_phase_has_a_number_a_word_and_a_colour_of_its_own()
    {
        var numbers = Words.Phases.Select(p => States.Number(p).ToString()).ToList();
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        Assert.Equal(numbers.Append("4").Order(StringComparer.Ordinal), States.Words.Select(w => w.Value).Order(StringComparer.Ordinal)); // 4: runs and is not ready
        Assert.Equal(States.Words.Count, States.Words.Select(w => w.Colour).Distinct().Count());
        Assert.True(States.Number(Phase.Failed) > States.Number(Phase.BackingOff)); // the worst is the largest
    }

    private static IEnumerable<string> Names(Syntax tree, string text) => tree.All.Where(n => n.Name == "LabelName").Select(n => n.In(text)).Distinct();

    private static IEnumerable<(string Name, HashSet<string> Labels)> Metrics()
    {
        foreach (var metric in InstanceMetrics.All.Concat(SupervisorMetrics.All))
        {
            var name = NameTranslator.Metric(metric);
            HashSet<string> labels = [.. Promoted, .. metric.Attributes.Select(Labels.Of)];
            foreach (var suffix in metric.Kind == MetricKind.Histogram ? new[] { "_sum", "_count" } : [""])
                yield return (name + suffix, labels);
            if (metric.Kind == MetricKind.Histogram)
                yield return (name + "_bucket", [.. labels, "le"]);
        }

        foreach (var metric in Foreign.All)
            yield return (metric.Name, [Labels.Job, Labels.Instance, .. metric.Labels]);
    }
}
