using System.Text;
using Pharos.Dashboards.Tests.Reading;

namespace Pharos.Dashboards.Tests.Json;

/// <summary>The files against the types that Grafana publishes (<c>@grafana/schema</c>): a property that Grafana does not know does not compile.</summary>
public sealed class TypesTests
{
    /// <summary>Enumerations of strings are written as strings in JSON; annotations have what the plugin of Prometheus adds.</summary>
    private const string Head = """
        import type { Dashboard, AnnotationQuery, DataQuery } from '@grafana/schema';
        type Plain<T> = T extends string ? `${T}` : T extends (infer U)[] ? Plain<U>[] : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
        type PromAnnotation = AnnotationQuery<DataQuery & { expr: string }> & { expr: string; step: string; titleFormat: string; textFormat: string; tagKeys: string; useValueForTime: boolean };
        type PromDashboard = Omit<Dashboard, 'annotations'> & { annotations: { list: PromAnnotation[] } };

        """;

    private static readonly Dictionary<string, (string Module, bool HasFields)> Plugins = new()
    {
        ["stat"] = ("stat/panelcfg/x/StatPanelCfg_types.gen", false),
        ["timeseries"] = ("timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen", true),
        ["table"] = ("table/panelcfg/x/TablePanelCfg_types.gen", true),
        ["state-timeline"] = ("statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen", true),
        ["heatmap"] = ("heatmap/panelcfg/x/HeatmapPanelCfg_types.gen", true),
        ["bargauge"] = ("bargauge/panelcfg/x/BarGaugePanelCfg_types.gen", false),
        ["logs"] = ("logs/panelcfg/x/LogsPanelCfg_types.gen", false),
    };

    [Fact]
    public async Task Dashboards_panels_and_their_options_have_Grafanas_types()
    {
        var (code, output) = await Check(Source(BoardFile.All));
        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task What_Grafana_does_not_know_does_not_compile()
    {
        var text = BoardFile.All.Single(b => b.Name == "fleet.json").Text;
        using var home = new TempHome();
        List<BoardFile> bad = []; // one for each mistake: where a type is wrong the compiler does not look for further properties
        foreach (var (right, wrong) in new[] { ("\"editable\": false", "\"editible\": false"), ("\"graphMode\": \"area\"", "\"graphMode\": \"aria\""), ("\"schemaVersion\": 42", "\"schemaVersion\": \"42\"") })
        {
            Assert.Contains(right, text);
            bad.Add(new BoardFile(home.Write($"bad{bad.Count}.json", text.Replace(right, wrong))));
        }

        var (code, output) = await Check(Source(bad));
        Assert.NotEqual(0, code);
        Assert.Contains("'\"editible\"' does not exist", output);
        Assert.Contains("'\"aria\"' is not assignable", output);
        Assert.Contains("'string' is not assignable to type 'number'", output);
    }

    private static string Source(IReadOnlyList<BoardFile> boards)
    {
        var text = new StringBuilder(Head);
        foreach (var (type, (module, hasFields)) in Plugins)
            text.Append($"import type * as {Name(type)} from '@grafana/schema/dist/esm/raw/composable/{module}';\n");
        foreach (var board in boards)
        {
            text.Append($"export const board{text.Length}: Plain<PromDashboard> = {board.Text};\n");
            foreach (var panel in board.Panels)
            {
                var type = panel.GetProperty("type").GetString()!;
                if (!Plugins.TryGetValue(type, out var plugin))
                {
                    Assert.Equal("traces", type); // the one plugin whose options are not published
                    continue;
                }

                text.Append($"export const panel{text.Length}: Plain<{Name(type)}.Options> = {panel.GetProperty("options").GetRawText()};\n");
                if (plugin.HasFields && panel.GetProperty("fieldConfig").GetProperty("defaults").TryGetProperty("custom", out var custom))
                    text.Append($"export const field{text.Length}: Plain<Partial<{Name(type)}.FieldConfig>> = {custom.GetRawText()};\n");
            }
        }

        return text.ToString();
    }

    private static string Name(string type) => type.Replace("-", "");

    private static async Task<(int Code, string Output)> Check(string source)
    {
        var packages = await Grammars.PackagesAsync();
        var folder = Path.Combine(packages, $"check-{Guid.NewGuid():n}");
        Directory.CreateDirectory(folder);
        try
        {
            var file = Path.Combine(folder, "boards.ts");
            await File.WriteAllTextAsync(file, source);
            return await Grammars.Run(
                "node",
                [Path.Combine(packages, "node_modules", "typescript", "bin", "tsc"), "--noEmit", "--strict", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler", "--target", "es2022", file], "");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
