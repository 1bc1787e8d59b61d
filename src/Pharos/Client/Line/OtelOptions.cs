namespace Pharos.Client.Line;

/// <summary>The line of <c>pharos otel</c>.</summary>
internal static class OtelOptions
{
    public static readonly VerbSpec Verb = new("otel", "set|show|test|off|snippet|preset list …", "send logs, metrics and traces to a collector or a vendor")
    {
        LeastWords = 1,
        MostWords = int.MaxValue,
        FirstWords = ["set", "show", "test", "off", "snippet", "preset"],
        Words = "one of set, show, test, off, snippet and preset list",
        Options =
        [
            new("--name", ValueKind.Text, "NAME", "set: name of the destination (default); each name is a destination of its own"),
            new("--key-file", ValueKind.Text, "FILE", "set: the vendor's key stands in this file"),
            new("--key-env", ValueKind.Text, "VARIABLE", "set: the key is in this variable of the daemon's environment"),
            new("--key", ValueKind.Text, "KEY", "set: the key itself; other users see it while this command runs"),
            new("--header-file", ValueKind.Pair, "NAME=FILE", "set: a header whose value stands in a file; repeatable") { Repeats = true },
            new("--header-env", ValueKind.Pair, "NAME=VARIABLE", "set: a header out of a variable of the daemon's environment; repeatable") { Repeats = true },
            new("--header", ValueKind.Pair, "NAME=VALUE", "set: a header; repeatable") { Repeats = true },
            new("--endpoint", ValueKind.Text, "URL", "set PRESET: another scheme, host and port than the preset's, a proxy's say"),
            new("--logs-endpoint", ValueKind.Text, "URL", "set: URL of the logs, used as it is"),
            new("--metrics-endpoint", ValueKind.Text, "URL", "set: URL of the metrics, used as it is"),
            new("--traces-endpoint", ValueKind.Text, "URL", "set: URL of the traces, used as it is"),
            new("--signals", ValueKind.Text, "logs,metrics,traces", "set: what is sent (all that is taken there)"),
            new("--protocol", ValueKind.Choice, "http/protobuf|grpc", "set: how it is sent (http/protobuf; grpc for port 4317)") { Choices = ["http/protobuf", "grpc"] },
            new("--compression", ValueKind.Choice, "gzip|none", "set: whether requests are compressed (gzip)") { Choices = ["gzip", "none"] },
            new("--temporality", ValueKind.Choice, "cumulative|delta|lowmemory", "set: of sums and histograms") { Choices = ["cumulative", "delta", "lowmemory"] },
            new("--histograms", ValueKind.Choice, "explicit|exponential", "set: buckets of histograms (explicit)") { Choices = ["explicit", "exponential"] },
            new("--max-request-bytes", ValueKind.Number, "N", "set: largest request before compression; more is split") { Least = 4096, Most = 64 * 1024 * 1024 },
            new("--timeout", ValueKind.Duration, "TIME", "set: longest wait for an answer (10s)"),
            new("--ca", ValueKind.Text, "FILE", "set: PEM file of the authority that signed the server's certificate"),
            new("--client-certificate", ValueKind.Text, "FILE", "set: PEM file of the certificate that is shown to the server"),
            new("--client-key", ValueKind.Text, "FILE", "set: PEM file of its key"),
            new("--dry-run", ValueKind.None, "", "set: show what would be set, and change nothing"),
        ],
        Details =
            """
            set PRESET [PARAMETER=VALUE…]   a vendor; 'preset list' shows the presets and what each wants to know
            set URL                         any OTLP receiver, by its base URL
            show                            all destinations, keys masked
            test [NAME]                     sends something tiny of each signal and says what came of it; exit code 1 when something was not taken
            off [NAME]                      ends one destination, or all that 'set' made
            snippet PRESET [PARAM=VALUE…]   a configuration of the OpenTelemetry Collector that forwards to the vendor
            preset list                     the presets

            Destinations stand in otel.json in the home (mode 0600). A change takes effect at once; apps are not touched, and learn of a new
            destination for their own SDK at their next start. The OTEL_* variables of the daemon make one more destination, 'environment'.
            Each destination has its own place in the log files: one that is away keeps none of the others waiting. docs/otel.md has it all.
            """,
        Examples =
        [
            ("pharos otel set http://localhost:4318", "to a collector on this machine"),
            ("pharos otel set datadog site=datadoghq.eu --key-file ~/.datadog-key", "to Datadog, with the key out of a file"),
            ("pharos otel set grafana-cloud region=eu-west-2 instance=12345 --key-env GRAFANA_TOKEN --name grafana", "to Grafana Cloud as well"),
            ("pharos otel test", "does it arrive?"),
            ("pharos otel off grafana", "to Grafana Cloud no more"),
        ],
    };
}
