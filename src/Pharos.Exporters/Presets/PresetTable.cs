using Pharos.Exporters.Settings;
using static Pharos.Exporters.Settings.OtlpSignal;

namespace Pharos.Exporters.Presets;

/// <summary>Every preset there is.</summary>
public static class PresetTable
{
    private const int Megabyte = 1_000_000;

    /// <summary>In the order in which they are listed.</summary>
    public static IReadOnlyList<Preset> All { get; } =
    [
        new("collector", "OpenTelemetry Collector")
        {
            Parameters = [new("host", "where it runs") { Default = "localhost" }],
            Http = V1("http://{host}:4318"),
            Grpc = "http://{host}:4317",
            Notes = ["also for Grafana Alloy, the stack of 'pharos stack', and every receiver with OTLP's usual ports"],
        },
        new("aspire", "Aspire dashboard")
        {
            Parameters = [new("host", "where it runs") { Default = "localhost" }],
            Http = V1("http://{host}:4318"),
            Grpc = "http://{host}:4317",
            Transport = OtlpTransport.Grpc,
            Key = "API key",
            KeyIsOptional = true,
            Headers = [new("x-otlp-api-key", "{key}")],
            Gzip = false,
        },
        new("aws", "AWS CloudWatch and X-Ray")
        {
            Parameters = [new("region", "for example eu-central-1")],
            Http = new Dictionary<OtlpSignal, string>
            {
                [Logs] = "https://logs.{region}.amazonaws.com/v1/logs",
                [Metrics] = "https://monitoring.{region}.amazonaws.com/v1/metrics",
                [Traces] = "https://xray.{region}.amazonaws.com/v1/traces",
            },
            Limits = [new(Traces, 5 * Megabyte, 10_000)],
            NeedsCollector = "requests are signed (SigV4), which the collector's sigv4auth extension does",
            Snippet = CollectorSnippet.Aws,
            Notes = ["the log group and the log stream must exist"],
        },
        new("axiom", "Axiom")
        {
            Parameters =
            [
                new("domain", "of the deployment") { Default = "api.axiom.co" },
                new("logs", "dataset of the logs"),
                new("traces", "dataset of the traces"),
                new("metrics", "dataset of the metrics"),
            ],
            Http = V1("https://{domain}"),
            Key = "API token",
            Headers =
            [
                new("authorization", "Bearer {key}"),
                new("x-axiom-dataset", "{logs}", Logs),
                new("x-axiom-dataset", "{traces}", Traces),
                new("x-axiom-metrics-dataset", "{metrics}", Metrics),
            ],
            Limits = [new(Metrics, null, 8192)],
            Notes = ["a dataset holds one signal"],
        },
        new("azure", "Azure Monitor")
        {
            Parameters = [new("logs-url", "of the data collection rule's page, ends in /otlp/v1/logs"), new("metrics-url", "likewise"), new("traces-url", "likewise")],
            Http = new Dictionary<OtlpSignal, string> { [Logs] = "{logs-url}", [Metrics] = "{metrics-url}", [Traces] = "{traces-url}" },
            Temporality = TemporalityPreference.Delta,
            Histograms = HistogramEncoding.Exponential,
            NeedsCollector = "a token of Entra is fetched and renewed, which the collector's azureauth extension does (0.132 or newer)",
            Snippet = CollectorSnippet.Azure,
            Notes =
            [
                "the identity needs the role Monitoring Metrics Publisher on the data collection rule",
                "the URLs look like https://ENDPOINT.ingest.monitor.azure.com/datacollectionRules/RULE/streams/STREAM/otlp/v1/SIGNAL; metrics have a domain of their own",
            ],
        },
        new("better-stack", "Better Stack")
        {
            Parameters = [new("host", "ingesting host of the source")],
            Http = V1("https://{host}"),
            Key = "source token",
            Headers = [new("authorization", "Bearer {key}")],
        },
        new("datadog", "Datadog, directly")
        {
            Parameters = [new("site", "datadoghq.eu, us3.datadoghq.com …") { Default = "datadoghq.com" }],
            Http = V1("https://otlp.{site}"),
            Key = "API key",
            Headers = [new("dd-api-key", "{key}"), new("dd-otel-metric-config", """{"resource_attributes_as_tags":true}""", Metrics)],
            Temporality = TemporalityPreference.Delta,
            Limits = [new(Metrics, 500_000), new(Traces, 3_200_000)],
            Notes = ["cumulative points are an error there", "traces are a preview: where it asks for it, add --header dd-otlp-source=NAME"],
        },
        new("datadog-agent", "Datadog, through its agent")
        {
            Parameters = [new("host", "where the agent runs") { Default = "localhost" }],
            Http = V1("http://{host}:4318"),
            Grpc = "http://{host}:4317",
            Notes = ["switch OTLP on in the agent: otlp_config.receiver.protocols; the contrib collector's datadog exporter does the same ('pharos otel snippet datadog-agent')"],
            Snippet = CollectorSnippet.Datadog,
        },
        new("dynatrace", "Dynatrace")
        {
            Parameters = [new("environment", "its id, abc12345 in abc12345.live.dynatrace.com")],
            Http = V1("https://{environment}.live.dynatrace.com/api/v2/otlp"),
            Key = "access token",
            Headers = [new("authorization", "Api-Token {key}")],
            Temporality = TemporalityPreference.Delta,
            Notes =
            [
                "scopes of the token: openTelemetryTrace.ingest, metrics.ingest, logs.ingest",
                "cumulative counters are not ingested; up-down counters stay cumulative and become gauges",
                "through an ActiveGate: --logs-endpoint, --metrics-endpoint, --traces-endpoint https://HOST:9999/e/ENVIRONMENT/api/v2/otlp/v1/SIGNAL",
            ],
        },
        new("elastic", "Elastic Cloud")
        {
            Parameters = [new("host", "of the managed OTLP endpoint")],
            Http = V1("https://{host}"),
            Grpc = "https://{host}:443",
            Key = "API key",
            Headers = [new("authorization", "ApiKey {key}")],
            Temporality = TemporalityPreference.Delta,
            Limits = [new(Logs, 4 * Megabyte), new(Metrics, 4 * Megabyte), new(Traces, 4 * Megabyte)],
            Notes = ["self-managed: run the EDOT collector as a gateway and use the preset collector"],
        },
        new("grafana-cloud", "Grafana Cloud")
        {
            Parameters = [new("region", "for example eu-west-2"), new("instance", "number of the stack's instance")],
            Http = V1("https://otlp-gateway-prod-{region}.grafana.net/otlp"),
            Key = "access policy token",
            Headers = [new("authorization", "basic:{instance}:{key}")],
        },
        new("honeycomb", "Honeycomb")
        {
            Parameters =
            [
                new("region", "us or eu") { Default = "us", Choices = new Dictionary<string, string> { ["us"] = "api.honeycomb.io", ["eu"] = "api.eu1.honeycomb.io" } },
                new("dataset", "dataset of the metrics") { Default = "pharos" },
            ],
            Http = V1("https://{region}"),
            Grpc = "https://{region}:443",
            Key = "ingest key",
            Headers = [new("x-honeycomb-team", "{key}"), new("x-honeycomb-dataset", "{dataset}", Metrics)],
        },
        new("newrelic", "New Relic")
        {
            Parameters =
            [
                new("region", "us, eu or gov")
                {
                    Default = "us",
                    Choices = new Dictionary<string, string> { ["us"] = "otlp.nr-data.net", ["eu"] = "otlp.eu01.nr-data.net", ["gov"] = "gov-otlp.nr-data.net" },
                },
            ],
            Http = V1("https://{region}"),
            Grpc = "https://{region}:4317",
            Key = "licence key",
            Headers = [new("api-key", "{key}")],
            Temporality = TemporalityPreference.Delta,
            Limits = [new(Logs, Megabyte), new(Metrics, Megabyte), new(Traces, Megabyte)],
            Notes = ["longer attributes than 4095 characters are cut there"],
        },
        new("openobserve", "OpenObserve")
        {
            Parameters =
            [
                new("host", "of the server") { Default = "api.openobserve.ai" },
                new("org", "organization") { Default = "default" },
                new("user", "e-mail of the user"),
                new("stream", "stream of the logs") { Default = "default" },
            ],
            Http = V1("https://{host}/api/{org}"),
            Grpc = "https://{host}:5081",
            Key = "password or ingestion token",
            Headers = [new("authorization", "basic:{user}:{key}"), new("stream-name", "{stream}"), new("organization", "{org}") { GrpcOnly = true }],
        },
        new("sentry", "Sentry")
        {
            Parameters = [new("org", "number of the organization"), new("region", "us or de") { Default = "us" }, new("project", "number of the project")],
            Http = new Dictionary<OtlpSignal, string>
            {
                [Logs] = "https://o{org}.ingest.{region}.sentry.io/api/{project}/integration/otlp/v1/logs",
                [Traces] = "https://o{org}.ingest.{region}.sentry.io/api/{project}/integration/otlp/v1/traces",
            },
            Key = "public key of the project's DSN",
            Headers = [new("x-sentry-auth", "sentry sentry_key={key}")],
            Unsupported = new Dictionary<OtlpSignal, string> { [Metrics] = "Sentry takes no metrics" },
        },
        new("signoz", "SigNoz Cloud")
        {
            Parameters = [new("region", "for example eu, us, in")],
            Http = V1("https://ingest.{region}.signoz.cloud:443"),
            Grpc = "https://ingest.{region}.signoz.cloud:443",
            Key = "ingestion key",
            Headers = [new("signoz-ingestion-key", "{key}")],
        },
        new("splunk", "Splunk Observability Cloud")
        {
            Parameters = [new("realm", "for example us0, eu0")],
            Http = new Dictionary<OtlpSignal, string>
            {
                [Metrics] = "https://ingest.{realm}.observability.splunkcloud.com/v2/datapoint/otlp",
                [Traces] = "https://ingest.{realm}.observability.splunkcloud.com/v2/trace/otlp",
            },
            Key = "access token",
            Headers = [new("x-sf-token", "{key}")],
            Unsupported = new Dictionary<OtlpSignal, string> { [Logs] = "Splunk takes logs over HEC only: 'pharos otel snippet splunk' has a collector for them" },
            Snippet = CollectorSnippet.Splunk,
        },
        new("uptrace", "Uptrace")
        {
            Http = V1("https://otlp.uptrace.dev"),
            Grpc = "https://otlp.uptrace.dev:4317",
            Key = "DSN",
            Headers = [new("uptrace-dsn", "{key}")],
            Temporality = TemporalityPreference.Delta,
            Histograms = HistogramEncoding.Exponential,
        },
    ];

    /// <summary>Finds a preset.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Null when there is none.</returns>
    public static Preset? Find(string name) => All.FirstOrDefault(p => p.Name == name);

    private static Dictionary<OtlpSignal, string> V1(string root) => new() { [Logs] = root + "/v1/logs", [Metrics] = root + "/v1/metrics", [Traces] = root + "/v1/traces" };
}
