using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Pharos.TestKit.Stack;

/// <summary>
/// A real OpenTelemetry Collector, Prometheus and Alertmanager on loopback ports of their own, configured by <c>tests/stack/config</c>:
/// what is sent to the collector can be read back from its files and queried from Prometheus.
/// </summary>
public sealed class RealStack : IAsyncDisposable
{
    private readonly TempHome _home = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private RealStack(string bin, RealStackOptions options)
    {
        string alertmanager = Address(), prometheus = Address(), grpc = Address(), http = Address(), health = Address();
        (OtlpGrpcEndpoint, OtlpHttpEndpoint) = (new($"http://{grpc}"), new($"http://{http}"));
        (PrometheusUrl, AlertmanagerUrl) = (new($"http://{prometheus}"), new($"http://{alertmanager}"));
        Directory.CreateDirectory(Path.GetDirectoryName(TargetFile("any"))!); // Prometheus watches the folder
        foreach (var rules in options.RuleFiles)
        {
            File.Copy(rules, _home.File("prometheus", "rules", Path.GetFileName(rules)));
        }

        var alertmanagerConfig = Fill("alertmanager.yml", "alertmanager", "@WEBHOOK@", options.WebhookUrl.AbsoluteUri);
        Alertmanager = Server("alertmanager", new(Path.Combine(bin, "alertmanager"),
        [
            $"--config.file={alertmanagerConfig}",
            $"--storage.path={_home.File("alertmanager", "data")}",
            $"--web.listen-address={alertmanager}",
            "--cluster.listen-address=", // empty: no gossip port
        ]), new(AlertmanagerUrl, "/-/ready"));

        var prometheusConfig = Fill("prometheus.yml", "prometheus", "@ALERTMANAGER@", alertmanager);
        Prometheus = Server("prometheus", new(Path.Combine(bin, "prometheus"),
        [
            $"--config.file={prometheusConfig}",
            $"--storage.tsdb.path={_home.File("prometheus", "data")}",
            $"--web.listen-address={prometheus}",
            "--web.enable-otlp-receiver",
            "--web.enable-lifecycle",
            "--rules.alert.resend-delay=1s", // Alertmanager is discovered seconds after the start; what fired before is sent again
            "--enable-feature=exemplar-storage",
        ]), new(PrometheusUrl, "/-/ready"));

        Collector = Server("collector", new(Path.Combine(bin, "otelcol"),
            ["--config", Repository.PathOf("tests", "stack", "config", "collector.yaml")])
        {
            Environment =
            {
                ["PHAROS_STACK_OUT"] = _home.Path,
                ["PHAROS_STACK_OTLP_GRPC"] = grpc,
                ["PHAROS_STACK_OTLP_HTTP"] = http,
                ["PHAROS_STACK_HEALTH"] = health,
                ["PHAROS_STACK_PROMETHEUS"] = prometheus,
            },
        }, new($"http://{health}/"));
    }

    /// <summary>The collector; stop it to see what the sender does meanwhile. Its files are appended to after a new start.</summary>
    public StackServer Collector { get; }

    /// <summary>Prometheus 3 with its OTLP receiver.</summary>
    public StackServer Prometheus { get; }

    /// <summary>Alertmanager.</summary>
    public StackServer Alertmanager { get; }

    /// <summary>Base URL for OTLP over HTTP (<c>/v1/traces</c> and so on are below it).</summary>
    public Uri OtlpHttpEndpoint { get; }

    /// <summary>URL for OTLP over gRPC, without TLS.</summary>
    public Uri OtlpGrpcEndpoint { get; }

    /// <summary>Base URL of Prometheus.</summary>
    public Uri PrometheusUrl { get; }

    /// <summary>Base URL of Alertmanager.</summary>
    public Uri AlertmanagerUrl { get; }

    /// <summary>The last lines of all three servers: for the message of a failed test.</summary>
    public string Output => $"{Collector.Output}\n{Prometheus.Output}\n{Alertmanager.Output}";

