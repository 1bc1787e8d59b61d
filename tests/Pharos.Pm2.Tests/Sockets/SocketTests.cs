using System.Net.Sockets;
using System.Text.Json.Nodes;
using Pharos.Pm2.Sockets;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Pm2.Tests.Sockets;

public sealed class SocketTests : IDisposable
{
    private readonly TempHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task The_socket_is_for_its_owner_only_and_a_peer_that_may_not_is_cut_off()
    {
        var allowed = false;
        var served = 0;
        await using var socket = new FaceSocket(Path, _ => allowed, (_, _) => Task.FromResult(served++), _ => { });
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        using (var refused = await Connect())
            Assert.Equal(0, await refused.ReceiveAsync(new byte[1]));
        Assert.Equal(0, served);
        allowed = true;
        using (var welcome = await Connect())
            Assert.Equal(0, await welcome.ReceiveAsync(new byte[1]));
        Assert.Equal(1, served);
    }

    [Fact]
    public async Task A_socket_whose_folder_was_deleted_is_there_again_with_the_folder()
    {
        await using var socket = new FaceSocket(Path, _ => true, async (peer, stop) => await peer.SendAsync("x"u8.ToArray(), stop), _ => { });
        Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, recursive: true);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        await Eventually.True(() => File.Exists(Path), "the socket is made again");
        using var peer = await Connect();
        Assert.Equal(1, await peer.ReceiveAsync(new byte[1]));
    }

    [Fact]
    public async Task Calls_are_answered_with_their_ids_and_what_goes_wrong_is_an_error_with_a_text()
    {
        await using var socket = Serve(new Methods());
        using var peer = await Connect();
        Assert.Equal("""{"args":["pong"]}""", await Call(peer, """{"type":"call","method":"ping","args":[]}""", "me:0"));
        Assert.Equal("""{"error":"no such thing","stack":"Error: no such thing"}""", await Call(peer, """{"type":"call","method":"fail","args":[]}""", "me:1"));
        Assert.Contains("does not exist", await Call(peer, """{"type":"call","method":"nope","args":[]}""", "me:2"), StringComparison.Ordinal);
        Assert.Contains(".method required", await Call(peer, """{"type":"call"}""", "me:3"), StringComparison.Ordinal);
        Assert.Contains("\"ping\"", await Call(peer, """{"type":"methods"}""", "me:4"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_takes_its_time_does_not_hold_up_the_next()
    {
        var methods = new Methods();
        await using var socket = Serve(methods);
        using var peer = await Connect();
        await Send(peer, """{"type":"call","method":"wait","args":[]}""", "me:0");
        Assert.Equal("""{"args":["pong"]}""", await Call(peer, """{"type":"call","method":"ping","args":[]}""", "me:1"));
        methods.Waiting.SetResult();
        Assert.Equal("me:0", (await Receive(peer)).Id);
    }

    [Fact]
    public async Task Who_listens_gets_every_event_and_who_stopped_reading_costs_a_bounded_buffer()
    {
        var bus = new Bus();
        await using var socket = new FaceSocket(Path, _ => true, bus.ServeAsync, _ => { });
        using var stuck = await Connect();
        using var listener = await Connect();
        await Eventually.True(() => bus.Subscribers == 2, "both listen");
        var line = new string('x', 100_000);
        for (var i = 0; i < 200; i++)
        {
            bus.Publish("log:out", new JsonObject { ["n"] = i, ["data"] = line });
            var (topic, value) = await ReceiveEvent(listener);
            Assert.Equal(("log:out", i), (topic, value["n"]!.GetValue<int>()));
        }

        Assert.InRange(bus.Waiting, 1, 4 * 1024 * 1024);
        Assert.True(bus.Dropped > 100);
        bus.Complete();
        await bus.Nobody.WaitAsync(Eventually.DefaultDeadline).ContinueWith(_ => { });
    }

    private string Path => _home.File("home", "rpc.sock");

    private FaceSocket Serve(IRpcMethods methods) => new(Path, _ => true, async (peer, stop) =>
    {
        using var connection = new RpcConnection(peer, methods);
        await connection.RunAsync(stop);
    }, _ => { });

    private async Task<Socket> Connect()
    {
        var peer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        await peer.ConnectAsync(new UnixDomainSocketEndPoint(Path));
        return peer;
    }

    private static Task Send(Socket peer, string call, string id) => peer.SendAsync(AmpFrame.Of(AmpFrame.Json(JsonNode.Parse(call)), AmpFrame.Text(id)));

    private static async Task<string> Call(Socket peer, string call, string id)
    {
        await Send(peer, call, id);
        var (answer, to) = await Receive(peer);
        Assert.Equal(id, to);
        return answer;
    }

    private static async Task<(string Answer, string Id)> Receive(Socket peer)
    {
        var frame = await Frame(peer);
        return (AmpFrame.ReadText(frame[0])[2..], AmpFrame.ReadText(frame[1]));
    }

    private static async Task<(string Topic, JsonNode Value)> ReceiveEvent(Socket peer)
    {
        var frame = await Frame(peer);
        return (AmpFrame.ReadText(frame[0]), AmpFrame.ReadJson(frame[1])!);
    }

    private static async Task<List<byte[]>> Frame(Socket peer)
    {
        var reader = new AmpFrame.Reader(1 << 24);
        var buffer = new byte[200_000];
        while (true)
        {
            var count = await peer.ReceiveAsync(buffer).WaitAsync(Eventually.DefaultDeadline);
            Assert.True(count > 0, "the connection ended");
            if (reader.Take(buffer.AsSpan(0, count)) is [var frame, ..])
                return frame;
        }
    }

    private sealed class Methods : IRpcMethods
    {
        public TaskCompletionSource Waiting { get; } = new();

        public IReadOnlyCollection<string> Names => ["ping", "fail", "wait"];

        public async Task<RpcResult> CallAsync(string method, JsonArray args, Socket peer, CancellationToken stop)
        {
            if (method == "fail")
                throw new RpcException("no such thing");
            if (method == "wait")
                await Waiting.Task;
            return RpcResult.Of("pong");
        }
    }
}
