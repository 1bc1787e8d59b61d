using System.Diagnostics;
using Pharos.EndToEnd.Tests.Kit;
using Xunit.Abstractions;

namespace Pharos.EndToEnd.Tests.Stack;

/// <summary>
/// The shipped stack, started by <c>pharos stack up</c>, and what it says of a real crash loop, a storm over 50 instances, an app that runs out of
/// memory and a supervisor that dies, all at once. Export interval, rule intervals, windows and Alertmanager's waits are those of the shipped files.
/// </summary>
/// <remarks>
/// The memory is that of <c>--max-memory</c>: a kill by the kernel needs a control group that not every machine gives us; the rule is the same, and
/// its unit test has both reasons. The silent supervisor says that its host is another one, else its silence would (as designed) inhibit the others.
/// </remarks>
public sealed class AlertsTests(ITestOutputHelper output) : PharosTest
{
    private const int StormInstances = 50;
    private const string Elsewhere = "elsewhere";
    private static readonly TimeSpan Told = TimeSpan.FromSeconds(60), Counted = TimeSpan.FromSeconds(15), Patience = TimeSpan.FromSeconds(60);
    private readonly PharosCli _apps = new(), _silent = new();
    private readonly Webhook _webhook = new();
    private readonly Stopwatch _since = new();
    private RunningStack _stack = null!;

    public override async Task DisposeAsync()
    {
        _stack.Dispose();
        await _apps.DisposeAsync();
        await _silent.DisposeAsync();
        await base.DisposeAsync();
        await _webhook.DisposeAsync();
    }

