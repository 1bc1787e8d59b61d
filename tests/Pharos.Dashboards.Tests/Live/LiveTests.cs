using System.Text.Json;
using System.Text.RegularExpressions;
using Pharos.Dashboards.Tests.Reading;

namespace Pharos.Dashboards.Tests.Live;

/// <summary>Each query of each dashboard against a real Prometheus with real telemetry.</summary>
public sealed partial class LiveTests(LiveStack stack) : IClassFixture<LiveStack>
{
    private static readonly TimeSpan Back = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    /// <summary>Queries that return nothing here, and why that is right.</summary>
    private static readonly Dictionary<string, string> Empty = new()
    {
        ["supervisor.json: Not sent, by exporter [A]"] = "data points do arrive at Prometheus; what fails here are logs and spans",
    };

    /// <summary>What the sample fleet must show: the script of <see cref="SampleFleet"/> says why.</summary>
    private static readonly Dictionary<string, double> Expected = new()
    {
        ["fleet.json: Failed"] = 1, // worker 1
        ["fleet.json: Backing off"] = 1, // worker 0
        ["fleet.json: Not ready"] = 1, // api 1
        ["fleet.json: Apps below desired"] = 1, // worker
        ["fleet.json: Silent supervisors"] = 1, // gamma
        ["fleet.json: Running"] = 10,
        ["app.json: State"] = 6,
        ["app.json: Missing instances"] = 2, // both of worker
        ["app.json: Not ready"] = 1,
        ["instance.json: State"] = 6,
        ["storm.json: Given up"] = 1,
        ["storm.json: Apps in a storm"] = 1, // worker
        ["supervisor.json: Silent supervisors"] = 1,
        ["supervisor.json: Supervisors"] = 2,
        ["supervisor.json: Bugs"] = 0,
        ["storm.json: Share of instances that are down"] = 2 / 14.0, // of sixteen two are stopped or were not wanted
    };

