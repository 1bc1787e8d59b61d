using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Pharos.Exporters.Settings;
using Pharos.Exporters.Wire;
using Pharos.Telemetry.Records;
using Pharos.TestKit.Stack;

namespace Pharos.Dashboards.Tests.Live;

/// <summary>A real Collector and a real Prometheus that hold the telemetry of the sample fleet.</summary>
public sealed class LiveStack : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4); // 30 s when the machine is quiet

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private RealStack? _stack;
    private Process? _collector;
    private string _otlp = "";

    /// <summary>The time of the newest point of the fleet, Unix seconds.</summary>
    public long End { get; private set; }

    public Uri PrometheusUrl => _stack!.PrometheusUrl;

    public async Task InitializeAsync()
    {
        _stack = await RealStack.StartAsync(new RealStackOptions { RuleFiles = [Repository.PathOf("tests", "Pharos.Dashboards.Tests", "Live", "rules.yml")] });
        await StartCollector();
        var began = DateTimeOffset.UtcNow;
        foreach (var (time, points) in new SampleFleet(began).Play())
        {
            if (time > DateTimeOffset.UtcNow)
                await Task.Delay(time - DateTimeOffset.UtcNow);
            await Push("metrics", w => OtlpEncoder.WriteMetrics(w, points, new Temporality(TemporalityPreference.Cumulative, 0)));
            if (time < began)
                continue;
            End = time.ToUnixTimeSeconds();
            _stack.Scrape("prometheus", _stack.PrometheusUrl.Authority); // from now on: before it, what is an hour old would have been too old
            await PushLogsAndSpans();
            if (await HasEverything())
                return;
            Assert.True(DateTimeOffset.UtcNow - began < Patience, $"after {Patience} Prometheus does not have the fleet, alerts, itself and the Collector\n{_stack.Output}");
        }
    }

    /// <summary>The value of each series at <see cref="End"/>.</summary>
    /// <exception cref="InvalidOperationException">Prometheus refuses the query.</exception>
    public async Task<IReadOnlyList<Series>> Instant(string query)
    {
        using var answer = await Ask("query", $"query={Uri.EscapeDataString(query)}&time={End}");
        return [.. answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(r => new Series(Labels(r), [Value(r.GetProperty("value"))]))];
    }

    /// <summary>Series from a time before <see cref="End"/> until then.</summary>
    public async Task<IReadOnlyList<Series>> Range(string query, TimeSpan back, TimeSpan step)
    {
        using var answer = await Ask("query_range", $"query={Uri.EscapeDataString(query)}&start={End - back.TotalSeconds}&end={End}&step={step.TotalSeconds}");
        return [.. answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(r => new Series(Labels(r), [.. r.GetProperty("values").EnumerateArray().Select(Value)]))];
    }

    /// <summary>The values of a label, as a variable of Grafana asks for them.</summary>
    public async Task<IReadOnlyList<string>> LabelValues(string selector, string label)
    {
        using var answer = await Ask($"label/{label}/values", $"match[]={Uri.EscapeDataString(selector)}");
        return [.. answer.RootElement.GetProperty("data").EnumerateArray().Select(v => v.GetString()!)];
    }

    public async Task DisposeAsync()
    {
        if (_collector is { HasExited: false })
        {
            _collector.Kill();
            await _collector.WaitForExitAsync();
        }

        _collector?.Dispose();
        if (_stack is not null)
            await _stack.DisposeAsync();
        _http.Dispose();
    }

    private async Task<bool> HasEverything()
    {
        foreach (var query in new[]
        {
            "pharos_heartbeat_total", "ALERTS{alertname=\"InstanceErrored\"}", "rate(prometheus_tsdb_head_samples_appended_total[20s])", "rate(otelcol_exporter_sent_metric_points_total[20s])",
            "rate(otelcol_exporter_send_failed_log_records_total[20s])", "rate(otelcol_exporter_send_failed_spans_total[20s])",
        })
        {
            if ((await Instant(query)).Count == 0)
                return false;
        }

        return true;
    }

    private async Task StartCollector()
    {
        _otlp = $"127.0.0.1:{FreePort.Next()}";
        var health = $"127.0.0.1:{FreePort.Next()}";
        _collector = Process.Start(new ProcessStartInfo(Repository.PathOf("artifacts", "stack", "bin", "otelcol"), ["--config", Repository.PathOf("tests", "Pharos.Dashboards.Tests", "Live", "collector.yaml")])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["PHAROS_TEST_OTLP"] = _otlp, ["PHAROS_TEST_HEALTH"] = health, ["PHAROS_TEST_PROMETHEUS"] = _stack!.PrometheusUrl.Authority },
        })!;
        var said = new StringBuilder();
        _collector.ErrorDataReceived += (_, e) =>
        {
            lock (said)
                said.AppendLine(e.Data);
        };
        _collector.OutputDataReceived += (_, _) => { };
        _collector.BeginErrorReadLine();
        _collector.BeginOutputReadLine();
        await Eventually.True(async () => (await _http.GetAsync(new Uri($"http://{health}/"))).IsSuccessStatusCode, "the Collector is ready", Patience, said.ToString);
    }

    private async Task PushLogsAndSpans()
    {
        var now = SampleInstance.Nanos(DateTimeOffset.UtcNow);
        var resource = new TelemetryResource((Telemetry.Catalogue.AttributeNames.ServiceName, "web"));
        LogRecord[] records = [new() { Resource = resource, ObservedUnixNanos = now, Body = "x"u8.ToArray() }];
        SpanRecord[] spans = [new() { Resource = resource, TraceId = Guid.NewGuid().ToByteArray(), SpanId = [1, 2, 3, 4, 5, 6, 7, 8], Name = "x", StartUnixNanos = now, EndUnixNanos = now + 1 }];
        await Push("logs", w => OtlpEncoder.WriteLogs(w, records));
        await Push("traces", w => OtlpEncoder.WriteSpans(w, spans));
    }

    private async Task Push(string signal, Action<ProtobufWriter> write)
    {
        using var writer = new ProtobufWriter();
        write(writer);
        using var content = new ByteArrayContent(writer.Written.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        using var answer = await _http.PostAsync(new Uri($"http://{_otlp}/v1/{signal}"), content);
        Assert.True(answer.IsSuccessStatusCode, $"{signal}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private async Task<JsonDocument> Ask(string what, string parameters)
    {
        using var answer = await _http.GetAsync(new Uri(PrometheusUrl, $"/api/v1/{what}?{parameters}"));
        var body = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(body) : throw new InvalidOperationException($"{Uri.UnescapeDataString(parameters)}: {body}");
    }

    private static Dictionary<string, string> Labels(JsonElement result) => result.GetProperty("metric").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);

    private static double Value(JsonElement sample) => double.Parse(sample[1].GetString()!, CultureInfo.InvariantCulture);
}

/// <summary>A series that Prometheus answered with.</summary>
/// <param name="Labels">Its labels.</param>
/// <param name="Values">One value, or one per step.</param>
public sealed record Series(IReadOnlyDictionary<string, string> Labels, IReadOnlyList<double> Values);
