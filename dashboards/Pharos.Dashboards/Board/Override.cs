using System.Text.Json.Nodes;

namespace Pharos.Dashboards.Board;

/// <summary>What looks different for one series or column.</summary>
public sealed class Override
{
    private readonly JsonArray _properties = [];
    private readonly string _matcher;
    private readonly string _name;

    private Override(string matcher, string name) => (_matcher, _name) = (matcher, name);

    /// <summary>The series or column of this name.</summary>
    public static Override Of(string name) => new("byName", name);

    /// <summary>Series whose whole names match a regular expression of JavaScript.</summary>
    public static Override Matching(string pattern) => new("byRegexp", pattern);

    /// <summary>A fixed colour.</summary>
    public Override Colour(string colour) => Set("color", new { mode = "fixed", fixedColor = colour });

    public Override Unit(string unit) => Set("unit", unit);

    public Override Decimals(int decimals) => Set("decimals", decimals);

    /// <summary>Width of a column, pixels.</summary>
    public Override Width(int pixels) => Set("custom.width", pixels);

    /// <summary>There for links, and not shown: the second form is that of Grafana 12.2 and later.</summary>
    public Override Hidden() => Set("custom.hidden", true).Set("custom.hideFrom", new { viz = true, legend = false, tooltip = false });

    /// <summary>Shown where there is no value.</summary>
    public Override NoValue(string text) => Set("noValue", text);

    /// <summary>A dashed line without an area: a limit.</summary>
    public Override Limit() =>
        Colour(Board.Colour.Broken).Set("custom.fillOpacity", 0).Set("custom.lineStyle", new { fill = "dash", dash = new[] { 10, 8 } }).Set("custom.stacking", new { mode = "none", group = "A" });

    /// <summary>Below the axis.</summary>
    public Override Mirrored() => Set("custom.transform", "negative-Y");

    /// <summary>On the right axis, in its own unit.</summary>
    public Override RightAxis(string unit) => Unit(unit).Set("custom.axisPlacement", "right");

    /// <summary>Cell background by thresholds.</summary>
    public Override Steps(params Step[] steps) =>
        Set("thresholds", new { mode = "absolute", steps = steps.Select(s => new { color = s.Colour, value = s.From }) })
            .Set("color", new { mode = "thresholds" })
            .Set("custom.cellOptions", new { type = "color-background", mode = "basic" });

    /// <summary>A bar in the cell, from 0 to a maximum.</summary>
    public Override Bar(double max, params Step[] steps) =>
        Set("thresholds", new { mode = "absolute", steps = steps.Select(s => new { color = s.Colour, value = s.From }) })
            .Set("min", 0).Set("max", max).Set("color", new { mode = "thresholds" })
            .Set("custom.cellOptions", new { type = "gauge", mode = "basic", valueDisplayMode = "text" });

    /// <summary>A bar in the cell, relative to the largest of the column.</summary>
    public Override Bar() => Set("min", 0).Set("color", new { mode = "continuous-BlYlRd" }).Set("custom.cellOptions", new { type = "gauge", mode = "basic", valueDisplayMode = "text" });

    /// <summary>Values as words on their colours.</summary>
    public Override Words(IReadOnlyList<Word> words)
    {
        Set("mappings", Array.Empty<object>());
        ((JsonObject)_properties[^1]!)["value"] = new JsonArray(Field.Mappings(words));
        return Set("custom.cellOptions", new { type = "color-background", mode = "basic" });
    }

    public Override Links(params Link[] links) => Set("links", links.Select(l => l.ToJson()));

    public JsonObject ToJson() => new()
    {
        ["matcher"] = new JsonObject { ["id"] = _matcher, ["options"] = _name },
        ["properties"] = _properties.DeepClone(),
    };

    private Override Set(string id, object value)
    {
        _properties.Add(new JsonObject { ["id"] = id, ["value"] = Field.Json(value) });
        return this;
    }
}
