using System.Text.Json.Nodes;

namespace Pharos.Dashboards.Board;

/// <summary>A choice at the top of the page.</summary>
public sealed record Variable(string Name, string Label, JsonObject Body)
{
    private const int Hide = 2;
    private const int OnTimeRangeChanged = 2;
    private const int Natural = 7;

    /// <summary>The choice of a data source.</summary>
    /// <param name="source">Which kind.</param>
    public static Variable Of(Source source) => new(source.Variable, source.Label, Base("datasource", source.Variable, source.Label, 0, new()
    {
        ["query"] = source.Type,
        ["current"] = new JsonObject { ["text"] = source.Type, ["value"] = source.Type },
        ["regex"] = "",
        ["refresh"] = 1,
        ["multi"] = false,
        ["includeAll"] = false,
        ["options"] = new JsonArray(),
    }));

    /// <summary>The values of a label of Prometheus.</summary>
    /// <param name="name">Name.</param>
    /// <param name="label">What people read.</param>
    /// <param name="selector">Series that are looked at.</param>
    /// <param name="of">The label.</param>
    /// <param name="hidden">Follows from others, nothing to choose.</param>
    /// <param name="all">What "All" stands for: <c>.+</c>, or <c>.*</c> where the label may be missing; null: all values one by one.</param>
    /// <param name="single">Exactly one is chosen.</param>
    public static Variable Values(string name, string label, string selector, string of, bool hidden = false, string? all = ".+", bool single = false)
    {
        var body = Base("query", name, label, hidden ? Hide : 0, new()
        {
            ["datasource"] = Field.Json(Source.Prometheus.Reference),
            ["query"] = new JsonObject { ["qryType"] = 1, ["query"] = $"label_values({selector}, {of})", ["refId"] = "PrometheusVariableQueryEditor-VariableQuery" },
            ["regex"] = "",
            ["refresh"] = OnTimeRangeChanged,
            ["sort"] = Natural,
            ["multi"] = !single,
            ["includeAll"] = !single,
            ["options"] = new JsonArray(),
        });
        if (!single)
            body["current"] = new JsonObject { ["text"] = new JsonArray("All"), ["value"] = new JsonArray("$__all") };
        if (!single && all is not null)
            body["allValue"] = all;
        return new(name, label, body);
    }

    /// <summary>Free text.</summary>
    public static Variable Text(string name, string label, string value) => new(name, label, Base("textbox", name, label, 0, new()
    {
        ["query"] = value,
        ["current"] = new JsonObject { ["text"] = value, ["value"] = value },
        ["options"] = new JsonArray(new JsonObject { ["text"] = value, ["value"] = value, ["selected"] = true }),
    }));

    /// <summary>One or several of a fixed list.</summary>
    public static Variable Choice(string name, string label, IReadOnlyList<string> values) => new(name, label, Base("custom", name, label, 0, new()
    {
        ["query"] = string.Join(',', values),
        ["current"] = new JsonObject { ["text"] = new JsonArray("All"), ["value"] = new JsonArray("$__all") },
        ["multi"] = true,
        ["includeAll"] = true,
        ["allValue"] = ".*",
        ["options"] = new JsonArray(),
    }));

    private static JsonObject Base(string type, string name, string label, int hide, JsonObject rest)
    {
        var all = new JsonObject { ["type"] = type, ["name"] = name, ["label"] = label, ["hide"] = hide, ["skipUrlSync"] = false };
        foreach (var (key, value) in rest)
            all[key] = value?.DeepClone();
        return all;
    }
}
