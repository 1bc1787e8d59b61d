using System.Net.Sockets;
using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Lifecycle;

/// <summary>Sockets that the daemon opens for an app in any language: socket activation.</summary>
public sealed class ListenTests : PharosTest
{
    private const string Server = """
        import os, socket, signal
        assert os.environ['LISTEN_PID'] == str(os.getpid()), 'LISTEN_PID'
        assert os.environ['LISTEN_FDS'] == '2' and os.environ['LISTEN_FDNAMES'] == 'unknown:unknown', os.environ['LISTEN_FDNAMES']
        import selectors, threading
        at = [socket.socket(fileno=3), socket.socket(fileno=4)]
        stop = threading.Event()
        signal.signal(signal.SIGINT, lambda *_: stop.set())
        select = selectors.DefaultSelector()
        for one in at:
            one.setblocking(False)
            select.register(one, selectors.EVENT_READ)
        print('serving', flush=True)
        while not stop.is_set():
            for key, _ in select.select(0.05):
                try:
                    peer, _ = key.fileobj.accept()
                except BlockingIOError:
                    continue
                peer.sendall(str(os.getpid()).encode() + b'\n')
                peer.close()
        """;

    [Fact]
    public async Task Any_app_is_reloaded_without_a_refused_connection_and_its_sockets_outlive_the_daemon()
    {
        var (port, path) = (FreePort.Next(), Path.Combine(Pharos.Folder, "app.sock"));
        File.WriteAllText(Path.Combine(Pharos.Folder, "server.py"), Server);
        await Pharos.OkAsync("start", Path.Combine(Pharos.Folder, "server.py"), "--name", "web", "--instances", "2", "--min-uptime", "300ms", "--listen", $"127.0.0.1:{port},{path}");
        await Eventually.True(async () => (await Pharos.InstancesAsync("web")).All(i => i.IsRunning), "both run", details: () => Pharos.Logs);
        Assert.Contains($"127.0.0.1:{port}, {path}", (await Pharos.OkAsync("describe", "web")).Out, StringComparison.Ordinal);
        HashSet<string> first = [], later = [];
        using var end = new CancellationTokenSource();
        var asked = 0;
        var asking = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                later.Add(await AskAsync(port));
                later.Add(await AskAsync(path));
                asked++;
            }
        });
        await Eventually.True(() => later.Count == 2, "both serve");
        first.UnionWith((await Pharos.InstancesAsync("web")).Select(i => $"{i.Pid}"));
        await Pharos.OkAsync("reload", "web");
        await Pharos.KillDaemonAsync();
        var before = asked;
        await Eventually.True(() => asked > before + 20, "they serve without a daemon");
        await Pharos.OkAsync("list");
        await Pharos.OkAsync("reload", "web"); // with sockets that were taken back
        await Eventually.True(() => later.Count >= 6, "six processes have served", details: () => Pharos.Logs);
        await end.CancelAsync();
        await asking; // none was refused, or this throws
        Assert.Empty(first.Intersect((await Pharos.InstancesAsync("web")).Select(i => $"{i.Pid}")));

        await Pharos.OkAsync("stop", "web");
        await Assert.ThrowsAsync<SocketException>(() => AskAsync(port));
        Assert.False(File.Exists(path), "the path is gone with its app");
    }

    [Fact]
    public async Task What_cannot_be_opened_is_said_in_one_line()
    {
        using var other = new TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var port = ((System.Net.IPEndPoint)other.LocalEndpoint).Port;
        (await Pharos.RunAsync("start", PharosCli.Fixture, "--name", "web", "--listen", "localhost:80", "--", "stays-up")).OneLine("listen 'localhost:80' is no address", "127.0.0.1:8080");
        await Pharos.RunAsync("start", PharosCli.Fixture, "--name", "web", "--listen", $"127.0.0.1:{port}", "--", "stays-up");
        await Eventually.True(async () => (await Pharos.OkAsync("describe", "web")).Out.Contains($"cannot listen on 127.0.0.1:{port}: Address already in use", StringComparison.Ordinal), "it says why", details: () => Pharos.Logs);
    }

    private static async Task<string> AskAsync(object at)
    {
        using var socket = at is string path ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(at is string unix ? new UnixDomainSocketEndPoint(unix) : new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, (int)at));
        using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync() ?? throw new IOException("closed without an answer");
    }
}
