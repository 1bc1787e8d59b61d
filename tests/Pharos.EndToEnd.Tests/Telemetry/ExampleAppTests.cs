using System.Globalization;
using Pharos.EndToEnd.Tests.Kit;
using Pharos.TestKit.Otlp;
using Xunit.Abstractions;

namespace Pharos.EndToEnd.Tests.Telemetry;

public sealed class ExampleAppTests(ITestOutputHelper output) : PharosTest
{
    [Fact]
    public async Task Kill_9_of_the_example_app_is_one_restart_one_event_and_one_linked_trace()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var clock = Path.Combine(Pharos.Folder, "clock");
        Pharos.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.HttpEndpoint.ToString();
        await Pharos.OkAsync("start", PharosCli.Example, "--name", "example", "--min-uptime", "50ms",
            "--env", $"PORT={FreePort.Next()}", "--env", $"PHAROS_EXAMPLE_CLOCK={clock}");
        for (var crash = 1; crash <= 2; crash++)
        {
            await Pharos.RunningAsync("example");
            await Eventually.True(() => Listening(clock) == crash, "the example listens", details: () => Pharos.Logs);
            var before = await Pharos.RunningAsync("example");
            Sys.Signal(before.Pid!.Value, Sys.SigKill);
            var after = await Pharos.UntilAsync("example", i => i.IsRunning && i.Restarts == crash, "runs again");
            Assert.Equal("crash", after.LastRestartReason);
            Assert.NotEqual(before.Pid, after.Pid);
        }

        await receiver.UntilAsync(r => Restarts(r).Count == 2 && Exits(r).Count == 2);
        await Pharos.OkAsync("stop", "example");
        await receiver.UntilAsync(r => Exits(r).Count == 3); // after the stop all is told: what there were too many of would be here
        foreach (var exit in Exits(receiver).Take(2))
        {
            Assert.Equal((9L, "signal"), (exit.Attributes["pharos.exit.signal"], exit.Attributes["pharos.exit.reason"]));
            Assert.Contains((object?[])exit.Attributes["pharos.exit.last_lines"]!, l => ((string)l!).Contains("listening on", StringComparison.Ordinal));
        }

        var restarts = Restarts(receiver);
        Assert.Equal(2, restarts.Count);
        var start = Assert.Single(receiver.Spans, s => s.Name == "pharos.instance.start");
        Assert.Equal((start.TraceId, start.SpanId), Assert.Single(restarts[0].Links));
        Assert.Equal((restarts[0].TraceId, restarts[0].SpanId), Assert.Single(restarts[1].Links));
        Assert.All(restarts, r => Assert.Equal(("", "crash"), (r.ParentSpanId, r.Attributes["pharos.restart.reason"])));
        foreach (var away in Away(clock))
            output.WriteLine($"away for {away:0.0} ms, by the app's own clock");
    }

    [Fact]
    public async Task Over_gRPC_every_request_is_compressed_when_that_was_asked_for()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        Pharos.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.GrpcEndpoint.ToString();
        Pharos.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
        Pharos.Environment["OTEL_EXPORTER_OTLP_COMPRESSION"] = "gzip";
        Pharos.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
        await Pharos.OkAsync("start", PharosCli.Example, "--name", "example", "--min-uptime", "50ms", "--env", $"PORT={FreePort.Next()}");
        bool Comes(string signal) => receiver.Requests.Any(r => r.Signal == signal && r.IsGrpc && r.IsGzip);
        await receiver.UntilAsync(_ => Comes("logs") && Comes("metrics") && Comes("traces"));
        Assert.All(receiver.Requests.Where(r => r.Signal != "traces"), r => Assert.True(r.IsGrpc && r.IsGzip, $"{r.Signal}: {r}"));
    }

    private static IReadOnlyList<ReceivedLog> Exits(OtlpReceiver receiver) => [.. receiver.Logs.Where(l => l.EventName == "pharos.instance.exited").OrderBy(l => l.Time)];

    private static IReadOnlyList<ReceivedSpan> Restarts(OtlpReceiver receiver) => [.. receiver.Spans.Where(s => s.Name == "pharos.instance.restart").OrderBy(s => s.Start)];

    private static int Listening(string clock) => PharosCli.LinesOf(clock).Count(l => l.StartsWith("listening", StringComparison.Ordinal));

    /// <summary>Milliseconds from the last beat of each process to the first line of the next.</summary>
    private static IEnumerable<double> Away(string clock)
    {
        var last = 0L;
        foreach (var words in PharosCli.LinesOf(clock).Select(l => l.Split(' ')))
        {
            var at = long.Parse(words[1], CultureInfo.InvariantCulture);
            if (words[0] == "start" && last > 0)
                yield return (at - last) / 1e6;
            last = at;
        }
    }
}
