using System.Text;
using Pharos.Dashboards.Vocabulary;
using Pharos.Exporters.Prometheus;
using Pharos.Telemetry.Catalogue;

namespace Pharos.Exporters.Tests.Prometheus;

/// <summary>docs/telemetry.md from the catalogue.</summary>
internal static class TelemetryPage
{
    public static string Render()
    {
        var page = new StringBuilder();
        page.Append("# Telemetry\n\n");
        page.Append("Generated from the catalogue (`src/Pharos.Telemetry/Catalogue`); do not edit. `UPDATE_GOLDEN=1` with the tests of `Pharos.Exporters` writes it anew.\n\n");
        page.Append($"This is public API: names change only with a major version. Semantic conventions {SemanticConventions.Version}.\n");
        page.Append("A scrape of `GET /metrics` and a push over OTLP give the same Prometheus names.\n\n");
        Metrics(page, "Metrics of instances and apps", InstanceMetrics.All);
        Metrics(page, "Metrics of the supervisor", SupervisorMetrics.All);
        page.Append("The supervisor's own process shows the `process.*` metrics of the same names under its own resource.\n\n");
        Shown(page);
        Table(page, "Spans", "span", Descriptions.Spans);
        Table(page, "Events", "event", EventNames.All);
        page.Append("Events are log records with the EventName field, on the resource of their instance.\n\n");
        Table(page, "Resource attributes", "attribute", Descriptions.ResourceAttributes);
        page.Append("pid and creation time are on spans, logs and events only: as a metric attribute they would make a new series of each restart.\n");
        return page.ToString();
    }

    private static void Metrics(StringBuilder page, string title, IReadOnlyList<MetricDefinition> metrics)
    {
        page.Append($"## {title}\n\n| metric | Prometheus | kind | unit | attributes | description |\n|---|---|---|---|---|---|\n");
        foreach (var metric in metrics)
        {
            var attributes = string.Join(", ", metric.Attributes.Select(a => $"`{a}`"));
            page.Append($"| `{metric.Name}` | `{NameTranslator.Metric(metric)}` | {Kind(metric.Kind)} | `{metric.Unit}` | {attributes} | {metric.Description} |\n");
        }

        page.Append('\n');
    }

    private static void Shown(StringBuilder page)
    {
        page.Append("## Where Grafana shows them\n\nThe dashboards are in [dashboards/](../dashboards/README.md).\n\n| metric | dashboards |\n|---|---|\n");
        foreach (var metric in InstanceMetrics.All.Concat(SupervisorMetrics.All))
            page.Append($"| `{metric.Name}` | {string.Join(", ", ShownOn.Dashboards(metric).Select(b => b.Title))} |\n");
        page.Append('\n');
    }

    private static void Table(StringBuilder page, string title, string column, IReadOnlyList<(string Name, string Description)> rows)
    {
        page.Append($"## {title}\n\n| {column} | meaning |\n|---|---|\n");
        foreach (var (name, description) in rows)
            page.Append($"| `{name}` | {description} |\n");
        page.Append('\n');
    }

    private static string Kind(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.UpDownCounter => "up-down counter",
        MetricKind.Gauge => "gauge",
        MetricKind.Histogram => "histogram",
    };
}

public sealed class TelemetryPageTests
{
    [Fact]
    public void The_page_about_telemetry_says_what_the_catalogue_says() => Repository.Matches("docs/telemetry.md", TelemetryPage.Render());
}
