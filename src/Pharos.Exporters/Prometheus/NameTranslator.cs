using Pharos.Telemetry.Catalogue;

namespace Pharos.Exporters.Prometheus;

/// <summary>
/// OTLP names as Prometheus names, by the rules of its default translation strategy (UnderscoreEscapingWithSuffixes),
/// so that a scrape and a push give equal names. The whole catalogue was pushed to Prometheus 3.5 and compared with our own text, series by
/// series with all labels: no difference (2026-11).
/// </summary>
public static class NameTranslator
{
    private static readonly Dictionary<string, string> Units = new()
    {
        ["d"] = "days",
        ["h"] = "hours",
        ["min"] = "minutes",
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["us"] = "microseconds",
        ["ns"] = "nanoseconds",
        ["By"] = "bytes",
        ["KiBy"] = "kibibytes",
        ["MiBy"] = "mebibytes",
        ["GiBy"] = "gibibytes",
        ["TiBy"] = "tibibytes",
        ["KBy"] = "kilobytes",
        ["MBy"] = "megabytes",
        ["GBy"] = "gigabytes",
        ["TBy"] = "terabytes",
        ["m"] = "meters",
        ["V"] = "volts",
        ["A"] = "amperes",
        ["J"] = "joules",
        ["W"] = "watts",
        ["g"] = "grams",
        ["Cel"] = "celsius",
        ["Hz"] = "hertz",
        ["1"] = "",
        ["%"] = "percent",
    };

    private static readonly Dictionary<string, string> PerUnits = new()
    {
        ["s"] = "second",
        ["m"] = "minute",
        ["h"] = "hour",
        ["d"] = "day",
        ["w"] = "week",
        ["mo"] = "month",
        ["y"] = "year",
    };

    /// <summary>The name of a metric's family; a histogram's series add <c>_bucket</c>, <c>_sum</c> and <c>_count</c> to it.</summary>
    /// <param name="name">Dotted name.</param>
    /// <param name="unit">UCUM unit; null or empty: none.</param>
    /// <param name="kind">Instrument kind.</param>
    /// <returns>For example <c>process_cpu_time_seconds_total</c>.</returns>
    public static string Metric(string name, string? unit, MetricKind kind)
    {
        var tokens = Tokens(name);
        AddUnit(tokens, unit ?? "");
        if (kind == MetricKind.Counter)
            MoveLast(tokens, "total");
        if (kind == MetricKind.Gauge && unit == "1")
            MoveLast(tokens, "ratio");
        var joined = string.Join('_', tokens);
        return joined.Length > 0 && char.IsAsciiDigit(joined[0]) ? "_" + joined : joined;
    }

    /// <inheritdoc cref="Metric(string, string, MetricKind)"/>
    public static string Metric(MetricDefinition metric) => Metric(metric.Name, metric.Unit, metric.Kind);

    /// <summary>The name of a label.</summary>
    /// <param name="attribute">Attribute key.</param>
    /// <returns>For example <c>cpu_mode</c>.</returns>
    public static string Label(string attribute)
    {
        var label = string.Create(attribute.Length, attribute, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
                target[i] = char.IsAsciiLetterOrDigit(source[i]) ? source[i] : '_';
        });
        if (label.Length > 0 && char.IsAsciiDigit(label[0]))
            return "key_" + label;
        return label.StartsWith('_') && !label.StartsWith("__", StringComparison.Ordinal) ? "key" + label : label;
    }

    /// <summary>The unit in Prometheus' words, for OpenMetrics' UNIT line.</summary>
    /// <returns>Empty when there is none.</returns>
    internal static string UnitWord(string? unit) => unit is null || unit.Contains('/') ? "" : Word(Units, unit);

    private static List<string> Tokens(string name)
    {
        var tokens = new List<string>();
        var start = 0;
        for (var i = 0; i <= name.Length; i++)
        {
            if (i < name.Length && (char.IsAsciiLetterOrDigit(name[i]) || name[i] == ':'))
                continue;
            if (i > start)
                tokens.Add(name[start..i]);
            start = i + 1;
        }

        return tokens;
    }

    private static void AddUnit(List<string> tokens, string unit)
    {
        var slash = unit.IndexOf('/');
        var main = Word(Units, slash < 0 ? unit : unit[..slash]);
        var per = slash < 0 ? "" : Word(PerUnits, unit[(slash + 1)..]);
        if (main.Length > 0 && !tokens.Contains(main))
            tokens.Add(main);
        if (per.Length > 0 && !tokens.Contains(per))
            tokens.AddRange(["per", per]);
    }

    /// <summary>An annotation in braces is no unit; an unknown unit stays, cleaned.</summary>
    private static string Word(Dictionary<string, string> words, string unit)
    {
        unit = unit.Trim();
        return unit.AsSpan().ContainsAny('{', '}') ? "" : words.TryGetValue(unit, out var word) ? word : string.Join('_', Tokens(unit));
    }

    private static void MoveLast(List<string> tokens, string word)
    {
        tokens.RemoveAll(t => t == word);
        tokens.Add(word);
    }
}
