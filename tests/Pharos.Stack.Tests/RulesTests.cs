using System.Text.RegularExpressions;
using Pharos.Exporters.Prometheus;
using Pharos.Exporters.Settings;
using Pharos.Telemetry.Catalogue;

namespace Pharos.Stack.Tests;

public sealed partial class RulesTests
{
    /// <summary>The Collector's own, as it pushes them (seen of the real one; the end-to-end test holds that they are there).</summary>
    private static readonly string[] Collector =
    [
        "otelcol_process_uptime_seconds_total", "otelcol_exporter_queue_size", "otelcol_exporter_queue_capacity",
        .. new[] { "metric_points", "log_records", "spans" }.SelectMany(s => new[] { $"otelcol_exporter_send_failed_{s}_total", $"otelcol_exporter_enqueue_failed_{s}_total", $"otelcol_receiver_refused_{s}_total" }),
    ];

    /// <summary>uids of the dashboards, and the variables that links set.</summary>
    private static readonly Dictionary<string, string[]> Dashboards = new()
    {
        ["pharos-app"] = ["namespace", "app"],
        ["pharos-instance"] = ["namespace", "app", "instance"],
        ["pharos-logs"] = ["namespace", "app"],
        ["pharos-traces"] = ["namespace", "app"],
        ["pharos-storm"] = ["namespace", "app", "host"],
        ["pharos-supervisor"] = ["host"],
    };

    public static TheoryData<string> TestFiles => [.. Rule.Files("tests")];

    [Fact]
    public async Task Prometheus_takes_configuration_and_rules()
    {
        await Tool.OkAsync("promtool", ["check", "config", Repository.PathOf("otel-collector", "prometheus", "prometheus.yml")]);
        await Tool.OkAsync("promtool", ["check", "rules", .. Rule.Files("rules").Select(f => Repository.PathOf("otel-collector", "prometheus", "rules", f))]);
    }

    [Theory]
    [MemberData(nameof(TestFiles))]
    public async Task Unit_tests_of_the_rules_pass(string file) =>
        await Tool.OkAsync("promtool", ["test", "rules", Repository.PathOf("otel-collector", "prometheus", "tests", file)]);

    [Fact]
    public void Each_alert_has_a_unit_test_in_which_it_fires_and_one_in_which_it_is_quiet_before_and_after()
    {
        var checks = Rule.Files("tests").SelectMany(f => Yaml.File("otel-collector", "prometheus", "tests", f).List("tests"))
            .SelectMany((t, i) => t.List("promql_expr_test").Select((c, at) => (Test: i, At: at, Expr: c.Text("expr")!, Fires: c.List("exp_samples").Count > 0))).ToList();
        foreach (var alert in Rule.Alerts.Select(r => r.Alert!).Distinct())
        {
            var mine = checks.Where(c => c.Expr.Contains($"alertname=\"{alert}\"", StringComparison.Ordinal)).ToList();
            var told = mine.Where(c => c.Fires).ToList();
            Assert.True(told.Count > 0, $"{alert} never fires in a test");
            if (alert == "Watchdog") // fires always
                continue;
            Assert.True(told.Exists(f => mine.Exists(c => !c.Fires && c.Test == f.Test && c.At < f.At)), $"{alert}: no test sees it quiet before");
            Assert.True(told.Exists(f => mine.Exists(c => !c.Fires && c.Test == f.Test && c.At > f.At)), $"{alert}: no test sees it end");
        }
    }

    [Fact]
    public void Each_metric_in_a_rule_is_in_the_catalogue()
    {
        var known = InstanceMetrics.All.Concat(SupervisorMetrics.All).SelectMany(m => m.Kind == MetricKind.Histogram
            ? new[] { "_bucket", "_sum", "_count" }.Select(s => NameTranslator.Metric(m) + s)
            : [NameTranslator.Metric(m)])
            .Concat(Collector).Concat(Rule.All.Select(r => r.Record).OfType<string>()).Append("ALERTS").ToHashSet(StringComparer.Ordinal);
        Assert.All(Rule.All, rule =>
        {
            var metrics = PromQl.Metrics(rule.Expr);
            Assert.True(metrics.Count > 0 || rule.Alert == "Watchdog", rule.Expr);
            Assert.Empty(metrics.Where(m => !known.Contains(m)).Select(m => $"{rule.Alert ?? rule.Record}: {m}"));
        });
    }

    [Fact]
    public void No_rule_takes_several_names_at_once() => // of a rate over them the names are gone, and two series with the same labels are an error that only real data shows
        Assert.DoesNotContain(Rule.All, r => r.Expr.Contains("__name__", StringComparison.Ordinal));

