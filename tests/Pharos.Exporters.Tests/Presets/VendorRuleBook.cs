using System.Text;
using Pharos.TestKit.Otlp;

namespace Pharos.Exporters.Tests.Presets;

/// <summary>What each vendor's documentation says, the key being <c>k3y</c>, and what a user would write to send there.</summary>
internal static class VendorRuleBook
{
    public const string Key = "k3y";

    public sealed record Play(string Preset, string[] Parameters, VendorRules Rules);

    public static IReadOnlyList<Play> All { get; } =
    [
        new("collector", [], new() { Paths = V1(), Grpc = true }),
        new("aspire", [], new() { Paths = V1(), Grpc = true, KeyHeader = "x-otlp-api-key", Headers = One("x-otlp-api-key", Key), NoGzip = true }),
        new("axiom", ["logs=app-logs", "traces=app-traces", "metrics=app-metrics"], new()
        {
            Paths = V1(), KeyHeader = "authorization", Headers = One("authorization", $"Bearer {Key}"), MaxPoints = 8192,
            SignalHeaders = new Dictionary<string, IReadOnlyDictionary<string, string>>
            {
                ["logs"] = One("x-axiom-dataset", "app-logs"), ["traces"] = One("x-axiom-dataset", "app-traces"), ["metrics"] = One("x-axiom-metrics-dataset", "app-metrics"),
            },
        }),
        new("better-stack", ["host=s1.eu-nbg-2.betterstackdata.com"], new() { Paths = V1(), KeyHeader = "authorization", Headers = One("authorization", $"Bearer {Key}") }),
        new("datadog", ["site=datadoghq.eu"], new()
        {
            Paths = V1(), KeyHeader = "dd-api-key", Headers = One("dd-api-key", Key), Temporality = 1, Taken = 202,
            MaxBytes = new Dictionary<string, int> { ["metrics"] = 500_000, ["traces"] = 3_200_000 },
            SignalHeaders = new Dictionary<string, IReadOnlyDictionary<string, string>> { ["metrics"] = One("dd-otel-metric-config", "{\"resource_attributes_as_tags\":true}") },
        }),
        new("datadog-agent", [], new() { Paths = V1(), Grpc = true }),
        new("dynatrace", ["environment=abc12345"], new() { Paths = V1("/api/v2/otlp"), KeyHeader = "authorization", Headers = One("authorization", $"Api-Token {Key}"), Temporality = 1 }),
        new("elastic", ["host=p.ingest.eu-west-1.aws.elastic.cloud"], new()
        {
            Paths = V1(), Grpc = true, KeyHeader = "authorization", Headers = One("authorization", $"ApiKey {Key}"), Temporality = 1,
            MaxBytes = new Dictionary<string, int> { ["logs"] = 4_000_000, ["metrics"] = 4_000_000, ["traces"] = 4_000_000 },
        }),
        new("grafana-cloud", ["region=eu-west-2", "instance=4711"], new()
        {
            Paths = V1("/otlp"), KeyHeader = "authorization", Headers = One("authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"4711:{Key}"))), Temporality = 2,
        }),
        new("honeycomb", ["region=eu"], new()
        {
            Paths = V1(), Grpc = true, KeyHeader = "x-honeycomb-team", Headers = One("x-honeycomb-team", Key),
            SignalHeaders = new Dictionary<string, IReadOnlyDictionary<string, string>> { ["metrics"] = One("x-honeycomb-dataset", "pharos") },
        }),
        new("newrelic", ["region=eu"], new()
        {
            Paths = V1(), Grpc = true, KeyHeader = "api-key", Headers = One("api-key", Key), Temporality = 1,
            MaxBytes = new Dictionary<string, int> { ["logs"] = 1_000_000, ["metrics"] = 1_000_000, ["traces"] = 1_000_000 },
        }),
        new("openobserve", ["user=me@example.com", "org=acme"], new()
        {
            Paths = V1("/api/acme"), Grpc = true, KeyHeader = "authorization",
            Headers = new Dictionary<string, string> { ["authorization"] = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"me@example.com:{Key}")), ["stream-name"] = "default" },
        }),
        new("sentry", ["org=1", "region=de", "project=2"], new()
        {
            Paths = new Dictionary<string, string> { ["logs"] = "/api/2/integration/otlp/v1/logs", ["traces"] = "/api/2/integration/otlp/v1/traces" },
            KeyHeader = "x-sentry-auth", Headers = One("x-sentry-auth", $"sentry sentry_key={Key}"),
        }),
        new("signoz", ["region=eu"], new() { Paths = V1(), Grpc = true, KeyHeader = "signoz-ingestion-key", Headers = One("signoz-ingestion-key", Key) }),
        new("splunk", ["realm=eu0"], new()
        {
            Paths = new Dictionary<string, string> { ["metrics"] = "/v2/datapoint/otlp", ["traces"] = "/v2/trace/otlp" },
            KeyHeader = "x-sf-token", Headers = One("x-sf-token", Key),
        }),
        new("uptrace", [], new() { Paths = V1(), Grpc = true, KeyHeader = "uptrace-dsn", Headers = One("uptrace-dsn", Key), Temporality = 1, OnlyExponential = true }),
    ];

    private static Dictionary<string, string> V1(string root = "") => new() { ["logs"] = root + "/v1/logs", ["metrics"] = root + "/v1/metrics", ["traces"] = root + "/v1/traces" };

    private static Dictionary<string, string> One(string name, string value) => new() { [name] = value };
}
