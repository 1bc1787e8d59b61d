using System.Net;
using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Telemetry;

[Collection(StackCollection.Name)]
public sealed class MetricsPageTests(SharedStack shared) : PharosTest
{
    private readonly string _app = SharedStack.NameOf("app");

    [Fact]
    public async Task A_scrape_has_the_series_that_a_push_has_and_the_port_has_nothing_else()
    {
        var address = $"127.0.0.1:{FreePort.Next()}";
        Pharos.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = shared.Servers.OtlpHttpEndpoint.ToString();
        Pharos.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
        using var daemon = Pharos.Start(PharosCli.Program, "daemon", "--metrics", address);
        await Eventually.True(async () => (await Pharos.RunAsync("ping")).ExitCode == 0, "the daemon answers", details: () => Pharos.Logs);
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", _app, "--min-uptime", "20ms", "--", "stays-up");
        await Pharos.OkAsync("restart", _app); // the histograms have something to say
        await Pharos.RunningAsync(_app);

        using var http = new HttpClient { BaseAddress = new Uri($"http://{address}") };
        await Eventually.Passes(
            async () =>
            {
                var pushed = await PushedAsync();
                Assert.NotEmpty(pushed);
                Assert.Equal(pushed, NamesOf(await Pharos.GetAsync("/metrics")));
                Assert.Equal(pushed, NamesOf(await http.GetStringAsync(new Uri("/metrics", UriKind.Relative))));
            },
            "push and scrape have the same series", details: () => Pharos.Logs);

        foreach (var (method, path) in new[] { ("GET", "/v1/instances"), ("POST", "/v1/shutdown"), ("GET", "/openapi.json"), ("DELETE", "/v1/apps/all"), ("GET", "/") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using var answer = await http.SendAsync(request);
            Assert.Equal((HttpStatusCode.NotFound, path), (answer.StatusCode, path));
        }

        Assert.True((await Pharos.OneAsync(_app)).IsRunning);
        await Pharos.OkAsync("kill");
        await daemon.WaitForExitAsync().WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal(0, daemon.ExitCode);
    }

    private async Task<SortedSet<string>> PushedAsync()
    {
        using var answer = await shared.Servers.Query($$"""count by (__name__) ({service_name="{{_app}}"})""");
        return Names(answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(r => r.GetProperty("metric").GetProperty("__name__").GetString()!));
    }

    private SortedSet<string> NamesOf(string page) => Names(
        page.Split('\n').Where(l => l.Contains($"service_name=\"{_app}\"", StringComparison.Ordinal)).Select(l => l[..l.IndexOf('{')]));

    private static SortedSet<string> Names(IEnumerable<string> all) => new(all.Where(n => n != "target_info"), StringComparer.Ordinal);
}
