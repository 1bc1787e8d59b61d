using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pharos.Dashboards.Tests.Reading;

/// <summary>One target of a panel, as the file has it.</summary>
/// <param name="Board">Whose.</param>
/// <param name="Id">Id of the panel; -1: none.</param>
/// <param name="Panel">Title of the panel, or "annotation NAME", or "variable NAME".</param>
/// <param name="RefId">A, B, C.</param>
/// <param name="Language"><c>promql, logql, traceql</c>.</param>
/// <param name="Text">The query, with its variables.</param>
/// <param name="Legend">Template of the names of series.</param>
/// <param name="IsRange">Asked over time, not for now.</param>
public sealed record Target(BoardFile Board, int Id, string Panel, string RefId, string Language, string Text, string Legend, bool IsRange)
{
    public override string ToString() => $"{Board.Name}: {Panel} [{RefId}]: {Text}";
}

/// <summary>A dashboard as Grafana will read it: the committed file, not what the generator means.</summary>
public sealed partial class BoardFile(string path)
{
    public static IReadOnlyList<BoardFile> All { get; } =
        [.. Directory.GetFiles(Repository.PathOf("dashboards"), "*.json").Order(StringComparer.Ordinal).Select(p => new BoardFile(p))];

    public string Name { get; } = Path.GetFileName(path);

    public string Text { get; } = File.ReadAllText(path);

    public JsonElement Json { get; } = JsonDocument.Parse(File.ReadAllText(path)).RootElement;

    public string Uid => Json.GetProperty("uid").GetString()!;

    public string Title => Json.GetProperty("title").GetString()!;

    /// <summary>All panels but the headlines.</summary>
    public IEnumerable<JsonElement> Panels => Json.GetProperty("panels").EnumerateArray().Where(p => p.GetProperty("type").GetString() != "row");

    public IEnumerable<JsonElement> Variables => Json.GetProperty("templating").GetProperty("list").EnumerateArray();

    public IEnumerable<JsonElement> Annotations => Json.GetProperty("annotations").GetProperty("list").EnumerateArray();

    /// <summary>Queries of panels.</summary>
    public IEnumerable<Target> Targets => Panels.SelectMany(TargetsOf);

    /// <summary>Queries of annotations.</summary>
    public IEnumerable<Target> AnnotationTargets => Annotations.Select(a => new Target(this, -1, "annotation " + a.GetProperty("name").GetString(), "Annotation", "promql",
        a.GetProperty("expr").GetString()!, a.GetProperty("titleFormat").GetString() + a.GetProperty("textFormat").GetString(), true));

    /// <summary>The label and the selector of each variable that asks Prometheus.</summary>
    public IEnumerable<(string Variable, string Selector, string Label)> LabelValues =>
        from v in Variables
        where v.GetProperty("type").GetString() == "query"
        let m = LabelValuesCall().Match(v.GetProperty("query").GetProperty("query").GetString()!)
        select (v.GetProperty("name").GetString()!, m.Groups["selector"].Value, m.Groups["label"].Value);

    public IEnumerable<Target> TargetsOf(JsonElement panel)
    {
        foreach (var target in panel.GetProperty("targets").EnumerateArray())
        {
            var (language, key) = target.GetProperty("datasource").GetProperty("type").GetString() switch
            {
                "prometheus" => ("promql", "expr"),
                "loki" => ("logql", "expr"),
                "tempo" => ("traceql", "query"),
                var other => throw new InvalidDataException($"{Name}: {panel.GetProperty("title")}: no such data source: {other}"),
            };
            yield return new(this, panel.GetProperty("id").GetInt32(), panel.GetProperty("title").GetString()!, target.GetProperty("refId").GetString()!, language, target.GetProperty(key).GetString()!,
                target.GetProperty("legendFormat").GetString()!, language != "promql" || target.GetProperty("range").GetBoolean());
        }
    }

    public override string ToString() => Name;

    [GeneratedRegex(@"^label_values\((?<selector>.+),\s*(?<label>[a-z_]+)\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelValuesCall();
}