    [Theory]
    [InlineData("sum by (a, b) (rate(x_total{c=\"d, e=f\", g!~\"h\"}[5m] offset 1h)) > 2e3 unless on (i) max_over_time(y:z:w[1m]) == bool 1", "x_total y:z:w", "a b c g i")]
    public void What_an_expression_names_is_found(string expr, string metrics, string labels)
    {
        Assert.Equal(metrics.Split(' '), PromQl.Metrics(expr));
        Assert.Equal(labels.Split(' '), PromQl.Labels(expr).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_label_in_a_rule_is_an_attribute_of_the_catalogue_or_promoted()
    {
        string[] attributes =
        [
            .. InstanceMetrics.All.Concat(SupervisorMetrics.All).SelectMany(m => m.Attributes), .. Yaml.File("otel-collector", "prometheus", "prometheus.yml").Texts("otlp", "promote_resource_attributes"),
        ];
        string[] known = [.. attributes.Select(NameTranslator.Label), "job", "instance", "le", "alertname", "alertstate", "severity", "level", "exporter", "receiver", "data_type"];
        Assert.Empty(Rule.All.SelectMany(r => PromQl.Labels(r.Expr).Except(known).Select(l => $"{r.Alert ?? r.Record}: {l}")));
    }

    [Fact]
    public void Promoted_attributes_are_those_of_the_catalogue_and_none_changes_with_a_restart()
    {
        var promoted = Yaml.File("otel-collector", "prometheus", "prometheus.yml").Texts("otlp", "promote_resource_attributes");
        Assert.Empty(promoted.Except(Descriptions.ResourceAttributes.Select(a => a.Name)));
        Assert.DoesNotContain(promoted, a => a.StartsWith("process.", StringComparison.Ordinal));
    }

    [Fact]
    public void Each_alert_says_how_bad_what_about_and_where_to_look() =>
        Assert.All(Rule.Alerts, rule =>
        {
            Assert.Contains(rule.Node.Text("labels", "level"), (string[])["instance", "app", "host", "pipeline"]);
            var severity = rule.Node.Text("labels", "severity")!;
            Assert.Matches("^(critical|warning|none|\\{\\{ if eq \\$labels\\.service_criticality .*\\{\\{ end \\}\\})$", severity);
            Assert.Equal(rule.Node.Text("labels", "level") is "instance" or "app", severity.Contains("service_criticality", StringComparison.Ordinal));
            Assert.All(["summary", "description"], key => Assert.True(rule.Node.Text("annotations", key)!.Length > 20, $"{rule.Alert}: {key}"));
            Assert.Equal($"{{{{ $externalLabels.runbooks_url }}}}#{rule.Alert!.ToLowerInvariant()}", rule.Node.Text("annotations", "runbook_url"));
            var link = DashboardLink().Match(rule.Node.Text("annotations", "dashboard_url")!);
            Assert.True(link.Success, $"{rule.Alert}: {rule.Node.Text("annotations", "dashboard_url")}");
            Assert.True(Dashboards.TryGetValue(link.Groups["uid"].Value, out var variables), link.Value);
            Assert.Empty(Variable().Matches(link.Value).Select(v => v.Groups["name"].Value).Except(variables!));
        });

    [Fact]
    public void Each_dashboard_that_is_linked_exists_with_these_variables()
    {
        var folder = Repository.PathOf("dashboards");
        var shipped = Directory.GetFiles(folder, "*.json").Select(f =>
        {
            using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(f));
            return (Uid: json.RootElement.GetProperty("uid").GetString()!, Variables: json.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray().Select(v => v.GetProperty("name").GetString()!).ToArray());
        }).ToDictionary(d => d.Uid, d => d.Variables);
        Assert.All(Dashboards, linked => Assert.Empty(linked.Value.Except(shipped.GetValueOrDefault(linked.Key) ?? [])));
    }

    [Fact]
    public void Each_alert_has_a_runbook_and_each_runbook_an_alert()
    {
        var headings = File.ReadLines(Repository.PathOf("docs", "runbooks", "alerts.md")).Where(l => l.StartsWith("## ", StringComparison.Ordinal)).Select(l => l[3..]);
        Assert.Equal(Rule.Alerts.Select(r => r.Alert!).Distinct().Order(StringComparer.Ordinal), headings.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Rules_are_evaluated_at_least_as_often_as_values_come_and_no_rate_is_shorter_than_four_of_them()
    {
        Assert.Equal($"{ExportInterval.Default.TotalSeconds}s", Yaml.File("otel-collector", "prometheus", "prometheus.yml").Text("global", "scrape_interval"));
        Assert.All(Rule.All, r => Assert.True(Seconds(r.Interval) <= ExportInterval.Default.TotalSeconds, $"{r.File}: {r.Interval}"));
        var ranges = Rule.All.SelectMany(r => Range().Matches(r.Expr).Select(m => (r.Alert ?? r.Record, Seconds(m.Groups["range"].Value)))).ToList();
        Assert.NotEmpty(ranges);
        Assert.All(ranges, r => Assert.True(r.Item2 >= 4 * ExportInterval.Default.TotalSeconds, $"{r.Item1}: {r.Item2} s"));
    }

    private static double Seconds(string duration) => double.Parse(duration[..^1]) * duration[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => throw new FormatException(duration) };

    [GeneratedRegex(@"^\{\{ \$externalLabels\.grafana_url \}\}/d/(?<uid>pharos-[a-z]+)(\?(var-[a-z]+=\{\{ \$labels\.[a-z_]+ \}\}&?)+)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DashboardLink();

    [GeneratedRegex("var-(?<name>[a-z]+)=", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"(rate|increase)\([^\[\]]*\[(?<range>[0-9]+[smh])\]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Range();
}
