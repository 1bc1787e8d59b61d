using Pharos.Exporters.Settings;

namespace Pharos.Stack.Tests;

public sealed class GrafanaTests
{
    private static readonly IReadOnlyList<YamlDotNet.RepresentationModel.YamlNode> Sources = Yaml.File("otel-collector", "grafana", "datasources.yaml").List("datasources");

    private static YamlDotNet.RepresentationModel.YamlNode Of(string uid) => Sources.Single(s => s.Text("uid") == uid);

    [Fact]
    public void The_four_sources_have_the_uids_that_dashboards_know_and_addresses_from_the_environment()
    {
        Assert.Equal(["alertmanager", "loki", "prometheus", "tempo"], Sources.Select(s => s.Text("uid")!).Order(StringComparer.Ordinal));
        Assert.All(Sources, s => Assert.Equal(($"${{PHAROS_STACK_{s.Text("uid")!.ToUpperInvariant()}_URL}}", "false"), (s.Text("url"), s.Text("editable"))));
        var set = Yaml.File("docker-compose.observability.yml").Map("services", "grafana", "environment").Select(e => $"${{{e.Key}}}");
        Assert.Empty(Sources.Select(s => s.Text("url")!).Except(set));
    }

    [Fact]
    public void A_step_is_the_export_interval() => Assert.Equal($"{ExportInterval.Default.TotalSeconds}s", Of("prometheus").Text("jsonData", "timeInterval"));

    [Fact]
    public void There_is_a_way_from_each_signal_to_each_other()
    {
        Assert.Equal(("trace_id", "tempo"), (Of("prometheus").List("jsonData", "exemplarTraceIdDestinations")[0].Text("name"), Of("prometheus").List("jsonData", "exemplarTraceIdDestinations")[0].Text("datasourceUid")));
        Assert.Equal(("label", "trace_id", "tempo"), (Of("loki").List("jsonData", "derivedFields")[0].Text("matcherType"), Of("loki").List("jsonData", "derivedFields")[0].Text("matcherRegex"), Of("loki").List("jsonData", "derivedFields")[0].Text("datasourceUid")));
        Assert.Equal(("loki", "prometheus", "prometheus"), (Of("tempo").Text("jsonData", "tracesToLogsV2", "datasourceUid"), Of("tempo").Text("jsonData", "tracesToMetrics", "datasourceUid"), Of("tempo").Text("jsonData", "serviceMap", "datasourceUid")));
    }

    [Fact]
    public void A_dollar_that_is_Grafanas_own_is_escaped() =>
        Assert.DoesNotMatch(@"(?<!\$)\$(?!\{PHAROS_STACK_[A-Z]+_URL\}|\$)", string.Join('\n', File.ReadLines(Repository.PathOf("otel-collector", "grafana", "datasources.yaml")).Where(l => !l.StartsWith('#'))));

    [Fact]
    public void Loki_has_the_labels_that_Prometheus_has_and_no_stream_for_each_instance()
    {
        var loki = Yaml.File("otel-collector", "loki", "loki.yaml");
        var labels = loki.List("limits_config", "otlp_config", "resource_attributes", "attributes_config")[0].Texts("attributes");
        Assert.Equal("true", loki.Text("limits_config", "otlp_config", "resource_attributes", "ignore_defaults"));
        Assert.Empty(labels.Except(Yaml.File("otel-collector", "prometheus", "prometheus.yml").Texts("otlp", "promote_resource_attributes")));
        Assert.DoesNotContain("service.instance.id", labels);
    }
}
