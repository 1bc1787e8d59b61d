using System.Text.Json;
using Pharos.Dashboards.Board;
using Pharos.Dashboards.Tests.Reading;

namespace Pharos.Dashboards.Tests.Lint;

/// <summary>Rules about panels.</summary>
internal static class PanelRules
{
    /// <summary>Panels that show no numbers, or numbers of several units, column by column.</summary>
    private static readonly string[] Unitless = ["logs", "traces", "table", "state-timeline", "heatmap"];

    public static IEnumerable<Finding> Of(BoardFile board)
    {
        foreach (var panel in board.Panels)
        {
            var title = panel.GetProperty("title").GetString() ?? "";
            if (panel.GetProperty("datasource").GetProperty("uid").GetString() is not ("${datasource}" or "${loki_datasource}" or "${tempo_datasource}"))
                yield return Says("panel-datasource-rule", "its data source is not that of a variable");
            if (title.Length == 0 || panel.GetProperty("description").GetString() is not { Length: > 0 })
                yield return Says("panel-title-description-rule", "it has no title or no description");
            if (!HasValidUnit(panel))
                yield return Says("panel-units-rule", $"no such unit: {panel.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit")}");
            if (panel.GetProperty("targets").GetArrayLength() == 0)
                yield return Says("panel-no-targets-rule", "it asks nothing");

            Finding Says(string rule, string message) => new(rule, board.Title, title, "", message);
        }
    }

    private static bool HasValidUnit(JsonElement panel)
    {
        var config = panel.GetProperty("fieldConfig");
        var units = config.GetProperty("overrides").EnumerateArray().SelectMany(o => o.GetProperty("properties").EnumerateArray())
            .Where(p => p.GetProperty("id").GetString() == "unit").Select(p => p.GetProperty("value").GetString()!)
            .Append(config.GetProperty("defaults").GetProperty("unit").GetString()!);
        var isSingle = !Unitless.Contains(panel.GetProperty("type").GetString());
        return units.All(Unit.All.Contains) && (!isSingle || config.GetProperty("defaults").GetProperty("unit").GetString() is { Length: > 0 });
    }
}
