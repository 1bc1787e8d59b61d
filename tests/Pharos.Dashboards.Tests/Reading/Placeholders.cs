using System.Text.RegularExpressions;

namespace Pharos.Dashboards.Tests.Reading;

/// <summary>Fills the variables of a query as Grafana does.</summary>
internal static partial class Placeholders
{
    /// <summary>Stands for <c>$__rate_interval</c> in a text that is only parsed: no one writes this by hand.</summary>
    public const string RateInterval = "8869990787ms";

    /// <summary>Stands for <c>$__auto</c>.</summary>
    public const string Auto = "8869990788ms";

    /// <summary>Stands for <c>$__range</c>.</summary>
    public const string Range = "8869990789ms";

    /// <summary>The durations only; names in strings stay as they are.</summary>
    public static string Durations(string query) => Fill(query, new Dictionary<string, IReadOnlyList<string>?>(), RateInterval, Auto, Range);

    /// <summary>Everything.</summary>
    /// <param name="query">The text.</param>
    /// <param name="values">Chosen values; null: All, for which the second element of <paramref name="values"/> is not asked.</param>
    /// <param name="rateInterval">max(interval + scrape interval, 4 × scrape interval).</param>
    /// <param name="auto">The step.</param>
    /// <param name="range">The page's time range.</param>
    /// <param name="all">What All stands for, by variable.</param>
    public static string Fill(string query, IReadOnlyDictionary<string, IReadOnlyList<string>?> values, string rateInterval, string auto, string range, IReadOnlyDictionary<string, string>? all = null) =>
        Variable().Replace(query, m => m.Groups["name"].Value switch
        {
            "__rate_interval" => rateInterval,
            "__auto" or "__interval" => auto,
            "__range" => range,
            var name when values.TryGetValue(name, out var chosen) => chosen is null ? all![name] : AsRegex(chosen),
            var name when all is not null && all.TryGetValue(name, out var any) => any,
            _ => m.Value,
        });

    /// <summary>Names of all variables in a text.</summary>
    public static IEnumerable<string> NamesIn(string text) => Variable().Matches(text).Select(m => m.Groups["name"].Value);

    /// <summary>One value with regular-expression characters escaped (twice, as in a string literal); several as an alternative in parentheses.</summary>
    private static string AsRegex(IReadOnlyList<string> values)
    {
        var escaped = values.Select(v => Special().Replace(v, m => @"\\" + m.Value)).ToList();
        return escaped.Count == 1 ? escaped[0] : $"({string.Join('|', escaped)})";
    }

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_]\w*)(:\w+)?\}|\$(?<name>[A-Za-z_]\w*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"[$^*{}\[\]+?.()|]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Special();
}
