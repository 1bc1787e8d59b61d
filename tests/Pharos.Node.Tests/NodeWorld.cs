using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Linux.Processes;
using Pharos.Linux.Sockets;
using Pharos.Node.Cluster;
using Pharos.TestKit;

namespace Pharos.Node.Tests;

/// <summary>Real Node processes in the hands of the kernel room and this one, without a supervisor.</summary>
internal sealed class NodeWorld : IDisposable
{
    private readonly TempHome _home = new();
    private readonly string _node;
    private readonly List<Worker> _workers = [];
    private ProcessHost _host = new();
    private ListenSockets _sockets = new();
    private NodeRuntimes _runtimes;
    private int _incarnation;

    public NodeWorld(string version, AppSpec? spec = null, bool common = false)
    {
        _node = Nodes.Of(version);
        Spec = spec ?? new AppSpec { Name = "app", Script = "app.js", Cwd = _home.Path, Cluster = ClusterBalance.Shared };
        _runtimes = new NodeRuntimes(common ? new CommonSockets(_sockets) : _sockets, _home.Path, Said.Enqueue);
    }

    /// <summary>The app that is started next.</summary>
    public AppSpec Spec { get; set; }

    public string Folder => _home.Path;

    public ConcurrentQueue<string> Said { get; } = new();

    public string Script(string name, string text) => _home.Write(name, text);

    public Worker Start(string script, int slot = 0, params (string Name, string Value)[] env)
    {
        var key = new InstanceKey(Spec.Name, slot);
        var runtime = _runtimes.For(Spec);
        var incarnation = ++_incarnation;
        var variables = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = Folder };
        foreach (var (name, value) in env)
            variables[name] = value;
        foreach (var (name, value) in runtime.Variables(key, incarnation, variables))
            variables[name] = value;
        var stem = Path.Combine(Folder, $"out.{incarnation}");
        var worker = new Worker(key, incarnation, stem + ".out", stem + ".err");
        var request = new LaunchRequest
        {
            Key = key,
            Incarnation = incarnation,
            Executable = _node,
            Argv = ["node", script],
            Cwd = Folder,
            Env = variables,
            Marker = $"{Guid.NewGuid()}",
            StdoutPath = worker.OutPath,
            StderrPath = worker.ErrPath,
            NodeChannel = true,
        };
        var spawned = _host.Spawn(request, worker.Ended);
        Assert.Null(spawned.Refused);
        worker.Marker = request.Marker;
        worker.Process = spawned.Value!;
        worker.Runtime = runtime;
        worker.Talk = runtime.Begin(key, incarnation, worker.Process, worker.Process.Channel(out _)!, isNew: true, worker.Words.Enqueue);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>As after kill -9 of the daemon: nobody said goodbye, and the next one finds what is there.</summary>
    public void NextDaemon()
    {
        foreach (var worker in _workers)
            worker.Process.Dispose();
        _host.Dispose();
        _sockets.Dispose();
        // The sockets of the first one are closed with its process; ours is still there, so they are left by hand.
        foreach (var worker in _workers)
            worker.Runtime.Dispose();
        (_host, _sockets) = (new(), new());
        _runtimes = new NodeRuntimes(_sockets, Folder, Said.Enqueue);
        foreach (var worker in _workers.Where(w => !w.HasEnded))
        {
            worker.Runtime = _runtimes.For(Spec);
            worker.Process = _host.Adopt(worker.Process.Identity, worker.Marker, worker.Ended)!;
            worker.Talk = worker.Runtime.Begin(worker.Key, worker.Incarnation, worker.Process, worker.Process.Channel(out _)!, isNew: false, worker.Words.Enqueue);
        }
    }

    /// <summary>One request over a connection of its own.</summary>
    public static async Task<string> AskAsync(int port, string host = "127.0.0.1")
    {
        using var client = new TcpClient();
        using var late = new CancellationTokenSource(Eventually.DefaultDeadline);
        await client.ConnectAsync(host, port, late.Token);
        return await AskAsync(client.GetStream(), close: true);
    }

    /// <summary>One request over a stream; the answer with its head.</summary>
    public static async Task<string> AskAsync(Stream stream, bool close)
    {
        using var late = new CancellationTokenSource(Eventually.DefaultDeadline);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: x\r\n{(close ? "Connection: close\r\n" : "")}\r\n"), late.Token);
        var text = "";
        var buffer = new byte[4096];
        while (!text.Contains("\r\n\r\n", StringComparison.Ordinal) || !text.EndsWith(".\n", StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, late.Token);
            if (count == 0)
                break;
            text += Encoding.ASCII.GetString(buffer, 0, count);
        }

        return text;
    }

    public void Dispose()
    {
        foreach (var worker in _workers)
        {
            if (!worker.HasEnded)
                worker.Process.KillTree(TimeSpan.FromSeconds(5));
            worker.Talk.Dispose();
            worker.Process.Dispose();
            worker.Runtime.Dispose();
        }

        _host.Dispose();
        _sockets.Dispose();
        _home.Dispose();
    }
}

/// <summary>One of them.</summary>
internal sealed class Worker(InstanceKey key, int incarnation, string outPath, string errPath)
{
    private readonly TaskCompletionSource<ExitStatus> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public InstanceKey Key => key;

    public int Incarnation => incarnation;

    public string OutPath => outPath;

    public string ErrPath => errPath;

    public string Marker { get; set; } = "";

    public IHostedProcess Process { get; set; } = null!;

    public IAppRuntime Runtime { get; set; } = null!;

    public IConversation Talk { get; set; } = null!;

    public ConcurrentQueue<RuntimeWord> Words { get; } = new();

    public bool HasEnded => _ended.Task.IsCompleted;

    public Task<ExitStatus> End => _ended.Task.WaitAsync(Eventually.DefaultDeadline);

    public string Output => (File.Exists(outPath) ? File.ReadAllText(outPath) : "") + (File.Exists(errPath) ? File.ReadAllText(errPath) : "");

    public void Ended(ExitStatus status)
    {
        Talk?.Dispose();
        _ended.TrySetResult(status);
    }

    /// <summary>Waits for a word.</summary>
    public async Task<T> Says<T>()
        where T : RuntimeWord
    {
        await Eventually.True(() => Words.OfType<T>().Any(), $"{typeof(T).Name}; it printed: {Output}");
        return Words.OfType<T>().First();
    }
}
