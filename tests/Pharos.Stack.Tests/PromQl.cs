using System.Text.RegularExpressions;

namespace Pharos.Stack.Tests;

/// <summary>Which metrics and labels an expression names. promtool has found it well-formed; this only tells words apart.</summary>
internal static partial class PromQl
{
    private const int Patience = 1000; // ms

    private static readonly HashSet<string> Words =
    [
        "and", "or", "unless", "on", "ignoring", "group_left", "group_right", "bool", "offset", "by", "without",
    ];

    /// <summary>Names of metrics: words that are neither called nor of the language.</summary>
    public static IReadOnlyCollection<string> Metrics(string expr)
    {
        var bare = Durations().Replace(Groupings().Replace(Braces().Replace(expr, " "), " "), " ");
        return [.. Word().Matches(bare).Where(w => !Words.Contains(w.Value) && !bare.AsSpan(w.Index + w.Length).TrimStart().StartsWith("(")).Select(w => w.Value).Distinct()];
    }

    /// <summary>Names of labels in matchers and in groupings.</summary>
    public static IReadOnlyCollection<string> Labels(string expr) =>
    [
        .. Braces().Matches(expr).SelectMany(b => Matcher().Matches(b.Value)).Select(m => m.Groups["label"].Value)
            .Concat(Groupings().Matches(expr).SelectMany(l => l.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))).Distinct(),
    ];

    [GeneratedRegex("""\{[^}]*\}""", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Braces();

    [GeneratedRegex("""(?<label>[a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*["]""", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Matcher();

    [GeneratedRegex("""\b(by|without|on|ignoring|group_left|group_right)\s*\((?<labels>[^)]*)\)""", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Groupings();

    [GeneratedRegex("""\[[^\]]*\]|\boffset\s+\w+""", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Durations();

    [GeneratedRegex("""(?<![0-9.\w])[a-zA-Z_:][a-zA-Z0-9_:]*""", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Word();
}
