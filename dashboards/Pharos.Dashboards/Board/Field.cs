using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pharos.Dashboards.Board;

/// <summary>Grafana's names of units.</summary>
public static class Unit
{
    public const string Count = "short";
    public const string Whole = "none";
    public const string Seconds = "s";
    public const string Bytes = "bytes";
    public const string BytesPerSecond = "Bps";
    public const string PerSecond = "cps";
    public const string PerMinute = "cpm";
    public const string Share = "percentunit";
    public const string Cores = "suffix: cores";
    public const string Text = "string";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Count, Whole, Seconds, Bytes, BytesPerSecond, PerSecond, PerMinute, Share, Cores, Text];
}

/// <summary>From this value on (null: from the smallest on) this colour.</summary>
public readonly record struct Step(double? From, string Colour);

/// <summary>A value shown as a word.</summary>
public readonly record struct Word(string Value, string Text, string Colour);

/// <summary>How values look: Grafana's field configuration.</summary>
public sealed record Field(string Unit)
{
    public IReadOnlyList<Step> Steps { get; init; } = [new(null, Colour.Plain)];

    public IReadOnlyList<Word> Words { get; init; } = [];

    public double? Min { get; init; }

    public double? Max { get; init; }

    public int? Decimals { get; init; }

    /// <summary>Shown where there is no value.</summary>
    public string? NoValue { get; init; }

    /// <summary>Grafana's colour mode: <c>thresholds, palette-classic, fixed, continuous-…</c>.</summary>
    public string ColourMode { get; init; } = "palette-classic";

    /// <summary>For the mode <c>fixed</c>.</summary>
    public string? FixedColour { get; init; }

    public IReadOnlyList<Link> Links { get; init; } = [];

    /// <summary>Green at 0, this colour from <paramref name="from"/> on.</summary>
    public static Field Alarm(string colour, string unit = Board.Unit.Whole, double from = 1, double? worse = null) => new(unit)
    {
        Steps = [new(null, Colour.Good), new(from, colour), .. worse is { } w ? new Step[] { new(w, Colour.Broken) } : []],
        ColourMode = "thresholds",
        NoValue = "0",
    };

    public JsonObject ToJson(object? custom)
    {
        var field = new JsonObject { ["unit"] = Unit };
        var colour = new JsonObject { ["mode"] = ColourMode };
        if (FixedColour is not null)
            colour["fixedColor"] = FixedColour;
        field["color"] = colour;
        if (Min is not null)
            field["min"] = Min;
        if (Max is not null)
            field["max"] = Max;
        if (Decimals is not null)
            field["decimals"] = Decimals;
        if (NoValue is not null)
            field["noValue"] = NoValue;
        field["thresholds"] = Json(new { mode = "absolute", steps = Steps.Select(s => new { color = s.Colour, value = s.From }) });
        field["mappings"] = Words.Count == 0 ? new JsonArray() : new JsonArray(Mappings(Words));
        if (Links.Count > 0)
            field["links"] = Json(Links.Select(l => l.ToJson()));
        if (custom is not null)
            field["custom"] = Json(custom);
        return field;
    }

    /// <summary>Grafana's form of a list of words.</summary>
    public static JsonNode Mappings(IReadOnlyList<Word> words) => Json(new
    {
        type = "value",
        options = words.Select((w, i) => (w, i)).ToDictionary(x => x.w.Value, x => new { text = x.w.Text, color = x.w.Colour, index = x.i }),
    });

    internal static JsonNode Json(object value) => JsonSerializer.SerializeToNode(value)!;
}
