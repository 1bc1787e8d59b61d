using System.Net.Sockets;
using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Node;

public sealed class ClusterTests : PharosTest
{
    /// <summary>How often an app is reloaded under load; ten for a measurement.</summary>
    private static readonly int Reloads = int.Parse(Environment.GetEnvironmentVariable("PHAROS_TEST_RELOADS") ?? "3");

    [Theory]
    [InlineData("18", 0, "shared")]
    [InlineData("20", 2000, "shared")]
    [InlineData("22", 0, "round_robin")]
    [InlineData("24", 0, "shared")]
    public async Task Reloads_under_load_cost_no_request_with_and_without_keep_alive(string node, int startMilliseconds, string balance)
    {
        var port = await ServeAsync(node, startMilliseconds, balance);
        await using var kept = new Load(port, 8, keepAlive: true);
        await using var single = new Load(port, 4, keepAlive: false);
        for (var i = 0; i < Reloads; i++)
        {
            await single.MoreAsync(20);
            await Pharos.OkAsync("reload", "web");
        }

        await kept.MoreAsync(100);
        await single.MoreAsync(100);
        Assert.Equal(((0, 0, 0), (0, 0, 0)), (kept.Failures, single.Failures));
        Assert.Equal(2 * (Reloads + 1), single.Answers.Count); // every process of them has answered
    }

    [Fact]
    public async Task A_worker_that_is_killed_and_a_daemon_that_is_killed_cost_no_refused_connection()
    {
        var port = await ServeAsync("20", 0, "shared");
        await using var single = new Load(port, 4, keepAlive: false);
        await single.MoreAsync(50);
        var before = await PidsAsync();
        Sys.Signal(before[0], Sys.SigKill);
        await single.MoreAsync(50);
        await Eventually.True(async () => (await PidsAsync()) is [var first, _] && first > 0 && first != before[0], "it is back");
        Assert.Equal(0, single.Failures.Refused);
        var pids = await PidsAsync();
        await Eventually.True(() => single.Answers.Keys.Any(k => k.Contains($"{pids[0]}", StringComparison.Ordinal)), "it serves"); // one that has no socket yet when the daemon dies never gets it
        await Pharos.KillDaemonAsync();
        await single.MoreAsync(200);
        await Pharos.OkAsync("list");
        Assert.Equal(pids, await PidsAsync()); // adopted
        var broken = single.Failures.Broken;
        await Pharos.OkAsync("reload", "web"); // by the new daemon, with the socket of the old one
        await single.MoreAsync(50);
        Assert.Equal((0, broken, 0), single.Failures);
    }

    [Fact]
    public async Task A_reload_to_a_process_that_does_not_come_up_leaves_the_old_one_and_fails()
    {
        var port = await ServeAsync("20", 0, "shared", "--reload-timeout", "5s");
        var before = await PidsAsync();
        File.WriteAllText(Path.Combine(Pharos.Folder, "app.js"), "setTimeout(() => process.exit(3), 100);");
        var reload = await Pharos.RunAsync("reload", "web");
        Assert.Equal(1, reload.ExitCode);
        Assert.Contains("which goes on with its old process: the new process ended before it was ready: exit code 3", reload.Err + reload.Out, StringComparison.Ordinal);
        Assert.Equal(before, await PidsAsync());
        await using var single = new Load(port, 1, keepAlive: false);
        await single.MoreAsync(10);
        Assert.Equal((0, 0, 0), single.Failures);
    }

    [Fact]
    public async Task Requests_are_shown_and_messages_and_actions_go_both_ways()
    {
        var port = await ServeAsync("20", 0, "shared");
        await using (var single = new Load(port, 2, keepAlive: false))
        {
            await single.MoreAsync(20);
            await Eventually.True(async () => (await Pharos.OkAsync("list")).Out.Contains("req/s", StringComparison.Ordinal), "list shows requests");
        }

        await Eventually.True(async () => (await Pharos.GetAsync("/metrics")).Contains("http_server_request_duration_seconds_bucket{", StringComparison.Ordinal), "they are metrics");
    }

    private async Task<int> ServeAsync(string node, int startMilliseconds, string balance, params string[] more)
    {
        var port = FreePort.Next();
        var script = Path.Combine(Pharos.Folder, "app.js");
        File.WriteAllText(script, $"setTimeout(() => require('http').createServer((q, r) => r.end(`${{process.pid}}.\\n`)).listen({port}), {startMilliseconds});");
        await Pharos.OkAsync(["start", script, "-n", "web", "-i", "2", "--cluster", balance, "--interpreter", Nodes.Of(node), .. more]);
        await Eventually.True(async () => (await Pharos.InstancesAsync("web")).All(i => i is { IsRunning: true, Readiness: "ready" }), "both are ready", details: () => Pharos.Logs);
        await Eventually.True(() => Listens(port), "it listens"); // without a probe, ready is who has lived for a while
        return port;
    }

    private static bool Listens(int port)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task<int[]> PidsAsync() => [.. (await Pharos.InstancesAsync("web")).OrderBy(i => i.Index).Select(i => i.Pid ?? 0)];
}
