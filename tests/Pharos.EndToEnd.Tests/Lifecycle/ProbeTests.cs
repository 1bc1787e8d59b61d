using System.Net;
using System.Net.Sockets;
using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Lifecycle;

public sealed class ProbeTests : PharosTest
{
    private string Status => Path.Combine(Pharos.Folder, "status");

    [Fact]
    public async Task An_app_that_answers_503_runs_unready_everywhere_and_is_not_restarted_and_goes_on_so_under_the_next_daemon()
    {
        Answer("200 OK");
        await Pharos.OkAsync("apply", Web("ready: {http: 'http://127.0.0.1:${PORT}/health', interval: 100ms, start_period: 100ms, failures: 2}"));
        await Pharos.UntilAsync("web", i => i is { State: "running", Readiness: "ready" }, "is as wanted");
        await using var events = await Pharos.FollowAsync("/v1/events");
        Answer("503 Busy");
        var it = await Pharos.UntilAsync("web", i => i.Readiness == "unready", "is as wanted");
        Assert.Equal(("running", 0L, "http 503, 2 times in a row"), (it.State, it.Restarts, it.ReadinessReason));
        Assert.Contains("running, unready", (await Pharos.OkAsync("describe", "web")).Out, StringComparison.Ordinal);
        Assert.Contains("unready", (await Pharos.OkAsync("list")).Out, StringComparison.Ordinal);
        Assert.Contains("pharos_instance_ready{", await Ready("0"), StringComparison.Ordinal);
        await events.SeesAsync("pharos.instance.unready");

        await Pharos.KillDaemonAsync();
        await Pharos.OkAsync("list");
        var adopted = await Pharos.UntilAsync("web", i => i.Readiness == "unready", "is as wanted");
        Assert.Equal((it.Pid, "running", 0L), (adopted.Pid, adopted.State, adopted.Restarts));
        Answer("200 OK");
        it = await Pharos.UntilAsync("web", i => i.Readiness == "ready", "is as wanted");
        Assert.Equal((adopted.Pid, 0L, null), (it.Pid, it.Restarts, it.ReadinessReason));
    }

    [Fact]
    public async Task An_app_whose_liveness_fails_is_restarted_with_reason_probe()
    {
        Answer("200 OK");
        await Pharos.OkAsync("apply", Web("live: {http: 'http://127.0.0.1:${PORT}/', interval: 100ms, start_period: 5s, failures: 2}\n  min_uptime: 20ms"));
        var before = await Pharos.RunningAsync("web");
        Answer("500 Broken");
        var after = await Pharos.UntilAsync("web", i => i.Incarnation > 1 && i.Pid is not null, "is as wanted");
        Answer("200 OK");
        Assert.NotEqual(before.Pid, after.Pid);
        Assert.Equal(("probe", "probe_failed"), (after.LastRestartReason, after.LastExit?.Reason));
    }

    [Fact]
    public async Task An_app_that_never_gets_ready_fails_its_dependants_with_the_reason_and_goes_on_itself()
    {
        Answer("503 Busy");
        var file = Web(
            "ready: {http: 'http://127.0.0.1:${PORT}/', interval: 100ms, start_period: 200ms, deadline: 1s}",
            $"- name: front\n  script: {PharosCli.Fixture}\n  args: stays-up\n  depends_on: web\n");
        var run = await Pharos.RunAsync("apply", file);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("it depends on web:0, which did not get ready within 1 s (http 503", run.Out + run.Err, StringComparison.Ordinal);
        var front = await Pharos.UntilAsync("front", i => i.State == "failed", "is as wanted");
        Assert.Equal(("dependency_failed", 0), (front.Failure, front.Incarnation - 1));
        Assert.Equal("running", (await Pharos.UntilAsync("web", i => i.Readiness == "unready", "is as wanted")).State);
        Answer("200 OK");
        await Pharos.OkAsync("start", "front");
        Assert.NotNull((await Pharos.UntilAsync("front", i => i.State is "starting" or "running", "is as wanted")).Pid);
    }

    [Fact]
    public async Task An_app_says_itself_that_it_is_ready_and_what_it_is_at()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "app", "--ready", "notify", "--", "notifies", "-", "STATUS=serving", "READY=1", "stay");
        var it = await Pharos.UntilAsync("app", i => i is { Readiness: "ready", Status: "serving" }, "is as wanted");
        Assert.Equal("running", it.State);
        Assert.Contains("serving", (await Pharos.OkAsync("describe", "app")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_of_output_and_a_command_and_a_port_make_it_ready()
    {
        Answer("200 OK");
        var port = FreePort();
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "by-line", "--ready", "log:^listening on", "--", "serves", $"{port}", Status);
        await Pharos.UntilAsync("by-line", i => i.Readiness == "ready", "is as wanted");
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "by-port", "--ready", $"tcp:127.0.0.1:{port}", "--", "stays-up");
        await Pharos.UntilAsync("by-port", i => i.Readiness == "ready", "is as wanted");
        var flag = Path.Combine(Pharos.Folder, "flag");
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "by-command", "--ready", $"exec:test -e {flag} && test \"$PHAROS_APP\" = by-command", "--", "stays-up");
        Assert.Equal("not_ready", (await Pharos.UntilAsync("by-command", i => i.Pid is not null, "is as wanted")).Readiness);
        File.WriteAllText(flag, "");
        await Pharos.UntilAsync("by-command", i => i.Readiness == "ready", "is as wanted");
    }

    [Fact]
    public async Task A_Node_app_says_that_it_is_ready_and_keeps_its_channel_when_the_daemon_is_killed()
    {
        var script = Path.Combine(Pharos.Folder, "app.js");
        var go = Path.Combine(Pharos.Folder, "go");
        File.WriteAllText(script, $"const fs = require('fs'); process.on('disconnect', () => console.log('disconnected'));\nconst wait = setInterval(() => {{ if (fs.existsSync('{go}')) {{ clearInterval(wait); process.send('ready'); }} }}, 20); setInterval(() => {{}}, 1000);");
        await Pharos.OkAsync("start", script, "--name", "app", "--ready", "ipc");
        var before = await Pharos.UntilAsync("app", i => i.Pid is not null, "is there");
        Assert.Equal("not_ready", before.Readiness);
        await Pharos.KillDaemonAsync();
        File.WriteAllText(go, "");
        await Pharos.OkAsync("list");
        var after = await Pharos.UntilAsync("app", i => i.Readiness == "ready", "is ready");
        Assert.Equal((before.Pid, 0L), (after.Pid, after.Restarts));
        Assert.DoesNotContain("disconnected", PharosCli.LinesOf(after.OutLog));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Answer(string status)
    {
        File.WriteAllText(Status + ".new", status);
        File.Move(Status + ".new", Status, overwrite: true);
    }

    private string Web(string probe, string more = "")
    {
        var port = FreePort();
        var path = Path.Combine(Pharos.Folder, "pharos.yaml");
        File.WriteAllText(path, $"- name: web\n  script: {PharosCli.Fixture}\n  args: [serves, '{port}', '{Status}']\n  port: {port}\n  {probe}\n{more}");
        return path;
    }

    private async Task<string> Ready(string value) =>
        (await Pharos.GetAsync("/metrics")).Split('\n').FirstOrDefault(l => l.StartsWith("pharos_instance_ready{", StringComparison.Ordinal) && l.EndsWith(" " + value, StringComparison.Ordinal)) ?? "";
}
