using Pharos.EndToEnd.Tests.Kit;
using Pharos.TestKit.Stack;

namespace Pharos.EndToEnd.Tests.Telemetry;

/// <summary>What a real Collector and a real Prometheus have of three apps of three languages, one of which crashes.</summary>
[Collection(StackCollection.Name)]
public sealed class CollectorTests(SharedStack shared) : PharosTest
{
    private const int Crashes = 7; // the default limit is 10 in a minute
    private const long Client = 3; // SPAN_KIND_CLIENT
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private readonly string _worker = SharedStack.NameOf("worker");
    private readonly string _node = SharedStack.NameOf("node");
    private readonly string _python = SharedStack.NameOf("python");

    private RealStack Stack => shared.Servers;

    [Fact]
    public async Task Three_apps_and_seven_crashes_are_told_completely_and_once()
    {
        Pharos.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = Stack.OtlpHttpEndpoint.ToString();
        Pharos.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
        await StartAsync();
        await CrashAsync();
        await MetricsArriveAsync();
        await Pharos.OkAsync("stop", "all");
        await LinesArriveAsync();
        await EventsArriveAsync();
        await SpansArriveAsync();
        Assert.DoesNotContain(Mine(OtlpJson.Points(Stack), p => p.Resource), p => p.Attributes.Keys.Concat(p.Resource.Keys).Any(k => k.Contains("pid", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_same_goes_over_gRPC_with_gzip()
    {
        Pharos.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = Stack.OtlpGrpcEndpoint.ToString();
        Pharos.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
        Pharos.Environment["OTEL_EXPORTER_OTLP_COMPRESSION"] = "gzip";
        Pharos.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
        await Pharos.OkAsync("start", Repository.PathOf("examples", "shell", "worker.sh"), "--name", _worker, "--env", "INTERVAL=0.2", "--min-uptime", "50ms");
        await Pharos.RunningAsync(_worker);
        await Pharos.LineAsync(_worker, "line 4");
        await Until(async () => await Stack.QueryValue($$"""process_memory_usage_bytes{service_name="{{_worker}}"}""") > 0, "Prometheus has its memory");
        await Pharos.OkAsync("stop", _worker);
        await LinesArriveAsync(_worker);
        await Until(() => Task.FromResult(Spans(_worker, "pharos.instance.start").Count == 1 && Spans(_worker, "pharos.instance.stop").Count == 1), "the spans are there");
    }

    private async Task StartAsync()
    {
        await Pharos.OkAsync("start", Repository.PathOf("examples", "node", "app.js"), "--name", _node, "--env", $"PORT={FreePort.Next()}");
        await Pharos.OkAsync("start", Repository.PathOf("examples", "python", "app.py"), "--name", _python, "--env", $"PORT={FreePort.Next()}");
        await Pharos.OkAsync("start", Repository.PathOf("examples", "shell", "worker.sh"), "--name", _worker, "--env", "INTERVAL=0.1", "--min-uptime", "50ms");
        await Pharos.LineAsync(_node, "listening");
        await Pharos.LineAsync(_python, "listening");
    }

    private async Task CrashAsync()
    {
        for (var crash = 0; crash <= Crashes; crash++)
        {
            var it = await Pharos.UntilAsync(_worker, i => i.IsRunning && i.Restarts == crash && Beginnings(i) == crash + 1, $"runs again after {crash} crashes, and prints");
            if (crash < Crashes)
                Sys.Signal(it.Pid!.Value, Sys.SigKill);
        }
    }

    private async Task MetricsArriveAsync()
    {
        await Until(async () => await Stack.QueryValue($$"""pharos_instance_restarts_total{service_name="{{_worker}}",pharos_restart_reason="crash"}""") == Crashes, "Prometheus has the crashes");
        Assert.Equal(0, await Stack.QueryValue($$"""sum(pharos_instance_restarts_total{service_name="{{_worker}}",pharos_restart_reason!="crash"})"""));
        Assert.Equal(Crashes, await Stack.QueryValue($$"""sum(pharos_instance_exits_total{service_name="{{_worker}}",pharos_exit_reason="signal"})"""));
        foreach (var app in new[] { _node, _python, _worker })
        {
            await Until(async () => await Stack.QueryValue($$"""process_memory_usage_bytes{service_name="{{app}}"}""") > 100_000, $"Prometheus has the memory of {app}");
            Assert.Equal(2, await Stack.QueryValue($$"""count(process_cpu_time_seconds_total{service_name="{{app}}",cpu_mode=~"user|system"})"""));
            if (app != _worker) // a shell that sleeps may well have used less than a clock tick
                await Until(async () => await Stack.QueryValue($$"""sum(process_cpu_time_seconds_total{service_name="{{app}}"})""") > 0, $"Prometheus has the time that {app} used"); // the first sample may be of its first instant
        }
    }

    private async Task LinesArriveAsync(params string[] only)
    {
        foreach (var app in only.Length > 0 ? only : [_node, _python, _worker])
        {
            var it = await Pharos.OneAsync(app);
            foreach (var (stream, file) in new[] { ("stdout", it.OutLog), ("stderr", it.ErrLog) })
            {
                var written = PharosCli.LinesOf(file);
                Assert.True(written.Count > 0 || stream == "stderr", $"{app} printed nothing");
                await Until(() => Task.FromResult(Lines(app, stream).Count >= written.Count), $"all {written.Count} lines of {app} {stream} arrived");
                Assert.Equal(written, Lines(app, stream));
            }
        }
    }

    private async Task EventsArriveAsync()
    {
        await Until(() => Task.FromResult(Exits().Count() == Crashes + 1), "each end of the worker was told: the crashes, and the stop");
        var crashes = Exits().Where(e => (string)e.Attributes["pharos.exit.reason"] == "signal").ToList();
        Assert.Equal(Crashes, crashes.Count);
        Assert.All(crashes, exit =>
        {
            Assert.Equal((9L, "SIGKILL"), ((long)exit.Attributes["pharos.exit.signal"], (string)exit.Attributes["pharos.exit.signal.name"]));
            Assert.InRange((double)exit.Attributes["pharos.exit.uptime"], 0.01, 60);
            Assert.Contains(((object[])exit.Attributes["pharos.exit.last_lines"]).Cast<string>(), l => l.Contains("worker started", StringComparison.Ordinal));
        });
    }

    private async Task SpansArriveAsync()
    {
        await Until(() => Task.FromResult(Spans(_worker, "pharos.instance.restart").Count == Crashes), "each restart has a span");
        await Until(() => Task.FromResult(Spans(_worker, "pharos.instance.stop").Count == 1), "the stop has a span");
        var all = OtlpJson.Spans(Stack);
        var start = Assert.Single(Spans(_worker, "pharos.instance.start"));
        var command = Assert.Single(all, s => s.SpanId == start.Parent);
        Assert.Equal(("pharos", "pharos-cli", Client, "", start.TraceId), (command.Name, command.Service, command.Kind, command.Parent, command.TraceId));
        Assert.Equal("start", command.Attributes["pharos.command"]);
        HasSteps(all, start);

        var before = start;
        foreach (var restart in Spans(_worker, "pharos.instance.restart").OrderBy(s => s.Start))
        {
            HasSteps(all, restart);
            Assert.Equal(("crash", "signal"), (restart.Attributes["pharos.restart.reason"], restart.Attributes["pharos.exit.reason"]));
            Assert.Equal("", restart.Parent);
            Assert.Equal((before.TraceId, before.SpanId), Assert.Single(restart.Links));
            Assert.NotEqual(before.TraceId, restart.TraceId);
            before = restart;
        }
    }

    private static void HasSteps(IReadOnlyList<SeenSpan> all, SeenSpan operation)
    {
        var steps = all.Where(s => s.Parent == operation.SpanId && s.Name != "backoff").OrderBy(s => s.Start).ToList();
        Assert.Equal(["resolve", "spawn", "wait-ready"], steps.Select(s => s.Name));
        Assert.All(steps, s => Assert.Equal(operation.TraceId, s.TraceId));
    }

    private static int Beginnings(Instance it) => PharosCli.LinesOf(it.OutLog).Count(l => l.Contains("worker started", StringComparison.Ordinal));

    private IEnumerable<T> Mine<T>(IEnumerable<T> all, Func<T, IReadOnlyDictionary<string, object>> resource) =>
        all.Where(x => resource(x)["service.name"] is string name && (name == _worker || name == _node || name == _python));

    private IReadOnlyList<string> Lines(string app, string stream) =>
    [
        .. OtlpJson.Logs(Stack)
            .Where(l => l.EventName.Length == 0 && (string)l.Resource["service.name"] == app && (string)l.Attributes["log.iostream"] == stream)
            .Select(l => l.Body),
    ];

    private IEnumerable<SeenLog> Exits() => OtlpJson.Logs(Stack).Where(l => l.EventName == "pharos.instance.exited" && (string)l.Resource["service.name"] == _worker);

    private IReadOnlyList<SeenSpan> Spans(string app, string name) =>
        [.. OtlpJson.Spans(Stack).Where(s => s.Name == name && s.Attributes.GetValueOrDefault("pharos.app.name") as string == app)];

    private Task Until(Func<Task<bool>> condition, string what) => Eventually.True(condition, what, Patience, () => $"{Pharos.Logs}\n{Stack.Output}");
}