    public override Task InitializeAsync()
    {
        _stack = new(Pharos);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_goes_wrong_is_told_within_a_minute_and_once_and_ends_when_it_is_mended()
    {
        await _stack.UpAsync(_webhook.Url);
        await CalmAsync();
        await Pharos.OkAsync("stack", "status");

        _since.Start();
        File.WriteAllText(Broken, "");
        await _silent.KillDaemonAsync();

        await Task.WhenAll(
            ByAsync(Counted, "the first crash is counted", async () => await _stack.ValueAsync("""sum(pharos_instance_restarts_total{service_name="loop",pharos_restart_reason="crash"})""") > 0),
            ByAsync(Told, "the storm is told", () => HasAsync("RestartStorm", "storm")),
            ByAsync(Told, "the loop is told", () => HasAsync("InstanceCrashLooping", "loop")),
            ByAsync(Told, "the memory is told", () => HasAsync("ExitByOom", "memory")),
            ByAsync(Told, "the silence is told", () => HasAsync("SupervisorAbsent", Elsewhere)));
        await ByAsync(TimeSpan.FromSeconds(120), "all of the storm were given up, and the storm speaks for them",
            async () => (await _stack.AlertsAsync()).Count(a => a is { Name: "InstanceErrored", About: "storm", IsInhibited: true }) == StormInstances);

        string[] expected = ["ExitByOom memory", "InstanceCrashLooping loop", "RestartStorm storm", $"SupervisorAbsent {Elsewhere}", "Watchdog "];
        Assert.Equal(expected, await SpeakingAsync());
        Assert.Empty(await _stack.RuleErrorsAsync());
        await ByAsync(TimeSpan.FromSeconds(150), "both pages came", () => Task.FromResult(_webhook.To("page").Count >= 2));

        await MendAsync();
        var mended = _since.Elapsed;
        await ByAsync(mended + TimeSpan.FromSeconds(110), "all is over", async () => (await SpeakingAsync()).SequenceEqual(["Watchdog "]) && (await _stack.AlertsAsync()).Count == 1);

        var pages = _webhook.To("page");
        Assert.Equal(["RestartStorm", "SupervisorAbsent"], pages.SelectMany(p => p.Select(a => a.GetProperty("labels").GetProperty("alertname").GetString()!)).Order(StringComparer.Ordinal));
        Assert.All(pages.SelectMany(p => p), alert => Assert.All(["summary", "description", "runbook_url", "dashboard_url"], key =>
            Assert.DoesNotContain("<error", alert.GetProperty("annotations").GetProperty(key).GetString()!, StringComparison.Ordinal)));
        Assert.Contains(_webhook.To("watchdog"), p => p.Count == 1);

        await Pharos.OkAsync("stack", "down");
        Assert.Empty(await Pharos.InstancesAsync());
        Assert.Equal(1, (await Pharos.RunAsync("stack", "status")).ExitCode);
    }

    private string Broken => Path.Combine(_apps.Folder, "broken");

    /// <summary>Everything runs, and Prometheus knows of all of it.</summary>
    private async Task CalmAsync()
    {
        _apps.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = _silent.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = _stack.Otlp;
        _silent.Environment["OTEL_RESOURCE_ATTRIBUTES"] = $"host.name={Elsewhere}";
        var crashes = _apps.Script("crashes.sh", $"trap 'exit 0' INT; while test ! -e {Broken}; do sleep 1; done; echo it broke; exit 3");
        var eats = _apps.Script("eats.sh", $"while test ! -e {Broken}; do sleep 1; done; test ! -e eaten || exec sleep 100000; touch eaten; x=$(head -c 60000000 /dev/zero | tr '\\0' a); sleep 100000");
        await _silent.OkAsync("list");
        await _apps.OkAsync("start", crashes, "--name", "storm", "-i", $"{StormInstances}");
        await _apps.OkAsync("start", crashes, "--name", "loop", "--max-crashes", "0", "--backoff-cap", "4s");
        await _apps.OkAsync("start", eats, "--name", "memory", "--max-memory", "30m");
        await _apps.OkAsync("start", PharosCli.Fixture, "--name", "calm", "--", "stays-up");
        await Eventually.True(
            async () => await _stack.ValueAsync($$"""count(pharos_instance_status{pharos_instance_state="running"} == 1)""") == StormInstances + 3
                && await _stack.ValueAsync("count(pharos_heartbeat_total)") == 2,
            "Prometheus knows of all instances and of both supervisors", Patience, () => $"{_apps.Logs}\n{Pharos.Logs}");
        foreach (var metric in new[] { "otelcol_process_uptime_seconds_total", "otelcol_exporter_queue_size", "otelcol_exporter_queue_capacity", "otelcol_receiver_refused_metric_points_total" })
            await Eventually.True(async () => await _stack.ValueAsync($"count({metric})") > 0, $"the rules name {metric}, and the Collector tells it");
        await Eventually.True(async () => (await SpeakingAsync()).SequenceEqual(["Watchdog "]), "all is calm", Patience, Now);
    }

    private async Task MendAsync()
    {
        File.Delete(Broken);
        await _silent.OkAsync("list");
        await _apps.OkAsync("restart", "storm"); // the loop goes on by itself
        await _apps.OkAsync("delete", "memory");
    }

    /// <summary>The alerts that somebody is told of: name and what it is about.</summary>
    private async Task<IReadOnlyList<string>> SpeakingAsync() =>
        [.. (await _stack.AlertsAsync()).Where(a => !a.IsInhibited).Select(a => $"{a.Name} {a.About}").Distinct().Order(StringComparer.Ordinal)];

    private async Task<bool> HasAsync(string name, string about) => (await _stack.AlertsAsync()).Contains(new(name, about, IsInhibited: false));

    private async Task ByAsync(TimeSpan deadline, string what, Func<Task<bool>> condition)
    {
        await Eventually.True(condition, $"{what} {deadline.TotalSeconds} s after the cause", deadline - _since.Elapsed, Now);
        output.WriteLine($"{_since.Elapsed.TotalSeconds,6:0.0} s: {what}");
    }

    private string Now() => string.Join('\n', _stack.AlertsAsync().GetAwaiter().GetResult().GroupBy(a => a).Select(g => $"{g.Count()} {g.Key}")) + $"\n{Pharos.Logs}\n{_apps.Logs}";
}
