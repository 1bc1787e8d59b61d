using Pharos.Exporters.Destinations;
using Pharos.Exporters.Settings;
using Pharos.TestKit;

namespace Pharos.Exporters.Tests.Destinations;

public sealed class DestinationReaderTests
{
    public static TheoryData<string, DestinationEntry> Mistakes => new()
    {
        { "preset: there is no preset 'nope'; 'pharos otel preset list' shows them", new() { Preset = "nope" } },
        { "key: Datadog, directly wants its API key; give --key-file FILE or --key-env NAME", new() { Preset = "datadog" } },
        { "key: the preset 'collector' has no key", new() { Preset = "collector", Key = new() { Value = "x" } } },
        { "key: a plain endpoint has headers, not a key; use --header NAME=VALUE", new() { Endpoint = "http://a", Key = new() { Value = "x" } } },
        { "key: wants exactly one of value, env and file", new() { Preset = "uptrace", Key = new() } },
        { "key: the environment of the daemon has no variable NOPE; use --key-file or --header-file, or start the daemon with it", new() { Preset = "uptrace", Key = new() { Env = "NOPE" } } },
        { "key: is more than one line", new() { Preset = "uptrace", Key = new() { Value = "a\nb" } } },
        { "parameters.environment: Dynatrace needs it (its id, abc12345 in abc12345.live.dynatrace.com); write environment=… behind the preset", new() { Preset = "dynatrace", Key = new() { Value = "x" } } },
        { "parameters.region: 'asia' is not one of us, eu, gov", new() { Preset = "newrelic", Key = new() { Value = "x" }, Parameters = new Dictionary<string, string> { ["region"] = "asia" } } },
        { "parameters.realm: the preset 'uptrace' knows no parameter", new() { Preset = "uptrace", Key = new() { Value = "x" }, Parameters = new Dictionary<string, string> { ["realm"] = "x" } } },
        { "parameters.site: 'a b' cannot be part of an address; it is datadoghq.eu, us3.datadoghq.com …", new() { Preset = "datadog", Key = new() { Value = "x" }, Parameters = new Dictionary<string, string> { ["site"] = "a b" } } },
        { "endpoint: there is no URL for any signal; give a base URL such as http://collector:4318", new() },
        { "endpoint: 'collector:4318' is not an absolute http:// or https:// URL", new() { Endpoint = "collector:4318" } },
        { "endpoint: a password in a URL is not sent; use --header authorization=…", new() { Endpoint = "http://me:pw@a" } },
        { "endpoint: is the URL of one signal; give the part before /v1, or use --logs-endpoint, --metrics-endpoint, --traces-endpoint", new() { Endpoint = "http://a/v1/logs" } },
        { "protocol: Datadog, directly does not take gRPC; leave --protocol out", new() { Preset = "datadog", Key = new() { Value = "x" }, Protocol = "grpc" } },
        { "protocol: 'json' is not http/protobuf or grpc", new() { Endpoint = "http://a", Protocol = "json" } },
        { "signals: 'events' is not logs, metrics or traces", new() { Endpoint = "http://a", Signals = ["events", "logs"] } },
        { "compression: 'zip' is not gzip or none", new() { Endpoint = "http://a", Compression = "zip" } },
        { "temporality: 'both' is not cumulative, delta or lowmemory", new() { Endpoint = "http://a", Temporality = "both" } },
        { "histograms: 'none' is not explicit or exponential", new() { Endpoint = "http://a", Histograms = "none" } },
        { "timeoutMs: 0 is not a whole number from 1 to 600000", new() { Endpoint = "http://a", TimeoutMs = 0 } },
        { "maxRequestBytes: 10 is not a whole number from 4096 to 67108864", new() { Endpoint = "http://a", MaxRequestBytes = 10 } },
        { "headers.a b: is not the name of a header", new() { Endpoint = "http://a", Headers = new Dictionary<string, SecretReference> { ["a b"] = new() { Value = "x" } } } },
        { "ca: cannot read /nope.pem: Could not find file '/nope.pem'.", new() { Endpoint = "https://a", Ca = "/nope.pem" } },
        { "clientKey: certificate and key go together; give --client-certificate FILE and --client-key FILE", new() { Endpoint = "https://a", ClientCertificate = "/etc/ssl/certs/ca-certificates.crt" } },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_a_line_that_names_the_key_and_the_cure(string line, DestinationEntry entry)
    {
        var (destination, faults) = Read(entry);
        Assert.Null(destination);
        Assert.Contains(line, faults.Where(f => !f.StartsWith("clientCertificate: cannot read", StringComparison.Ordinal)));
        Assert.Single(faults, f => f.Split(':')[0] == line.Split(':')[0]);
    }

    [Theory]
    [InlineData("environment")]
    [InlineData("")]
    [InlineData("../up")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("a b")]
    public void Names_that_would_lead_elsewhere_are_refused(string name) => Assert.NotNull(DestinationReader.NameFault(name));

    [Fact]
    public void The_port_that_is_registered_for_gRPC_is_spoken_to_in_gRPC()
    {
        Assert.Equal(OtlpTransport.Grpc, Read(new() { Endpoint = "http://a:4317" }).Destination!.Settings.Logs!.Transport);
        Assert.Equal(OtlpTransport.HttpProtobuf, Read(new() { Endpoint = "http://a:4317", Protocol = "http/protobuf" }).Destination!.Settings.Logs!.Transport);
        Assert.Equal(OtlpTransport.HttpProtobuf, Read(new() { Endpoint = "http://a:4318" }).Destination!.Settings.Logs!.Transport);
    }

    [Fact]
    public void A_base_URL_keeps_its_path_and_the_URL_of_a_signal_is_used_as_it_is()
    {
        var settings = Read(new() { Endpoint = "http://a:4318/base/", Endpoints = new() { Metrics = "http://prometheus:9090/api/v1/otlp/v1/metrics" } }).Destination!.Settings;
        Assert.Equal(("http://a:4318/base/v1/logs", "http://prometheus:9090/api/v1/otlp/v1/metrics"), (settings.Logs!.Endpoint.ToString(), settings.Metrics!.Endpoint.ToString()));
    }

    [Fact]
    public void A_header_of_the_user_wins_over_the_presets_and_a_key_in_a_file_is_read_without_its_line_end()
    {
        using var home = new TempHome();
        Directory.CreateDirectory(home.Path);
        File.WriteAllText(home.File("key"), " k3y\n");
        var destination = Read(new()
        {
            Preset = "honeycomb",
            Key = new() { File = home.File("key") },
            Headers = new Dictionary<string, SecretReference> { ["X-Honeycomb-Dataset"] = new() { Env = "DATASET" } },
        }).Destination!;

        Assert.Equal([new("x-honeycomb-team", "k3y"), new("x-honeycomb-dataset", "of DATASET")], destination.Settings.Metrics!.Headers);
        Assert.Equal(($"from {home.File("key")}", "from the variable DATASET"), (destination.Origins["x-honeycomb-team"], destination.Origins["x-honeycomb-dataset"]));
    }

    [Fact]
    public void A_destination_is_served_anew_when_its_key_has_changed_and_only_then()
    {
        Destination With(string key) => Read(new() { Preset = "uptrace", Key = new() { Value = key } }).Destination!;
        Assert.True(With("a").IsServedLike(With("a")));
        Assert.False(With("a").IsServedLike(With("b")));
    }

    private static (Destination? Destination, IReadOnlyList<string> Faults) Read(DestinationEntry entry) =>
        new DestinationReader(name => name == "NOPE" ? null : $"of {name}", OtlpSettings.None).Read("default", entry);
}
