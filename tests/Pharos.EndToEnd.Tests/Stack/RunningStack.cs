using System.Globalization;
using System.Text.Json;
using Pharos.EndToEnd.Tests.Kit;
using Pharos.TestKit.Stack;

namespace Pharos.EndToEnd.Tests.Stack;

/// <summary>One alert that Alertmanager has.</summary>
/// <param name="Name">Its alertname.</param>
/// <param name="About">The app, else the host; empty: neither.</param>
/// <param name="IsInhibited">Another alert speaks for it.</param>
internal sealed record SeenAlert(string Name, string About, bool IsInhibited);

/// <summary>What <c>pharos stack up</c> started natively: the shipped configuration, with addresses of this test's own from the environment.</summary>
internal sealed class RunningStack(PharosCli pharos) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private string _prometheus = "", _alertmanager = "";

    /// <summary>Where telemetry goes.</summary>
    public string Otlp { get; private set; } = "";

    public async Task UpAsync(Uri webhook)
    {
        foreach (var name in new[] { "OTLP_GRPC", "OTLP_HTTP", "HEALTH", "PROMETHEUS", "ALERTMANAGER", "LOKI", "TEMPO", "TEMPO_HTTP", "GRAFANA" })
            pharos.Environment[$"PHAROS_STACK_{name}"] = $"127.0.0.1:{FreePort.Next()}";
        pharos.Environment["PHAROS_STACK_BIN"] = await StackInstaller.BinFolder();
        pharos.Environment["PHAROS_STACK_WEBHOOK"] = webhook.AbsoluteUri;
        _prometheus = $"http://{pharos.Environment["PHAROS_STACK_PROMETHEUS"]}";
        _alertmanager = $"http://{pharos.Environment["PHAROS_STACK_ALERTMANAGER"]}";
        Otlp = $"http://{pharos.Environment["PHAROS_STACK_OTLP_HTTP"]}";
        await pharos.OkAsync("stack", "up");
    }

    /// <summary>The value of a query with one sample; null: there is none yet.</summary>
    public async Task<double?> ValueAsync(string promql)
    {
        using var answer = JsonDocument.Parse(await _http.GetStringAsync(new Uri($"{_prometheus}/api/v1/query?query={Uri.EscapeDataString(promql)}")));
        var result = answer.RootElement.GetProperty("data").GetProperty("result");
        return result.GetArrayLength() == 0 ? null : double.Parse(result[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
    }

    /// <summary>Groups of rules that could not be evaluated, with the error.</summary>
    public async Task<IReadOnlyList<string>> RuleErrorsAsync()
    {
        using var answer = JsonDocument.Parse(await _http.GetStringAsync(new Uri($"{_prometheus}/api/v1/rules")));
        return
        [
            .. answer.RootElement.GetProperty("data").GetProperty("groups").EnumerateArray().SelectMany(g => g.GetProperty("rules").EnumerateArray())
                .Where(r => r.TryGetProperty("lastError", out var e) && e.GetString()!.Length > 0)
                .Select(r => $"{r.GetProperty("name")}: {r.GetProperty("lastError")}"),
        ];
    }

    /// <summary>What Alertmanager has now: firing alerts only.</summary>
    public async Task<IReadOnlyList<SeenAlert>> AlertsAsync()
    {
        using var alerts = JsonDocument.Parse(await _http.GetStringAsync(new Uri($"{_alertmanager}/api/v2/alerts")));
        return [.. alerts.RootElement.EnumerateArray().Select(Seen)];
    }

    public void Dispose() => _http.Dispose();

    private static SeenAlert Seen(JsonElement alert)
    {
        var labels = alert.GetProperty("labels");
        var about = labels.TryGetProperty("service_name", out var app) ? app : labels.TryGetProperty("host_name", out var host) ? host : default;
        return new(labels.GetProperty("alertname").GetString()!, about.ValueKind == JsonValueKind.String ? about.GetString()! : "", alert.GetProperty("status").GetProperty("inhibitedBy").GetArrayLength() > 0);
    }
}
