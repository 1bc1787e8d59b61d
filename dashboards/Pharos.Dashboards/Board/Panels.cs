namespace Pharos.Dashboards.Board;

/// <summary>How lines are drawn.</summary>
public enum Draw
{
    /// <summary>Lines with a hint of area.</summary>
    Lines,

    /// <summary>Areas on top of each other.</summary>
    Stacked,

    /// <summary>Bars on top of each other: counts of things that happened.</summary>
    Bars,

    /// <summary>Single points: values of things that happen seldom.</summary>
    Points,
}

/// <summary>The kinds of panels that the dashboards have.</summary>
public static class Panels
{
    private const string CountingStep = "1m";

    /// <summary>One big number on the colour of its state.</summary>
    /// <param name="title">Title.</param>
    /// <param name="description">What it says.</param>
    /// <param name="field">Unit, thresholds, words.</param>
    /// <param name="query">One series.</param>
    /// <param name="link">Where a click leads.</param>
    public static Panel Stat(string title, string description, Field field, Query query, Link? link = null) => new()
    {
        Type = "stat",
        Title = title,
        Description = description,
        Queries = [query],
        Field = link is null ? field : field with { Links = [link] },
        Options = new
        {
            colorMode = field.ColourMode == "thresholds" ? "background" : "none",
            graphMode = query is Query.Prom { Shape: Shape.Range } ? "area" : "none",
            justifyMode = "center",
            orientation = "auto",
            textMode = "value",
            wideLayout = true,
            showPercentChange = false,
            percentChangeColorMode = "standard",
            reduceOptions = new { calcs = new[] { "lastNotNull" }, fields = "", values = false },
        },
    };

    /// <summary>A stat that shows words: the names of its series, or a label.</summary>
    public static Panel Label(string title, string description, Query query) => new()
    {
        Type = "stat",
        Title = title,
        Description = description,
        Queries = [query],
        Field = new(Unit.Count) { ColourMode = "fixed", FixedColour = "text", NoValue = "–" },
        Options = new
        {
            colorMode = "none",
            graphMode = "none",
            justifyMode = "center",
            orientation = "auto",
            textMode = "name",
            wideLayout = true,
            showPercentChange = false,
            percentChangeColorMode = "standard",
            reduceOptions = new { calcs = new[] { "lastNotNull" }, fields = "", values = false },
        },
    };

    /// <summary>Values over time.</summary>
    /// <param name="title">Title.</param>
    /// <param name="description">What it says and what to look for.</param>
    /// <param name="unit">Unit of the axis.</param>
    /// <param name="queries">The series.</param>
    /// <param name="draw">How.</param>
    /// <param name="overrides">Colours and axes of single series.</param>
    /// <param name="links">Where a click on a point leads.</param>
    /// <param name="max">End of the axis.</param>
    /// <param name="decimals">Digits behind the point.</param>
    /// <param name="few">A list below instead of a table at the side: for few series.</param>
    public static Panel Graph(
        string title, string description, string unit, Query[] queries, Draw draw = Draw.Lines, Override[]? overrides = null, Link[]? links = null,
        double? max = null, int? decimals = null, bool few = true) => new()
        {
            Type = "timeseries",
            Title = title,
            Description = description,
            Queries = queries,
            Field = new(unit) { Min = overrides is not null && overrides.Any(IsMirror) ? null : 0, Max = max, Decimals = decimals, Links = links ?? [] },
            Overrides = overrides ?? [],
            Interval = draw is Draw.Bars or Draw.Points ? CountingStep : null,
            Custom = new
            {
                drawStyle = draw switch { Draw.Bars => "bars", Draw.Points => "points", Draw.Lines or Draw.Stacked => "line" },
                lineInterpolation = "linear",
                lineWidth = draw == Draw.Bars ? 0 : 1,
                fillOpacity = draw switch { Draw.Lines => 8, Draw.Stacked => 40, Draw.Bars => 85, Draw.Points => 0 },
                gradientMode = "none",
                showPoints = draw == Draw.Points ? "always" : "never",
                pointSize = draw == Draw.Points ? 7 : 5,
                spanNulls = false,
                barAlignment = 0,
                axisPlacement = "auto",
                axisLabel = "",
                axisBorderShow = false,
                axisColorMode = "text",
                scaleDistribution = new { type = "linear" },
                stacking = new { mode = draw is Draw.Bars or Draw.Stacked ? "normal" : "none", group = "A" },
                hideFrom = new { legend = false, tooltip = false, viz = false },
                thresholdsStyle = new { mode = "off" },
            },
            Options = new
            {
                legend = new
                {
                    displayMode = few ? "list" : "table",
                    placement = few ? "bottom" : "right",
                    showLegend = true,
                    calcs = few ? [] : new[] { "max", "lastNotNull" },
                    sortBy = "Max",
                    sortDesc = true,
                },
                tooltip = new { mode = "multi", sort = "desc" },
            },
        };

