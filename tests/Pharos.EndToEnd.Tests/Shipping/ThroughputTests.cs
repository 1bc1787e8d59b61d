using System.Globalization;
using Pharos.EndToEnd.Tests.Kit;
using Pharos.EndToEnd.Tests.Telemetry;
using Xunit.Abstractions;

namespace Pharos.EndToEnd.Tests.Shipping;

/// <summary>Many lines at once. PHAROS_SHIP_SECONDS says for how long (3), 60 is the full size.</summary>
[Collection(StackCollection.Name)]
public sealed class ThroughputTests(SharedStack shared, ITestOutputHelper output) : PharosTest
{
    private const int LinesPerSecond = 2_000; // of each instance
    private static readonly int Seconds = int.Parse(Environment.GetEnvironmentVariable("PHAROS_SHIP_SECONDS") ?? "3", CultureInfo.InvariantCulture);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60 + (Seconds * 2));

    [Fact]
    public async Task Twenty_thousand_lines_a_second_of_ten_instances_arrive_once_in_order_and_as_their_own()
    {
        Pharos.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = shared.Servers.OtlpHttpEndpoint.ToString();
        var apps = Enumerable.Range(0, 5).Select(i => SharedStack.NameOf($"spews{i}")).ToList();
        var lines = Seconds * LinesPerSecond;
        await Pharos.OkAsync("list");
        var daemon = await Pharos.DaemonPidAsync();
        var before = Usage.Of(daemon);
        await Task.WhenAll(apps.Select(app => Pharos.OkAsync(
            "start", PharosCli.Fixture, "--name", app, "-i", "2", "--restart", "never", "--", "spews", $"{lines}", $"{LinesPerSecond}")));

        Delivered delivered = null!;
        await Eventually.True(
            () =>
            {
                delivered = Delivered.Of(shared.Servers, apps);
                return delivered.Count >= lines * 10;
            },
            "every line has arrived", Patience, () => $"{delivered.Count} of {lines * 10}\n{Pharos.Logs}");
        var after = Usage.Of(daemon);
        Assert.Equal(10, delivered.Lines.Count);
        Assert.All(apps, app => Assert.Equal(2, delivered.Lines.Keys.Count(k => k.Service == app)));
        foreach (var instance in delivered.Lines.Values)
        {
            Assert.Equal(lines, instance.Count);
            for (var i = 0; i < lines; i++)
                Assert.Equal($"line {i + 1}", instance[i]);
        }

        var metrics = await Pharos.GetAsync("/metrics");
        Assert.DoesNotMatch("pharos_log_dropped_total{.*} [1-9]", metrics);
        var cpu = after.CpuSeconds - before.CpuSeconds;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{lines * 10} lines in {Seconds} s: daemon {cpu:0.00} CPU-s ({cpu * 1e6 / (lines * 10):0.0} us a line), memory {before.RssBytes / 1048576.0:0.0} -> {after.RssBytes / 1048576.0:0.0} MiB"));
    }
}
