using System.Text.Json;
using Pharos.Dashboards.Tests.Reading;

namespace Pharos.Dashboards.Tests.Lint;

/// <summary>Rules about the variables of a dashboard, and about the dashboard itself.</summary>
internal static class TemplateRules
{
    private const int OnTimeRangeChanged = 2;

    public static IEnumerable<Finding> Of(BoardFile board, IReadOnlyDictionary<string, bool> validSelectors)
    {
        var prometheus = board.Variables.Where(v => Text(v, "type") == "datasource" && Text(v, "query") == "prometheus").ToList();
        if (prometheus.Count != 1 || Text(prometheus[0], "name") != "datasource" || Text(prometheus[0], "label") != "Data source")
            yield return Says("template-datasource-rule", "there is not one data source variable of Prometheus, named datasource and labelled Data source");
        foreach (var (rule, name) in new[] { ("template-job-rule", "job"), ("template-instance-rule", "instance") })
        {
            var wrong = WrongWith(board, name);
            if (wrong is not null)
                yield return Says(rule, wrong);
        }

        foreach (var (variable, selector, _) in board.LabelValues)
        {
            if (!validSelectors[selector])
                yield return Says("template-label-promql-rule", $"{variable}: not PromQL: {selector}");
        }

        foreach (var v in board.Variables.Where(v => Text(v, "type") == "query"))
        {
            if (board.LabelValues.All(l => l.Variable != Text(v, "name")))
                yield return Says("template-label-promql-rule", $"{Text(v, "name")}: not label_values(selector, label)");
            if (v.GetProperty("refresh").GetInt32() != OnTimeRangeChanged)
                yield return Says("template-on-time-change-reload-rule", $"{Text(v, "name")} does not reload when the time range changes");
        }

        if (board.Json.GetProperty("editable").GetBoolean())
            yield return Says("uneditable-dashboard-rule", "it can be edited, and the next provisioning takes the edit away");

        Finding Says(string rule, string message) => new(rule, board.Title, "", "", message);
    }

    private static string? WrongWith(BoardFile board, string name)
    {
        var v = board.Variables.SingleOrDefault(v => Text(v, "name") == name);
        if (v.ValueKind == JsonValueKind.Undefined)
            return $"there is no variable {name}";
        if (Text(v, "type") != "query" || v.GetProperty("datasource").GetProperty("uid").GetString() != "${datasource}")
            return $"{name} does not ask ${{datasource}}";
        if (!string.Equals(Text(v, "label"), name, StringComparison.OrdinalIgnoreCase))
            return $"{name} is labelled {Text(v, "label")}";
        if (!v.GetProperty("multi").GetBoolean() || !v.GetProperty("includeAll").GetBoolean() || Text(v, "allValue") != ".+")
            return $"{name} does not allow several values, or All is not .+";
        return null;
    }

    private static string? Text(JsonElement v, string key) => v.TryGetProperty(key, out var value) ? value.GetString() : null;
}