    /// <summary>A table: the answers to several questions about the same things, one row per thing.</summary>
    /// <param name="title">Title.</param>
    /// <param name="description">What it says.</param>
    /// <param name="queries">Each gives one column, named A, B, C…</param>
    /// <param name="columns">Columns in order, and their names; the rest is not shown. The value of query A is <c>Value #A</c> (<c>Value</c> when it is alone).</param>
    /// <param name="overrides">How columns look.</param>
    /// <param name="sortBy">Column that is sorted, largest first.</param>
    /// <param name="noValue">Shown when there are no rows.</param>
    /// <param name="ascending">Smallest first.</param>
    public static Panel Table(
        string title, string description, Query[] queries, (string Name, string Shown)[] columns, Override[] overrides, string? sortBy = null, string? noValue = null, bool ascending = false) => new()
        {
            Type = "table",
            Title = title,
            Description = description,
            Queries = queries,
            Field = new(Unit.Count) { ColourMode = "thresholds", Steps = [new(null, "text")], NoValue = noValue },
            Overrides = overrides,
            Custom = new { align = "auto", cellOptions = new { type = "auto" }, inspect = false, filterable = true },
            Transformations =
            [
                ("merge", new { }),
                ("filterFieldsByName", new { include = new { names = columns.Select(c => c.Name) } }),
                ("organize", new
                {
                    excludeByName = new { },
                    indexByName = columns.Select((c, i) => (c.Name, i)).ToDictionary(c => c.Name, c => c.i),
                    renameByName = columns.ToDictionary(c => c.Name, c => c.Shown),
                }),
            ],
            Options = new
            {
                showHeader = true,
                cellHeight = "sm",
                frameIndex = 0,
                sortBy = sortBy is null ? [] : new[] { new { displayName = sortBy, desc = !ascending } },
            },
        };

    /// <summary>A row per series, coloured by the word of its value.</summary>
    public static Panel Timeline(string title, string description, Query query, IReadOnlyList<Word> words, Link[] links) => new()
    {
        Type = "state-timeline",
        Title = title,
        Description = description,
        Queries = [query],
        Field = new(Unit.Count) { Words = words, Links = links, ColourMode = "thresholds", Steps = [new(null, Colour.Idle)] },
        Custom = new { fillOpacity = 80, lineWidth = 0, hideFrom = new { legend = false, tooltip = false, viz = false } },
        Options = new
        {
            mergeValues = true,
            showValue = "never",
            alignValue = "left",
            rowHeight = 0.85,
            perPage = 25,
            legend = new { displayMode = "list", placement = "bottom", showLegend = true, calcs = Array.Empty<string>() },
            tooltip = new { mode = "single", sort = "none" },
        },
    };

