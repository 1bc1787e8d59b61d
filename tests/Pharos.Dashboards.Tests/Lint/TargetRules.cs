using Pharos.Dashboards.Tests.Reading;

namespace Pharos.Dashboards.Tests.Lint;

/// <summary>Rules about queries, on their syntax trees.</summary>
internal static class TargetRules
{
    private static readonly string[] CounterFunctions = ["Rate", "Irate", "Increase"];

    public static IEnumerable<Finding> Of(BoardFile board, IReadOnlyDictionary<Target, (string Text, Syntax Tree)> trees)
    {
        foreach (var panel in board.Panels)
        {
            foreach (var (target, index) in board.TargetsOf(panel).Select((t, i) => (t, i)).Where(x => trees.ContainsKey(x.t)))
            {
                var (text, tree) = trees[target];
                var found = target.Language switch
                {
                    "promql" => Prom(text, tree),
                    "logql" => Log(text, tree),
                    _ => tree.All.Any(n => n.IsError) ? [("target-traceql-rule", $"not TraceQL: {text}")] : [],
                };
                foreach (var (rule, message) in found)
                    yield return new(rule, board.Title, target.Panel, index.ToString(), message);
            }
        }
    }

    private static IEnumerable<(string Rule, string Message)> Prom(string text, Syntax tree)
    {
        if (tree.All.Any(n => n.IsError))
            yield return ("target-promql-rule", $"not PromQL: {text}");
        foreach (var (call, _) in tree.Find("FunctionCall"))
        {
            var ranges = call.Child("FunctionCallBody")!.Children.Where(c => c.Name == "MatrixSelector").Select(m => m.Child("DurationExpr")!.In(text));
            if (Function(call) is { } function && CounterFunctions.Contains(function) && ranges.Any(r => r != Placeholders.RateInterval))
                yield return ("target-rate-interval-rule", $"{function.ToLowerInvariant()} does not use $__rate_interval: {call.In(text)}");
        }

        foreach (var (selector, above) in tree.Find("VectorSelector"))
        {
            if (!HasMatcher(selector, text, "job"))
                yield return ("target-job-rule", $"no job=~\"$job\": {selector.In(text)}");
            if (!HasMatcher(selector, text, "instance"))
                yield return ("target-instance-rule", $"no instance=~\"$instance\": {selector.In(text)}");
            // Only what is next to the selector counts: rate(x_total[5m]), not rate(sum(x_total)[5m:]).
            var isInside = above.SkipWhile(a => a.Name is "MatrixSelector" or "FunctionCallBody" or "OffsetExpr").FirstOrDefault() is { Name: "FunctionCall" } call && CounterFunctions.Contains(Function(call));
            if (selector.Child("Identifier")!.In(text).EndsWith("_total", StringComparison.Ordinal) && !isInside)
                yield return ("target-counter-agg-rule", $"a counter outside of rate, irate and increase: {selector.In(text)}");
        }
    }

    private static IEnumerable<(string Rule, string Message)> Log(string text, Syntax tree)
    {
        if (tree.All.Any(n => n.IsError))
            yield return ("target-logql-rule", $"not LogQL: {text}");
        foreach (var (range, _) in tree.Find("Range"))
        {
            if (range.In(text) != $"[{Placeholders.Auto}]")
                yield return ("target-logql-auto-rule", $"not [$__auto]: {range.In(text)}");
        }
    }

    private static string? Function(Syntax call) => call.Child("FunctionIdentifier")!.Children is [var name, ..] ? name.Name : null;

    private static bool HasMatcher(Syntax selector, string text, string label) => selector.All.Any(n => n.Name == "UnquotedLabelMatcher" && n.In(text).Replace(" ", "") == $"{label}=~\"${label}\"");
}
