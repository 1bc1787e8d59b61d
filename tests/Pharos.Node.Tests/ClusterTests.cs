using System.Net.Sockets;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.TestKit;

namespace Pharos.Node.Tests;

public sealed class ClusterTests
{
    private const string Server = """
        const cluster = require('cluster');
        require('http').createServer((q, r) => r.end(`${process.pid} ${cluster.isWorker} ${cluster.worker.id} ${process.env.NODE_APP_INSTANCE}.\n`))
          .listen(process.env.AT ?? 0, () => {});
        """;

    public static TheoryData<string> Versions => Nodes.Versions;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Workers_share_a_socket_and_know_who_they_are(string version)
    {
        using var world = new NodeWorld(version);
        var script = world.Script("app.js", Server);
        var (first, second) = (world.Start(script, 0), world.Start(script, 1));
        var port = PortOf(await first.Says<RuntimeWord.Listening>());
        Assert.Equal(port, PortOf(await second.Says<RuntimeWord.Listening>())); // port 0 is chosen once, for all
        HashSet<string> answers = [];
        await Eventually.True(
            async () =>
            {
                answers.Add(LastLine(await NodeWorld.AskAsync(port)));
                return answers.Count == 2;
            },
            "both answer");
        Assert.Equal(new[] { $"{first.Process.Identity.Pid} true 1 0.", $"{second.Process.Identity.Pid} true 2 1." }.Order(), answers.Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_apps_on_one_address_share_it_under_PM2_only(bool common)
    {
        using var world = new NodeWorld("22", common: common);
        var script = world.Script("app.js", Server);
        var port = FreePort.Next();
        var first = world.Start(script, 0, ("AT", $"{port}"));
        await first.Says<RuntimeWord.Listening>();
        world.Spec = world.Spec with { Name = "other" };
        var second = world.Start(script, 0, ("AT", $"{port}"));
        if (!common)
        {
            await second.End;
            Assert.Contains("EADDRINUSE", File.ReadAllText(second.ErrPath), StringComparison.Ordinal);
            return;
        }

        await second.Says<RuntimeWord.Listening>();
        first.Process.SignalTree(9);
        await first.End;
        Assert.Equal($"{second.Process.Identity.Pid}", LastLine(await NodeWorld.AskAsync(port)).Split(' ')[0]);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Connections_are_handed_out_in_turn(string version)
    {
        using var world = new NodeWorld(version, new AppSpec { Name = "app", Script = "app.js", Cwd = "/", Cluster = ClusterBalance.RoundRobin });
        var script = world.Script("app.js", Server);
        var (first, second) = (world.Start(script, 0), world.Start(script, 1));
        var port = PortOf(await first.Says<RuntimeWord.Listening>());
        await second.Says<RuntimeWord.Listening>();
        Dictionary<string, int> shares = [];
        for (var i = 0; i < 40; i++)
        {
            var who = LastLine(await NodeWorld.AskAsync(port)).Split(' ')[0];
            shares[who] = shares.GetValueOrDefault(who) + 1;
        }

        Assert.Equal([20, 20], shares.Values);
        second.Process.SignalTree(9);
        await second.End;
        Assert.Equal($"{first.Process.Identity.Pid}", LastLine(await NodeWorld.AskAsync(port)).Split(' ')[0]);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_worker_that_dies_costs_no_refused_connection_also_when_it_was_the_only_one(string version)
    {
        using var world = new NodeWorld(version);
        var script = world.Script("app.js", Server);
        var first = world.Start(script);
        var port = PortOf(await first.Says<RuntimeWord.Listening>());
        first.Process.SignalTree(9);
        await first.End;
        var asked = NodeWorld.AskAsync(port); // it waits: the socket is ours
        var second = world.Start(script, 0, ("AT", $"{port}"), ("X", "1"));
        // Another key than port 0 would be another socket, and the port is taken by the one that waits.
        await Eventually.True(() => second.HasEnded || asked.IsCompleted, "it is answered, or the port is refused");
        Assert.Contains("EADDRINUSE", second.Output, StringComparison.Ordinal);
        var third = world.Start(script);
        Assert.Equal(port, PortOf(await third.Says<RuntimeWord.Listening>()));
        Assert.StartsWith($"{third.Process.Identity.Pid} ", LastLine(await asked), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slot_that_is_given_up_lets_its_socket_go()
    {
        using var world = new NodeWorld("20");
        var script = world.Script("app.js", Server);
        var first = world.Start(script);
        var port = PortOf(await first.Says<RuntimeWord.Listening>());
        first.Process.SignalTree(9);
        await first.End;
        first.Runtime.Settled(first.Key);
        await Assert.ThrowsAsync<SocketException>(() => NodeWorld.AskAsync(port));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task The_next_daemon_takes_the_sockets_back_and_gives_them_to_new_workers(string version)
    {
        using var world = new NodeWorld(version);
        var script = world.Script("app.js", Server);
        var first = world.Start(script);
        var port = PortOf(await first.Says<RuntimeWord.Listening>());
        world.NextDaemon();
        Assert.StartsWith($"{first.Process.Identity.Pid} ", LastLine(await NodeWorld.AskAsync(port)), StringComparison.Ordinal);
        var second = world.Start(script, 1);
        Assert.Equal(port, PortOf(await second.Says<RuntimeWord.Listening>()));
        first.Process.SignalTree(9);
        await first.End;
        Assert.StartsWith($"{second.Process.Identity.Pid} ", LastLine(await NodeWorld.AskAsync(port)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_in_the_file_system_is_shared_and_one_whose_path_was_deleted_is_made_anew()
    {
        using var world = new NodeWorld("20");
        var path = Path.Combine(world.Folder, "app.sock");
        var script = world.Script("app.js", "try { require('fs').unlinkSync(process.env.AT) } catch {}\n" + Server);
        var first = world.Start(script, 0, ("AT", path));
        await first.Says<RuntimeWord.Listening>();
        first.Process.SignalTree(9);
        await first.End;
        var second = world.Start(script, 0, ("AT", path));
        await second.Says<RuntimeWord.Listening>();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        using var stream = new NetworkStream(socket);
        Assert.StartsWith($"{second.Process.Identity.Pid} ", LastLine(await NodeWorld.AskAsync(stream, close: true)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_may_have_a_socket_of_its_own_on_the_same_port()
    {
        using var world = new NodeWorld("20", new AppSpec { Name = "app", Script = "app.js", Cwd = "/", Cluster = ClusterBalance.ReusePort });
        var script = world.Script("app.js", Server);
        var (first, second) = (world.Start(script, 0), world.Start(script, 1));
        var port = PortOf(await first.Says<RuntimeWord.Listening>());
        Assert.Equal(port, PortOf(await second.Says<RuntimeWord.Listening>()));
        HashSet<string> answers = [];
        await Eventually.True(
            async () =>
            {
                answers.Add(LastLine(await NodeWorld.AskAsync(port)));
                return answers.Count == 2;
            },
            "both answer");
    }

    [Fact]
    public async Task Datagrams_reach_workers_that_share_a_socket()
    {
        using var world = new NodeWorld("20");
        var script = world.Script("app.js", "const s = require('dgram').createSocket('udp4'); s.on('message', (m, from) => s.send(`got ${m}`, from.port, from.address)); s.bind(0, '127.0.0.1', () => console.log(s.address().port));");
        var (first, second) = (world.Start(script, 0), world.Start(script, 1));
        await Eventually.True(() => first.Output.EndsWith('\n') && second.Output.EndsWith('\n'), "both are bound");
        Assert.Equal(first.Output, second.Output);
        using var client = new UdpClient();
        client.Connect("127.0.0.1", int.Parse(first.Output));
        await client.SendAsync("hello"u8.ToArray());
        using var late = new CancellationTokenSource(Eventually.DefaultDeadline);
        Assert.Equal("got hello"u8.ToArray(), (await client.ReceiveAsync(late.Token)).Buffer);
    }

    [Fact]
    public async Task A_worker_may_leave_by_itself_and_knows_that_it_did()
    {
        using var world = new NodeWorld("20");
        var script = world.Script("app.js", "const c = require('cluster'); require('http').createServer().listen(0, () => c.worker.disconnect()); process.on('exit', () => console.log(c.worker.exitedAfterDisconnect));");
        var worker = world.Start(script);
        Assert.Equal(0, (await worker.End).Code);
        Assert.Equal("true\n", worker.Output);
    }

    private static int PortOf(RuntimeWord.Listening word) => int.Parse(word.Address[(word.Address.LastIndexOf(':') + 1)..]);

    private static string LastLine(string answer) => answer.TrimEnd('\n').Split('\n')[^1].Trim();
}