    /// <summary>A distribution over time: darker is more.</summary>
    public static Panel Heat(string title, string description, Query query) => new()
    {
        Type = "heatmap",
        Title = title,
        Description = description,
        Queries = [query],
        Field = new(Unit.Count),
        Interval = CountingStep,
        Custom = new { scaleDistribution = new { type = "linear" }, hideFrom = new { legend = false, tooltip = false, viz = false } },
        Options = new
        {
            calculate = false,
            cellGap = 1,
            color = new { mode = "scheme", scheme = "Oranges", fill = "dark-orange", exponent = 0.5, steps = 64, reverse = false, scale = "exponential" },
            exemplars = new { color = "rgba(110,163,255,0.9)" },
            filterValues = new { le = 1e-9 },
            legend = new { show = true },
            rowsFrame = new { layout = "auto" },
            showValue = "never",
            tooltip = new { mode = "single", yHistogram = true, showColorScale = false },
            yAxis = new { axisPlacement = "left", unit = Unit.Seconds, reverse = false },
        },
    };

    /// <summary>Horizontal bars, one per series.</summary>
    public static Panel Bars(string title, string description, Field field, Query query) => new()
    {
        Type = "bargauge",
        Title = title,
        Description = description,
        Queries = [query],
        Field = field,
        Options = new
        {
            displayMode = "basic",
            orientation = "horizontal",
            valueMode = "color",
            namePlacement = "left",
            showUnfilled = true,
            sizing = "auto",
            minVizWidth = 8,
            minVizHeight = 12,
            maxVizHeight = 28,
            legend = new { displayMode = "list", placement = "bottom", showLegend = false, calcs = Array.Empty<string>() },
            reduceOptions = new { calcs = new[] { "lastNotNull" }, fields = "", values = false },
        },
    };

    /// <summary>Log lines, newest first.</summary>
    public static Panel Logs(string title, string description, Query.Log query) => new()
    {
        Type = "logs",
        Title = title,
        Description = description,
        Queries = [query],
        Field = new(Unit.Count),
        Options = new
        {
            showTime = true,
            showLabels = false,
            showCommonLabels = false,
            showLogContextToggle = true,
            wrapLogMessage = true,
            prettifyLogMessage = false,
            enableLogDetails = true,
            enableInfiniteScrolling = true,
            dedupStrategy = "none",
            sortOrder = "Descending",
        },
    };

    /// <summary>Log records as a table: the fields of events as columns.</summary>
    /// <param name="title">Title.</param>
    /// <param name="description">What it says.</param>
    /// <param name="query">The records.</param>
    /// <param name="columns">Fields and their names; <c>Time</c> and <c>Line</c> are the record's own.</param>
    /// <param name="overrides">How columns look.</param>
    public static Panel Records(string title, string description, Query.Log query, (string Name, string Shown)[] columns, Override[] overrides)
    {
        var table = Table(title, description, [query], columns, overrides);
        return table with
        {
            Transformations =
            [
                ("extractFields", new { source = "labels", format = "json", replace = false, keepTime = false }),
                ("convertFieldType", new { fields = new { }, conversions = new[] { new { targetField = Vocabulary.Labels.ExitUptime, destinationType = "number" } } }),
                .. table.Transformations.Skip(1),
            ],
        };
    }

    /// <summary>A list of traces; the trace id opens the trace.</summary>
    public static Panel Traces(string title, string description, Query.Trace query, params Override[] overrides) => new()
    {
        Type = "table",
        Title = title,
        Description = description,
        Queries = [query],
        Field = new(Unit.Count) { ColourMode = "thresholds", Steps = [new(null, "text")] },
        Overrides = overrides,
        Custom = new { align = "auto", cellOptions = new { type = "auto" }, inspect = false, filterable = true },
        Options = new { showHeader = true, cellHeight = "sm", frameIndex = 0, sortBy = Array.Empty<object>() },
    };

    /// <summary>One trace as a waterfall.</summary>
    public static Panel Waterfall(string title, string description, Query.Trace query) => new()
    {
        Type = "traces",
        Title = title,
        Description = description,
        Queries = [query],
        Field = new(Unit.Count),
        Options = new { },
    };

    private static bool IsMirror(Override o) => o.ToJson()["properties"]!.AsArray().Any(p => p!["id"]!.GetValue<string>() == "custom.transform");
}
