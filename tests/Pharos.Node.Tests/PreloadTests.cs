using System.Net.Sockets;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.TestKit;

namespace Pharos.Node.Tests;

public sealed class PreloadTests
{
    private static readonly AppSpec Fork = new() { Name = "app", Script = "app.js", Cwd = "/" };

    public static TheoryData<string> Versions => Nodes.Versions;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Requests_are_counted_and_timed_without_a_package_in_the_app(string version)
    {
        using var world = new NodeWorld(version, Fork);
        var script = world.Script("app.mjs", "import http from 'node:http'; http.createServer((q, r) => { r.statusCode = 404; r.end('x.\\n'); }).listen(0, function () { process.send({ port: this.address().port }); });");
        var worker = world.Start(script);
        var port = int.Parse((await worker.Says<RuntimeWord.Message>()).Json.Split(':')[1].TrimEnd('}'));
        for (var i = 0; i < 3; i++)
            await NodeWorld.AskAsync(port);
        var served = await worker.Says<RuntimeWord.Served>();
        var requests = Assert.Single(served.Requests);
        Assert.Equal(("GET", 404), (requests.Method, requests.Status));
        Assert.InRange(requests.Counts.Sum(), 1, 3);
        Assert.DoesNotContain(worker.Words.OfType<RuntimeWord.Message>(), m => m.Json.Contains("NODE_", StringComparison.Ordinal)); // it is not the app's message
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task It_is_not_seen_by_the_app_and_keeps_nothing_alive(string version)
    {
        using var world = new NodeWorld(version, Fork);
        var script = world.Script("app.js", "const { NODE_OPTIONS, PHAROS_NODE_PRELOAD, PHAROS_HTTP_STATS, NODE_CHANNEL_FD } = process.env; console.log(JSON.stringify({ NODE_OPTIONS, PHAROS_NODE_PRELOAD, PHAROS_HTTP_STATS, NODE_CHANNEL_FD })); process.exitCode = 7;");
        var worker = world.Start(script, 0, ("NODE_OPTIONS", "--max-old-space-size=300"));
        Assert.Equal(7, (await worker.End).Code);
        Assert.Equal("{\"NODE_OPTIONS\":\"--max-old-space-size=300\"}\n", worker.Output);
        var bare = world.Start(script);
        await bare.End;
        Assert.Equal("{}\n", bare.Output);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task What_an_app_dies_of_is_told_and_it_dies_as_without_us(string version)
    {
        using var world = new NodeWorld(version);
        var thrower = world.Start(world.Script("throws.js", "setTimeout(() => { throw new TypeError('no such thing') }, 20);"));
        var threw = await thrower.Says<RuntimeWord.Threw>();
        Assert.Equal(("TypeError", "no such thing"), (threw.Type, threw.Text));
        Assert.Contains("throws.js:1", threw.Stack, StringComparison.Ordinal);
        Assert.Equal(1, (await thrower.End).Code);
        Assert.Contains("TypeError: no such thing", thrower.Output, StringComparison.Ordinal);

        var rejecter = world.Start(world.Script("rejects.js", "Promise.reject('a text');"));
        Assert.Contains("a text", (await rejecter.Says<RuntimeWord.Threw>()).Text, StringComparison.Ordinal);
        Assert.Equal(1, (await rejecter.End).Code);

        var careful = world.Start(world.Script("cares.js", "process.on('uncaughtException', e => { console.log('saw ' + e.message); process.exit(4) }); setTimeout(() => { throw new Error('x') }, 20);"));
        Assert.Equal(4, (await careful.End).Code);
        Assert.DoesNotContain(careful.Words, w => w is RuntimeWord.Threw);
    }

    [Fact]
    public void Where_it_would_keep_an_app_from_starting_it_is_not_put_in()
    {
        using var home = new TempHome();
        var preload = new Preload(home.Path, _ => { });
        var none = new Dictionary<string, string>();
        Assert.NotEmpty(preload.Variables(Fork, none));
        Assert.Empty(preload.Variables(Fork with { HttpStats = false }, none));
        Assert.Empty(preload.Variables(Fork with { User = "nobody" }, none));
        Assert.Empty(preload.Variables(Fork with { InterpreterArgs = ["--permission"] }, none));
        Assert.Empty(preload.Variables(Fork, new Dictionary<string, string> { ["NODE_OPTIONS"] = "--experimental-permission" }));
        Assert.Empty(preload.Variables(Fork, new Dictionary<string, string> { ["PHAROS_HTTP_STATS"] = "0" }));
        Assert.Contains(preload.Variables(Fork with { HttpStats = false, Cluster = ClusterBalance.Shared }, none), v => v is { Key: "PHAROS_HTTP_STATS", Value: "0" });
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_worker_that_makes_room_tells_its_clients_to_close_finishes_and_says_so(string version)
    {
        using var world = new NodeWorld(version);
        var script = world.Script("app.js", "require('http').createServer((q, r) => r.end(`${process.pid}.\\n`)).listen(0);");
        var (first, second) = (world.Start(script, 0), world.Start(script, 1));
        var address = (await first.Says<RuntimeWord.Listening>()).Address;
        var port = int.Parse(address[(address.LastIndexOf(':') + 1)..]);
        using var kept = await ConnectedTo(first, port);
        await second.Says<RuntimeWord.Listening>();
        Assert.True(first.Talk.Drain());
        var last = "";
        for (var tries = 0; tries < 1000 && !last.Contains("connection: close", StringComparison.OrdinalIgnoreCase); tries++) // the word is on its way while we ask
            last = await NodeWorld.AskAsync(kept.GetStream(), close: false);
        Assert.Contains("connection: close", last, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"{first.Process.Identity.Pid}.", last, StringComparison.Ordinal);
        await first.Says<RuntimeWord.Drained>();
        Assert.Contains($"{second.Process.Identity.Pid}.", await NodeWorld.AskAsync(port), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_nobody_uses_is_closed_when_room_is_made()
    {
        using var world = new NodeWorld("20");
        var script = world.Script("app.js", "require('http').createServer((q, r) => r.end(`${process.pid}.\\n`)).listen(0);");
        var first = world.Start(script);
        var address = (await first.Says<RuntimeWord.Listening>()).Address;
        using var kept = await ConnectedTo(first, int.Parse(address[(address.LastIndexOf(':') + 1)..]));
        Assert.True(first.Talk.Drain());
        using var late = new CancellationTokenSource(Eventually.DefaultDeadline);
        Assert.Equal(0, await kept.GetStream().ReadAsync(new byte[1], late.Token));
        await first.Says<RuntimeWord.Drained>();
    }

    /// <summary>A connection that this worker has accepted, and that is kept alive.</summary>
    private static async Task<TcpClient> ConnectedTo(Worker worker, int port)
    {
        while (true)
        {
            var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            if ((await NodeWorld.AskAsync(client.GetStream(), close: false)).Contains($"{worker.Process.Identity.Pid}.", StringComparison.Ordinal))
                return client;
            client.Dispose();
        }
    }
}