    [Fact]
    public async Task Every_query_returns_series_when_everything_is_chosen()
    {
        List<string> wrong = [];
        var asked = 0;
        foreach (var target in Targets())
        {
            asked++;
            var found = await Run(target, new Dictionary<string, IReadOnlyList<string>?>());
            var isExpectedToBeEmpty = Empty.ContainsKey($"{target.Board.Name}: {target.Panel} [{target.RefId}]");
            if (found.Count == 0 && !isExpectedToBeEmpty)
                wrong.Add($"nothing: {target}");
            else if (found.Count > 0 && isExpectedToBeEmpty)
                wrong.Add($"is in the list of those that return nothing, and returns something: {target}");
            else if (found.Count > 0 && found.All(s => s.Values.All(double.IsNaN)))
                wrong.Add($"not a number: {target}");
        }

        Assert.True(asked > 150, $"only {asked} queries");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Chosen_values_narrow_every_query_and_leave_it_valid()
    {
        var chosen = new Dictionary<string, IReadOnlyList<string>?>
        {
            ["namespace"] = ["shop"],
            ["app"] = ["web", "api"],
            ["job"] = ["shop/web", "shop/api"],
            ["host"] = ["alpha"],
            ["environment"] = ["production"],
            ["index"] = ["0", "1"],
        };
        List<string> wrong = [];
        var narrowed = 0;
        foreach (var target in Targets().Where(t => t.Board.Name != "supervisor.json"))
        {
            var found = await Run(target, chosen);
            narrowed += found.Count;
            foreach (var (label, allowed) in new[] { ("service_name", new[] { "web", "api" }), ("service_namespace", ["shop"]), ("host_name", ["alpha"]), ("pharos_instance_index", target.Text.Contains("$index", StringComparison.Ordinal) ? ["0", "1"] : ["0", "1", "2", "3"]) })
                wrong.AddRange(found.Where(s => s.Labels.TryGetValue(label, out var value) && !allowed.Contains(value)).Select(s => $"{label} is {s.Labels[label]}: {target}").Distinct());
        }

        wrong.RemoveAll(w => w.Contains("fleet.json: Firing alerts", StringComparison.Ordinal) || w.Contains("fleet.json: Silent", StringComparison.Ordinal)); // alerts of everything are shown, whatever is chosen
        Assert.True(narrowed > 100, $"only {narrowed} series");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task The_numbers_on_top_are_those_of_the_fleet()
    {
        List<string> wrong = [];
        foreach (var (name, value) in Expected)
        {
            var target = Targets().Single(t => $"{t.Board.Name}: {t.Panel}" == name && !t.Text.Contains("max by (service_namespace, service_name, pharos_instance_index)", StringComparison.Ordinal));
            var found = await stack.Instant(Filled(target, new Dictionary<string, IReadOnlyList<string>?>()));
            if (found.Count != 1 || found[0].Values[0] != value)
                wrong.Add($"{name}: {string.Join(", ", found.Select(f => f.Values[0]))} instead of {value}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task The_supervisors_page_takes_no_app_for_a_supervisor()
    {
        var target = Targets().Single(t => t.Board.Name == "supervisor.json" && t.Panel == "Its own memory");
        var found = await stack.Instant(Filled(target, new Dictionary<string, IReadOnlyList<string>?>()));
        Assert.Equal(["alpha", "beta"], found.Select(s => s.Labels["host_name"]).Order(StringComparer.Ordinal));
        Assert.All(found, s => Assert.Equal(61 << 20, s.Values[0]));
    }

    [Fact]
    public async Task Every_variable_has_values()
    {
        List<string> wrong = [];
        foreach (var board in BoardFile.All)
        {
            foreach (var (variable, selector, label) in board.LabelValues)
            {
                var values = await stack.LabelValues(Placeholders.Fill(selector, new Dictionary<string, IReadOnlyList<string>?>(), "40s", "10s", "1h", All(board)), label);
                if (values.Count == 0)
                    wrong.Add($"{board.Name}: {variable}: {selector} has no {label}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Legends_columns_and_links_use_labels_that_the_series_have()
    {
        List<string> wrong = [];
        foreach (var board in BoardFile.All)
        {
            foreach (var panel in board.Panels)
            {
                var fields = new HashSet<string>();
                var targets = board.TargetsOf(panel).ToList();
                foreach (var target in targets.Where(t => t.Language == "promql"))
                {
                    var found = await Run(target, new Dictionary<string, IReadOnlyList<string>?>());
                    if (found.Count == 0)
                        continue;
                    var labels = found.SelectMany(s => s.Labels.Keys).ToHashSet();
                    fields.UnionWith(labels);
                    fields.Add(targets.Count == 1 ? "Value" : $"Value #{target.RefId}");
                    wrong.AddRange(InLegend().Matches(target.Legend).Select(m => m.Groups["label"].Value).Where(l => !labels.Contains(l)).Select(l => $"{target}: the legend has {l}"));
                }

                if (targets.All(t => t.Language == "promql") && fields.Count > 0)
                {
                    wrong.AddRange(LabelOfLink().Matches(panel.GetRawText()).Select(m => m.Groups["label"].Value).Distinct().Where(l => !fields.Contains(l)).Select(l => $"{board.Name}: {panel.GetProperty("title")}: a link uses {l}"));
                    wrong.AddRange(Columns(panel).Where(c => !fields.Contains(c)).Select(c => $"{board.Name}: {panel.GetProperty("title")}: no column {c}"));
                }
            }

            foreach (var target in board.AnnotationTargets)
            {
                var labels = (await Run(target, new Dictionary<string, IReadOnlyList<string>?>())).SelectMany(s => s.Labels.Keys).ToHashSet();
                wrong.AddRange(InLegend().Matches(target.Legend).Select(m => m.Groups["label"].Value).Where(l => !labels.Contains(l)).Select(l => $"{target}: the text has {l}"));
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task The_preview_draws_every_panel_of_every_dashboard()
    {
        var wanted = Environment.GetEnvironmentVariable("PHAROS_DASHBOARDS_PREVIEW");
        using var home = new TempHome();
        var folder = wanted ?? home.Path;
        var (code, output) = await Grammars.Run("node", [Repository.PathOf("dashboards", "preview", "preview.mjs"), stack.PrometheusUrl.AbsoluteUri, folder, "--at", stack.End.ToString()], "");
        Assert.True(code == 0, output);
        foreach (var board in BoardFile.All)
        {
            var page = await File.ReadAllTextAsync(Path.Combine(folder, Path.ChangeExtension(board.Name, "html")));
            Assert.Equal(board.Panels.Count(), PanelOfPage().Count(page));
        }
    }

    private static IEnumerable<Target> Targets() => BoardFile.All.SelectMany(b => b.Targets.Concat(b.AnnotationTargets)).Where(t => t.Language == "promql");

    private Task<IReadOnlyList<Series>> Run(Target target, IReadOnlyDictionary<string, IReadOnlyList<string>?> chosen)
    {
        var query = Filled(target, chosen);
        return target.IsRange ? stack.Range(query, Back, Step) : stack.Instant(query);
    }

    private static string Filled(Target target, IReadOnlyDictionary<string, IReadOnlyList<string>?> chosen) =>
        Placeholders.Fill(target.Text, chosen, rateInterval: "40s", auto: "10s", range: $"{Back.TotalSeconds}s", All(target.Board));

    /// <summary>What All stands for, by variable; free text is empty.</summary>
    private static Dictionary<string, string> All(BoardFile board) => board.Variables
        .Where(v => v.GetProperty("type").GetString() is "query" or "custom" or "textbox")
        .ToDictionary(v => v.GetProperty("name").GetString()!, v => v.TryGetProperty("allValue", out var all) ? all.GetString()! : v.GetProperty("type").GetString() == "query" ? ".+" : "");

    private static IEnumerable<string> Columns(JsonElement panel) => panel.TryGetProperty("transformations", out var transformations)
        ? transformations.EnumerateArray().Where(t => t.GetProperty("id").GetString() == "filterFieldsByName").SelectMany(t => t.GetProperty("options").GetProperty("include").GetProperty("names").EnumerateArray()).Select(n => n.GetString()!)
        : [];

    [GeneratedRegex(@"\{\{(?<label>\w+)\}\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex InLegend();

    [GeneratedRegex(@"__field\.labels\.(?<label>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelOfLink();

    [GeneratedRegex("<section class=\"panel ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PanelOfPage();
}
