using System.Globalization;
using System.Text;
using System.Text.Json;
using Pharos.TestKit.Stack;
using Xunit;

namespace Pharos.TestKit.Tests;

public sealed class RealStackTests : IAsyncLifetime, IDisposable
{
    private readonly HttpClient _http = new();
    private readonly TempHome _home = new();
    private RealStack _stack = null!;

    public async Task InitializeAsync()
    {
        var rules = _home.Write("rules.yml", """
            groups:
              - name: test
                interval: 1s
                rules:
                  - { alert: Present, expr: "test_level_bytes > 0" }
            """);
        _stack = await RealStack.StartAsync(new() { RuleFiles = [rules] });
    }

    [Fact]
    public async Task A_pushed_gauge_is_in_the_file_and_in_Prometheus_and_raises_an_alert()
    {
        await Push("/v1/metrics", Gauge(42));
        await Eventually.True(() => _stack.ReadMetrics().Count == 1, "the file has the request", details: () => _stack.Output);
        await Eventually.True(
            async () => await _stack.QueryValue("""test_level_bytes{service_name="web",pharos_instance_index="3"}""") == 42,
            "Prometheus has the sample, with the promoted labels", details: () => _stack.Output);
        await Eventually.True(HasAlert, "Alertmanager has the alert", details: () => _stack.Output);
    }

    [Fact]
    public async Task Logs_and_traces_can_be_read_back_also_after_the_collector_was_killed()
    {
        await Push("/v1/logs", """{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"first"}}]}]}]}""");
        await Push("/v1/traces", """
            {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","name":"start"}]}]}]}
            """);
        await Eventually.True(() => _stack.ReadLogs().Count == 1 && _stack.ReadTraces().Count == 1, "both are on file");
        await _stack.Collector.KillAsync();
        Assert.False(_stack.Collector.IsRunning);
        await _stack.Collector.StartAsync();
        await Push("/v1/logs", """{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"second"}}]}]}]}""");
        await Eventually.True(() => Bodies().SequenceEqual(["first", "second"]), "both log lines, in order", details: () => _stack.Output);
    }

    [Fact]
    public async Task A_refused_query_says_why()
    {
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => _stack.Query("sum by ("));
        Assert.Contains("parse error", e.Message, StringComparison.Ordinal);
    }

    public async Task DisposeAsync() => await _stack.DisposeAsync();

    public void Dispose()
    {
        _http.Dispose();
        _home.Dispose();
    }

    private static string Gauge(int value)
    {
        var now = (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000).ToString(CultureInfo.InvariantCulture);
        return $$$"""
            {"resourceMetrics":[{"resource":{"attributes":[
                {"key":"service.name","value":{"stringValue":"web"}},{"key":"pharos.instance.index","value":{"intValue":"3"}}]},
              "scopeMetrics":[{"metrics":[{"name":"test.level","unit":"By","gauge":{"dataPoints":[{"asInt":"{{{value}}}","timeUnixNano":"{{{now}}}"}]}}]}]}]}
            """;
    }

    private IEnumerable<string?> Bodies() =>
        from request in _stack.ReadLogs()
        from resource in request.GetProperty("resourceLogs").EnumerateArray()
        from scope in resource.GetProperty("scopeLogs").EnumerateArray()
        from record in scope.GetProperty("logRecords").EnumerateArray()
        select record.GetProperty("body").GetProperty("stringValue").GetString();

    private async Task<bool> HasAlert()
    {
        using var alerts = await _stack.Alerts();
        return alerts.RootElement.EnumerateArray().Any(IsPresent);
    }

    private static bool IsPresent(JsonElement alert) => alert.GetProperty("labels").GetProperty("alertname").GetString() == "Present";

    private async Task Push(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri(_stack.OtlpHttpEndpoint, path), content);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}\n{_stack.Output}");
    }
}