    /// <summary>Installs the servers if they are not there (minutes on a fresh machine), starts them and waits until all are ready.</summary>
    public static async Task<RealStack> StartAsync(RealStackOptions? options = null)
    {
        var stack = new RealStack(await StackInstaller.BinFolder(), options ?? new());
        try
        {
            await Task.WhenAll(stack.Alertmanager.StartAsync(), stack.Prometheus.StartAsync(), stack.Collector.StartAsync());
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>An instant query.</summary>
    /// <returns>The whole answer; the samples are in <c>data.result</c>. The caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">Prometheus refused the query; the message says why.</exception>
    public async Task<JsonDocument> Query(string promql)
    {
        using var answer = await _http.GetAsync(new Uri(PrometheusUrl, $"/api/v1/query?query={Uri.EscapeDataString(promql)}"));
        var body = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonDocument.Parse(body)
            : throw new InvalidOperationException($"Prometheus answered {(int)answer.StatusCode} to {promql}: {body}");
    }

    /// <summary>The value of a query that yields one sample.</summary>
    /// <returns><see langword="null"/> when there is none (yet).</returns>
    /// <exception cref="InvalidOperationException">There is more than one sample, or the query was refused.</exception>
    public async Task<double?> QueryValue(string promql)
    {
        using var answer = await Query(promql);
        var result = answer.RootElement.GetProperty("data").GetProperty("result");
        return result.GetArrayLength() switch
        {
            0 => null,
            1 => double.Parse(result[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture),
            _ => throw new InvalidOperationException($"{promql} has more than one sample: {result}"),
        };
    }

    /// <summary>The alerts that Alertmanager holds, as its API gives them. The caller disposes it.</summary>
    public async Task<JsonDocument> Alerts() =>
        JsonDocument.Parse(await _http.GetStringAsync(new Uri(AlertmanagerUrl, "/api/v2/alerts")));

    /// <summary>Lets Prometheus scrape an address from now on, each second, under <c>/metrics</c>.</summary>
    /// <param name="name">Becomes the label <c>target</c>; the same name again replaces the address.</param>
    /// <param name="address">host:port.</param>
    public void Scrape(string name, string address) =>
        File.WriteAllText(TargetFile(name), $$"""[{"targets":["{{address}}"],"labels":{"target":"{{name}}"} }]""");

    /// <summary>Every ExportTraceServiceRequest the collector has received so far, as OTLP/JSON, in order.</summary>
    public IReadOnlyList<JsonElement> ReadTraces() => Read("traces.jsonl");

    /// <summary>Every ExportLogsServiceRequest so far, as OTLP/JSON, in order.</summary>
    public IReadOnlyList<JsonElement> ReadLogs() => Read("logs.jsonl");

    /// <summary>Where the collector writes the ExportLogsServiceRequests, one OTLP/JSON document a line: for whoever wants to read a million of them one by one.</summary>
    public string LogsFile => _home.File("logs.jsonl");

    /// <summary>Every ExportMetricsServiceRequest so far, as OTLP/JSON, in order.</summary>
    public IReadOnlyList<JsonElement> ReadMetrics() => Read("metrics.jsonl");

    /// <summary>Stops the servers and deletes what they wrote.</summary>
    public async ValueTask DisposeAsync()
    {
        await Collector.DisposeAsync();
        await Prometheus.DisposeAsync();
        await Alertmanager.DisposeAsync();
        _http.Dispose();
        _home.Dispose();
    }

    private string TargetFile(string name) => _home.File("prometheus", "targets", $"{name}.json");

    private static string Address() => $"127.0.0.1:{FreePort.Next()}";

    private string Fill(string template, string folder, string placeholder, string value)
    {
        var text = File.ReadAllText(Repository.PathOf("tests", "stack", "config", template)).Replace(placeholder, value);
        return _home.Write(Path.Combine(folder, template), text);
    }

    private StackServer Server(string name, ProcessStartInfo command, Uri ready) => new(name, command, ready, _http);

    private List<JsonElement> Read(string file)
    {
        var path = _home.File(file);
        if (!File.Exists(path))
        {
            return [];
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        // The collector may be in the middle of a line: only what ends in a newline is a document.
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    private static JsonElement Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }
}
