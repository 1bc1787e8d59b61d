using System.Text.Json.Nodes;

namespace Pharos.Pm2.Sockets;

/// <summary>PM2's two sockets, served beside the control API: <c>rpc.sock</c> for requests, <c>pub.sock</c> for events. Everything that they do they ask the control API for.</summary>
internal sealed class FaceServer : IAsyncDisposable
{
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(500);

    private readonly FaceOptions _options;
    private readonly Bus _bus = new();
    private readonly RpcMethods _methods;
    private readonly BusFeed _feed;
    private readonly FaceSocket _rpc;
    private readonly FaceSocket _pub;
    private int _ended;

    /// <summary>Begins to serve.</summary>
    public FaceServer(FaceOptions options)
    {
        _options = options;
        _feed = new BusFeed(options.Client, _bus);
        _methods = new RpcMethods(options, _bus, _feed);
        _rpc = new FaceSocket(options.Home.RpcSocket, options.IsAllowed, async (peer, stop) =>
        {
            using var connection = new RpcConnection(peer, _methods);
            await connection.RunAsync(stop);
        }, options.Say);
        _pub = new FaceSocket(options.Home.PubSocket, options.IsAllowed, _bus.ServeAsync, options.Say);
    }

    /// <summary>A line of the daemon's own log goes to who listens.</summary>
    public void Said(string line)
    {
        if (!_bus.HasSubscribers)
            return;
        _bus.Publish("log:PM2", new JsonObject
        {
            ["process"] = new JsonObject { ["pm_id"] = "PM2", ["name"] = "PM2", ["rev"] = null },
            ["at"] = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            ["data"] = line + "\n",
        });
    }

    /// <summary>Ends all connections and removes the sockets.</summary>
    /// <param name="killed">Who listens is told that the daemon is killed; else another one takes its place.</param>
    public async Task EndAsync(bool killed)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 1)
            return;
        if (killed)
            _bus.Publish("pm2:kill", new JsonObject { ["status"] = "killed", ["msg"] = "pm2 has been killed via CLI" });
        _bus.Complete();
        await Task.WhenAny(_bus.Nobody, Task.Delay(LastWords));
        await _feed.DisposeAsync();
        await _rpc.DisposeAsync();
        await _pub.DisposeAsync();
        foreach (var pid in _methods.ToQuit)
            _options.Quit(pid);
        _methods.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await EndAsync(killed: false);
}
