using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pharos.Dashboards.Board;

/// <summary>One dashboard: variables, annotations, and panels that flow from left to right on Grafana's grid of 24 columns.</summary>
/// <param name="uid">Stable: links and alerts name it.</param>
/// <param name="fileName">Where its JSON is.</param>
/// <param name="title">Title.</param>
/// <param name="description">What it answers.</param>
public sealed class Dashboard(string uid, string fileName, string title, string description)
{
    /// <summary>Grafana's newest classic form; older servers read it, newer ones migrate it.</summary>
    public const int SchemaVersion = 42;

    /// <summary>On all of them: by it they find each other.</summary>
    public const string Tag = "pharos";

    private const int Columns = 24;

    private static readonly JsonSerializerOptions Pretty = new()
    {
        WriteIndented = true,
        IndentSize = 2,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly JsonArray _panels = [];
    private int _x;
    private int _y;
    private int _rowHeight;

    public string Uid { get; } = uid;

    public string FileName { get; } = fileName;

    public string Title { get; } = title;

    public string Description { get; } = description;

    /// <summary>How far back it looks at first.</summary>
    public string From { get; init; } = "now-1h";

    public required IReadOnlyList<Variable> Variables { get; init; }

    public IReadOnlyList<Annotation> Annotations { get; init; } = [];

    /// <summary>A headline over the panels that follow.</summary>
    public Dashboard Row(string text)
    {
        Break();
        _panels.Add(new JsonObject
        {
            ["id"] = _panels.Count + 1,
            ["type"] = "row",
            ["title"] = text,
            ["collapsed"] = false,
            ["gridPos"] = new JsonObject { ["x"] = 0, ["y"] = _y, ["w"] = Columns, ["h"] = 1 },
            ["panels"] = new JsonArray(),
        });
        _y++;
        return this;
    }

    /// <summary>The next panel, right of the one before, or on a new line when there is no room.</summary>
    /// <param name="width">Columns, 1 to 24.</param>
    /// <param name="height">Units of 30 pixels.</param>
    /// <param name="panel">The panel.</param>
    public Dashboard Add(int width, int height, Panel panel)
    {
        if (_x + width > Columns)
            Break();
        _panels.Add(panel.ToJson(_panels.Count + 1, _x, _y, width, height));
        _x += width;
        _rowHeight = Math.Max(_rowHeight, height);
        return this;
    }

    /// <summary>The JSON that Grafana provisions.</summary>
    public JsonObject ToJson() => new()
    {
        ["id"] = null,
        ["uid"] = Uid,
        ["title"] = Title,
        ["description"] = Description,
        ["tags"] = new JsonArray(Tag),
        ["schemaVersion"] = SchemaVersion,
        ["version"] = 1,
        ["editable"] = false,
        ["graphTooltip"] = 1,
        ["refresh"] = "30s",
        ["time"] = new JsonObject { ["from"] = From, ["to"] = "now" },
        ["timepicker"] = new JsonObject { ["refresh_intervals"] = new JsonArray("10s", "30s", "1m", "5m", "15m") },
        ["timezone"] = "browser",
        ["weekStart"] = "",
        ["links"] = Field.Json(Boards.Uids.All.Where(b => b.Uid != Uid).Select(b => new
        {
            type = "link",
            title = b.Title,
            url = $"/d/{b.Uid}?{string.Join('&', Source.All.Select(d => d.Variable).Concat(b.Takes.Where(t => Variables.Any(v => v.Name == t))).Select(v => $"${{{v}:queryparam}}"))}",
            icon = "dashboard",
            tooltip = b.Tooltip,
            tags = Array.Empty<string>(),
            asDropdown = false,
            includeVars = false, // those that both have and show are in the url
            keepTime = true,
            targetBlank = false,
        })),
        ["annotations"] = new JsonObject { ["list"] = new JsonArray([.. Annotations.Select(a => Field.Json(a.ToJson()))]) },
        ["templating"] = new JsonObject { ["list"] = new JsonArray([.. Variables.Select(v => v.Body.DeepClone())]) },
        ["panels"] = _panels.DeepClone(),
    };

    /// <summary>The file's text.</summary>
    public string ToText() => ToJson().ToJsonString(Pretty) + "\n";

    private void Break()
    {
        _y += _rowHeight;
        _x = 0;
        _rowHeight = 0;
    }
}
