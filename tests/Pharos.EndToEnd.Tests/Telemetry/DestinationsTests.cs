using Pharos.EndToEnd.Tests.Kit;
using Pharos.TestKit.Otlp;

namespace Pharos.EndToEnd.Tests.Telemetry;

/// <summary><c>pharos otel</c> with a daemon that runs: destinations come, change and go, and the app goes on.</summary>
public sealed class DestinationsTests : PharosTest
{
    private OtlpReceiver _first = null!, _second = null!;

    public override async Task InitializeAsync() => (_first, _second) = (await OtlpReceiver.StartAsync(), await OtlpReceiver.StartAsync());

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task A_destination_takes_effect_without_a_restart_of_apps_outlives_the_daemon_and_goes_when_it_is_told_to()
    {
        Pharos.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
        await Pharos.OkAsync("start", Pharos.Script("ticker", "i=0; while :; do i=$((i+1)); echo \"tick $i\"; sleep 0.1; done"), "--name", "ticker", "--min-uptime", "50ms");
        var pid = (await Pharos.RunningAsync("ticker")).Pid;

        await Pharos.OkAsync("otel", "set", _first.HttpEndpoint.ToString(), "--header", "x-key=s3cret");
        await _first.UntilAsync(r => Ticks(r).Count > 3 && r.Points.Any(p => p.Metric == "process.memory.usage"));
        Assert.All(_first.Requests, r => Assert.Equal("s3cret", r.Headers["x-key"]));

        await Pharos.OkAsync("otel", "set", _second.GrpcEndpoint.ToString(), "--protocol", "grpc", "--temporality", "delta", "--histograms", "exponential", "--name", "second");
        await _second.UntilAsync(r => Ticks(r).Count > 3 && r.Points.Any(p => p is { Metric: "pharos.instance.start.duration", Kind: "exponential", Temporality: 1 }));
        Assert.All(_first.Points.Where(p => p.Metric == "pharos.instance.start.duration"), p => Assert.Equal(("histogram", 2), (p.Kind, p.Temporality)));

        await Pharos.KillDaemonAsync();
        await Pharos.OkAsync("list");
        var (one, two) = (Ticks(_first).Count, Ticks(_second).Count);
        await _first.UntilAsync(r => Ticks(r).Count > one + 3);
        await _second.UntilAsync(r => Ticks(r).Count > two + 3);

        await Pharos.OkAsync("otel", "off", "second");
        two = _second.Requests.Count;
        one = Ticks(_first).Count;
        await _first.UntilAsync(r => Ticks(r).Count > one + 5);
        Assert.Equal(two, _second.Requests.Count);
        Assert.Equal(pid, (await Pharos.RunningAsync("ticker")).Pid);
        Assert.Equal(0, (await Pharos.RunningAsync("ticker")).Restarts);

        // Each line once and in order: the checkpoint of each destination did its work over the death of the daemon.
        var numbers = Ticks(_first);
        Assert.Equal(Enumerable.Range(numbers[0], numbers.Distinct().Count()), numbers.Distinct());
        Assert.DoesNotContain("s3cret", Pharos.Logs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_file_leaves_what_was_in_force_and_the_daemon_says_so_in_one_line()
    {
        await Pharos.OkAsync("list");
        await Pharos.OkAsync("otel", "set", _first.HttpEndpoint.ToString());
        File.WriteAllText(Path.Combine(Pharos.Home, "otel.json"), "{ \"destinations\": { \"default\": { \"endpoint\": \"nonsense\" } } }");
        var set = await Pharos.RunAsync("otel", "set", _second.HttpEndpoint.ToString(), "--name", "second");
        Assert.Equal(1, set.ExitCode);
        Assert.Contains("destinations.default.endpoint: 'nonsense' is not an absolute http:// or https:// URL", set.Out, StringComparison.Ordinal);
        var shown = (await Pharos.OkAsync("otel", "show")).Out;
        Assert.Contains($"{_first.HttpEndpoint}v1/logs", shown, StringComparison.Ordinal);
        Assert.Contains($"{_second.HttpEndpoint}v1/logs", shown, StringComparison.Ordinal);

        var test = await Pharos.OkAsync("otel", "test");
        Assert.Equal(6, test.Out.Split("taken (200)").Length - 1);
        await Pharos.KillDaemonAsync();
        await Pharos.OkAsync("list"); // a daemon starts with a faulty file, too
        Assert.Contains("destinations.default.endpoint", (await Pharos.OkAsync("otel", "show")).Out, StringComparison.Ordinal);
        Assert.Contains("telemetry: " + Path.Combine(Pharos.Home, "otel.json") + ": destinations.default.endpoint", Pharos.Logs, StringComparison.Ordinal);
    }

    private static List<int> Ticks(OtlpReceiver receiver) =>
        [.. receiver.Logs.Select(l => l.Body as string).Where(b => b?.StartsWith("tick ", StringComparison.Ordinal) == true).Select(b => int.Parse(b!["tick ".Length..], System.Globalization.CultureInfo.InvariantCulture))];
}
