using System.Text.Json.Nodes;

namespace Pharos.Dashboards.Board;

/// <summary>One panel: what it shows, and how. <see cref="Panels"/> makes them.</summary>
public sealed record Panel
{
    /// <summary>Grafana's plugin id.</summary>
    public required string Type { get; init; }

    public required string Title { get; init; }

    /// <summary>What it says and what to do about it: the text behind the (i).</summary>
    public required string Description { get; init; }

    public IReadOnlyList<Query> Queries { get; init; } = [];

    public required Field Field { get; init; }

    /// <summary>What only this plugin knows about a field.</summary>
    public object? Custom { get; init; }

    /// <summary>Options of the plugin.</summary>
    public required object Options { get; init; }

    public IReadOnlyList<Override> Overrides { get; init; } = [];

    /// <summary>Grafana's transformations: id and options, in order.</summary>
    public IReadOnlyList<(string Id, object Options)> Transformations { get; init; } = [];

    /// <summary>Links of the panel itself.</summary>
    public IReadOnlyList<Link> Links { get; init; } = [];

    /// <summary>Least step, as Grafana writes it (<c>1m</c>). Counts per step want one: a window of <c>$__rate_interval</c> is four steps of the shortest, and would show each event four times.</summary>
    public string? Interval { get; init; }

    /// <summary>Another time range than the page's, as Grafana writes it (<c>1h</c>).</summary>
    public string? TimeFrom { get; init; }

    public JsonObject ToJson(int id, int x, int y, int width, int height)
    {
        var panel = new JsonObject
        {
            ["id"] = id,
            ["type"] = Type,
            ["title"] = Title,
            ["description"] = Description,
            ["gridPos"] = new JsonObject { ["x"] = x, ["y"] = y, ["w"] = width, ["h"] = height },
            ["datasource"] = Field.Json(Queries.All(q => q.Source == Queries[0].Source) ? Queries[0].Source.Reference : Source.Mixed),
            ["targets"] = new JsonArray([.. Queries.Select((q, i) => Field.Json(q.ToJson(((char)('A' + i)).ToString())))]),
            ["fieldConfig"] = new JsonObject
            {
                ["defaults"] = Field.ToJson(Custom),
                ["overrides"] = new JsonArray([.. Overrides.Select(o => o.ToJson())]),
            },
            ["options"] = Field.Json(Options),
        };
        if (Transformations.Count > 0)
            panel["transformations"] = Field.Json(Transformations.Select(t => new { id = t.Id, options = t.Options }));
        if (Links.Count > 0)
            panel["links"] = Field.Json(Links.Select(l => new { title = l.Title, url = l.Url, targetBlank = false, type = "link", icon = "external link", tooltip = l.Title, tags = Array.Empty<string>(), asDropdown = false, keepTime = false, includeVars = false }));
        if (Interval is not null)
            panel["interval"] = Interval;
        if (TimeFrom is not null)
            panel["timeFrom"] = TimeFrom;
        return panel;
    }
}
