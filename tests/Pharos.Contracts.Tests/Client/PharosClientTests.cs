using System.Text.Json;
using Pharos.Cli.Tests;
using Pharos.Contracts.Client;
using Pharos.Contracts.Tests.Text;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Contracts.Tests.Client;

public sealed class PharosClientTests : IDisposable
{
    private readonly TempHome _home = new();

    private string Socket => _home.File("pharos.sock");

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Instances_read_back_as_they_were_sent()
    {
        var sent = Samples.Mixed().ToArray();
        using var server = new ScriptedServer(Socket, ScriptedServer.Response(JsonSerializer.Serialize(sent, ContractsJson.Default.InstanceViewArray)));
        using var client = new PharosClient(Socket);
        var got = await client.Instances("a b:0");
        Assert.Equal(sent.Select(i => (i.App, i.State, i.Readiness, i.Pid)), got.Select(i => (i.App, i.State, i.Readiness, i.Pid)));
        Assert.Equal("GET /v1/instances?app=a%20b%3A0 HTTP/1.1", Assert.Single(server.Requests).Line);
    }

    [Fact]
    public async Task Each_operation_is_its_endpoint()
    {
        using var server = new ScriptedServer(Socket, r => [System.Text.Encoding.UTF8.GetBytes(ScriptedServer.Response(
            r.Line.Contains("save", StringComparison.Ordinal) ? """{"path":"/x","apps":2}""" : "[]", headers: "Connection: close\r\n"))]);
        using var client = new PharosClient(Socket);
        await client.Start("web");
        await client.Stop("web:1");
        await client.Restart("all");
        await client.Delete("web");
        await client.Shutdown(keepApps: true);
        await client.Start(new StartRequest { Script = "a", Cwd = "/" });
        Assert.Equal(new("/x", 2), await client.Save());
        Assert.Equal(
            ["POST /v1/apps/web/start", "POST /v1/apps/web%3A1/stop", "POST /v1/apps/all/restart", "DELETE /v1/apps/web", "POST /v1/shutdown?keepApps=1", "POST /v1/apps", "POST /v1/save"],
            server.Requests.Select(r => r.Line[..^" HTTP/1.1".Length]));
    }

    [Fact]
    public async Task A_run_reads_back_as_it_was_sent()
    {
        var sent = Samples.Run(7, "manual", "failure", 2, "error_code", 3);
        using var server = new ScriptedServer(Socket, ScriptedServer.Response(JsonSerializer.Serialize(sent, ContractsJson.Default.RunView)));
        using var client = new PharosClient(Socket);
        Assert.Equal(sent, await client.Run("backup", wait: true));
        Assert.Equal("POST /v1/apps/backup/run?wait=1 HTTP/1.1", Assert.Single(server.Requests).Line);
    }

    [Fact]
    public async Task A_refusal_carries_what_the_daemon_said()
    {
        using var server = new ScriptedServer(Socket, ScriptedServer.Response("""{"status":404,"title":"not-found","detail":"no app is called web"}""", 404, "Content-Type: application/problem+json\r\n"));
        using var client = new PharosClient(Socket);
        var refused = await Assert.ThrowsAsync<PharosApiException>(() => client.App("web"));
        Assert.Equal((404, "not-found", "no app is called web"), (refused.Problem.Status, refused.Problem.Title, refused.Message));
    }

    [Fact]
    public async Task A_refusal_without_JSON_is_a_refusal_too()
    {
        using var server = new ScriptedServer(Socket, ScriptedServer.Response("oh no", 500, "Content-Type: application/json\r\n"));
        using var client = new PharosClient(Socket);
        Assert.Equal(500, (await Assert.ThrowsAsync<PharosApiException>(() => client.Daemon())).Problem.Status);
    }

    [Fact]
    public async Task Without_a_daemon_it_is_an_HTTP_exception()
    {
        using var client = new PharosClient(Socket);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.Daemon());
    }

    [Fact]
    public async Task Lines_come_while_the_stream_goes_on()
    {
        using var taken = new SemaphoreSlim(0);
        using var server = new ScriptedServer(Socket, _ => Stream());
        using var client = new PharosClient(Socket);
        var lines = new List<string>();
        await foreach (var line in client.Logs("web", 5, follow: true, "err"))
        {
            lines.Add(line.Line);
            taken.Release();
        }

        Assert.Equal(["one", "two"], lines);
        Assert.Equal("GET /v1/logs?app=web&lines=5&follow=1&stream=err HTTP/1.1", Assert.Single(server.Requests).Line);

        IEnumerable<byte[]> Stream()
        {
            yield return Chunk("one", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            Assert.True(taken.Wait(TimeSpan.FromSeconds(20)), "the first line is taken before the second is sent");
            yield return Chunk("two", "");
            yield return "0\r\n\r\n"u8.ToArray();
        }
    }

    private static byte[] Chunk(string line, string before)
    {
        var json = JsonSerializer.Serialize(new() { App = "web", Index = 0, Stream = "stderr", Line = line }, ContractsJson.Default.LogLineView) + "\n";
        return System.Text.Encoding.UTF8.GetBytes($"{before}{json.Length:x}\r\n{json}\r\n");
    }
}
