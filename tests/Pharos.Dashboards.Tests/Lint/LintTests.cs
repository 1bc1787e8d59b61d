using Pharos.Dashboards.Tests.Reading;

namespace Pharos.Dashboards.Tests.Lint;

/// <summary>The 17 rules of Grafana's dashboard-linter, written anew from their descriptions, and one for TraceQL.</summary>
public sealed class LintTests
{
    [Fact]
    public async Task The_dashboards_break_no_rule_but_those_that_the_lint_file_gives_reasons_for()
    {
        var exclusions = Exclusions.Parse(await File.ReadAllTextAsync(Repository.PathOf("dashboards", ".lint")));
        var (left, unused) = exclusions.Apply(await FindingsAsync());
        Assert.True(left.Count == 0, string.Join('\n', left));
        Assert.True(unused.Count == 0, "These exclude nothing:\n" + string.Join('\n', unused));
    }

    [Fact]
    public async Task Each_rule_finds_what_it_is_for()
    {
        var text = """
            {"uid":"x","title":"Bad","editable":true,"annotations":{"list":[]},
             "templating":{"list":[{"type":"query","name":"job","label":"Task","refresh":1,"multi":false,"includeAll":false,"datasource":{"uid":"fixed"},"query":{"query":"label_values(a{, b)"}}]},
             "panels":[{"id":1,"type":"timeseries","title":"","description":"","datasource":{"uid":"fixed"},"fieldConfig":{"defaults":{"unit":"parsec"},"overrides":[]},"targets":[]},
              {"id":2,"type":"timeseries","title":"Queries","description":"d","datasource":{"uid":"${datasource}"},"fieldConfig":{"defaults":{"unit":"s"},"overrides":[]},"targets":[
               {"datasource":{"type":"prometheus"},"refId":"A","expr":"rate(x_total[5m]) + y_total","legendFormat":"","range":true},
               {"datasource":{"type":"prometheus"},"refId":"B","expr":"sum by (","legendFormat":"","range":true},
               {"datasource":{"type":"loki"},"refId":"C","expr":"count_over_time({a=\"b\"}[1m])","legendFormat":""},
               {"datasource":{"type":"loki"},"refId":"D","expr":"{a=","legendFormat":""},
               {"datasource":{"type":"tempo"},"refId":"E","query":"{ name = ","legendFormat":""}]}]}
            """;
        using var home = new TempHome();
        var board = new BoardFile(home.Write("bad.json", text));
        var targets = board.Targets.ToList();
        var trees = await Grammars.ParseAsync(targets.Select(t => (t.Language, t.Text)));
        var found = TemplateRules.Of(board, new Dictionary<string, bool> { ["a{"] = false })
            .Concat(PanelRules.Of(board))
            .Concat(TargetRules.Of(board, targets.Zip(trees, (t, tree) => (t, tree)).ToDictionary(x => x.t, x => (x.t.Text, x.tree))));
        Assert.Equal(
            [
                "panel-datasource-rule", "panel-no-targets-rule", "panel-title-description-rule", "panel-units-rule", "target-counter-agg-rule", "target-instance-rule", "target-job-rule",
                "target-logql-auto-rule", "target-logql-rule", "target-promql-rule", "target-rate-interval-rule", "target-traceql-rule", "template-datasource-rule", "template-instance-rule",
                "template-job-rule", "template-label-promql-rule", "template-on-time-change-reload-rule", "uneditable-dashboard-rule",
            ],
            found.Select(f => f.Rule).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_exclusion_needs_a_reason() =>
        Assert.Contains("give a reason", Assert.Throws<InvalidDataException>(() => Exclusions.Parse("exclusions: { a-rule: { entries: [{ dashboard: X }] } }")).Message);

    private static async Task<IReadOnlyList<Finding>> FindingsAsync()
    {
        var trees = await Grammars.TreesAsync();
        var selectors = BoardFile.All.SelectMany(b => b.LabelValues.Select(l => l.Selector)).Distinct().ToList();
        var valid = (await Grammars.ParseAsync(selectors.Select(s => ("promql", s)))).Zip(selectors).ToDictionary(x => x.Second, x => !x.First.All.Any(n => n.IsError));
        return [.. BoardFile.All.SelectMany(b => TemplateRules.Of(b, valid).Concat(PanelRules.Of(b)).Concat(TargetRules.Of(b, trees)))];
    }
}
