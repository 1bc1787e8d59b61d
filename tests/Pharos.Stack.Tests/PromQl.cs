using System.Text.RegularExpressions;

namespace Pharos.Stack.Tests;

/// <summary>Which metrics and labels an expression names. promtool has found it well-formed; this only tells words apart.</summary>
internal static partial class PromQl
{
    private static readonly HashSet<string> Words =
    [
        "and", "or", "unless", "on", "ignoring", "group_left", "group_right", "bool", "offset", "by", "without", "sum", "count", "max", "min", "avg",
    ];

    /// <summary>Names of metrics, also those in a matcher of <c>__name__</c>, whose alternatives are spelled out.</summary>
    public static IReadOnlyCollection<string> Metrics(string expr)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match name in NameMatcher().Matches(expr))
            found.UnionWith(Alternatives(name.Groups[1].Value));
        var rest = Labels().Replace(Braces().Replace(expr, " "), " ");
        foreach (Match word in Word().Matches(Durations().Replace(rest, " ")))
        {
            if (!Words.Contains(word.Value) && !IsCall(rest, word))
                found.Add(word.Value);
        }

        return found;
    }

    /// <summary>Names of labels in matchers and in groupings.</summary>
    public static IReadOnlyCollection<string> LabelsOf(string expr)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match braces in Braces().Matches(expr))
            found.UnionWith(Matcher().Matches(braces.Value).Select(m => m.Groups[1].Value));
        foreach (Match list in Labels().Matches(expr))
            found.UnionWith(list.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        found.Remove("__name__");
        return found;
    }

    private static bool IsCall(string text, Match word)
    {
        var at = Durations().Replace(text, " ").IndexOf(word.Value, StringComparison.Ordinal);
        return at >= 0 && Regex.IsMatch(text, $@"\b{Regex.Escape(word.Value)}\s*\(");
    }

    /// <summary><c>a_(b|c)_d</c> is a_b_d and a_c_d; groups may follow each other.</summary>
    private static IEnumerable<string> Alternatives(string pattern)
    {
        var open = pattern.IndexOf('(');
        if (open < 0)
            return pattern.Split('|');
        var close = pattern.IndexOf(')', open);
        return pattern[(open + 1)..close].Split('|').SelectMany(a => Alternatives(pattern[..open] + a + pattern[(close + 1)..]));
    }

    [GeneratedRegex("__name__=~\"([^\"]*)\"")]
    private static partial Regex NameMatcher();

    [GeneratedRegex("""\{[^}]*\}""")]
    private static partial Regex Braces();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)\s*(?:=~|!~|!=|=)""")]
    private static partial Regex Matcher();

    [GeneratedRegex("""\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)""")]
    private static partial Regex Labels();

    [GeneratedRegex("""\[[^\]]*\]|\boffset\s+\w+""")]
    private static partial Regex Durations();

    [GeneratedRegex("""(?<![0-9.\w])[a-zA-Z_:][a-zA-Z0-9_:]*""")]
    private static partial Regex Word();
}
