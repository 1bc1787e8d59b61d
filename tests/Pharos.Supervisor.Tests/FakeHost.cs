using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;

namespace Pharos.Supervisor.Tests;

/// <summary>A kernel in memory: it outlives the supervisors that a test makes over it, and notices two living processes in one slot.</summary>
internal sealed class FakeHost : IProcessHost
{
    private readonly ConcurrentDictionary<int, FakeProcess> _alive = new();
    private int _pid = 1000;

    public ConcurrentQueue<LaunchRequest> Spawned { get; } = new();

    public ConcurrentQueue<string> Swept { get; } = new();

    public ConcurrentQueue<string> Faults { get; } = new();

    public ConcurrentQueue<Launched<IHostedProcess>> Refusals { get; } = new();

    public LaunchRefused? Unresolved { get; set; }

    /// <summary>Closed: spawns wait.</summary>
    public ManualResetEventSlim Gate { get; } = new(initialState: true);

    public SemaphoreSlim AtGate { get; } = new(0);

    public Action<FakeProcess>? BeforeSpawnReturns { get; set; }

    /// <summary>Processes take no notice of the stop signal.</summary>
    public bool Stubborn { get; set; }

    /// <summary>When a process starts: by the real clock, as the log pump goes by it too, unless a test says otherwise.</summary>
    public Func<DateTimeOffset> Now { get; set; } = () => DateTimeOffset.UtcNow;

    public Exception? SpawnThrows { get; set; }

    public Exception? SignalThrows { get; set; }

    public IReadOnlyCollection<FakeProcess> Alive => [.. _alive.Values];

    public FakeProcess Only => Alive.Single();

    public Launched<ResolvedCommand> Resolve(AppSpec spec) => Unresolved is { } refused ? refused : new ResolvedCommand(spec.Script, [spec.Script], null);

    public Launched<IHostedProcess> Spawn(LaunchRequest request, Action<ExitStatus> exited)
    {
        AtGate.Release();
        Gate.Wait(TimeSpan.FromSeconds(20));
        if (SpawnThrows is { } bug)
            throw bug;
        if (Refusals.TryDequeue(out var refusal))
            return refusal;
        Spawned.Enqueue(request);
        var process = new FakeProcess(this, Interlocked.Increment(ref _pid), request.Key, request.Marker) { Exited = exited };
        if (_alive.Values.Any(p => p.Marker.Split('.')[0] == request.Marker.Split('.')[0]))
            Faults.Enqueue($"two processes in {request.Key}");
        _alive[process.Identity.Pid] = process;
        BeforeSpawnReturns?.Invoke(process);
        return new Launched<IHostedProcess> { Value = process };
    }

    public IHostedProcess? Adopt(ProcessIdentity identity, string marker, Action<ExitStatus> exited)
    {
        if (!_alive.TryGetValue(identity.Pid, out var process) || process.Identity != identity || process.Marker != marker)
            return null;
        process.Exited = exited;
        return process;
    }

    public IHostedProcess Remains(ProcessIdentity identity, string marker) => new FakeProcess(this, identity.Pid, new InstanceKey("gone", 0), marker);

    public ConcurrentQueue<(string Path, string Text)> Input { get; } = new();

    public string? WriteInput(string path, ReadOnlySpan<byte> bytes)
    {
        Input.Enqueue((path, System.Text.Encoding.UTF8.GetString(bytes)));
        return null;
    }

    public int SweepLeftovers(string marker, ProcessIdentity? main = null)
    {
        Swept.Enqueue(marker);
        return 0;
    }

    public IReadOnlyList<MarkedProcess> FindMarked() => [.. _alive.Values.Select(p => new MarkedProcess(p.Identity, p.Marker))];

    public bool Remove(FakeProcess process) => _alive.TryRemove(process.Identity.Pid, out _);
}

internal sealed class FakeProcess(FakeHost host, int pid, InstanceKey key, string marker) : IHostedProcess
{
    private volatile int _survivors;

    public InstanceKey Key { get; } = key;

    public string Marker { get; } = marker;

    public Action<ExitStatus> Exited { get; set; } = _ => { };

    public ConcurrentQueue<int> Signals { get; } = new();

    /// <summary>Its end of the channel.</summary>
    public FakeChannel Talk { get; } = new();

    /// <summary>Takes what the process says on its channel; null: nobody listens yet.</summary>
    public Action<string>? Hears => Talk.Hears;

    /// <summary>Why nobody can listen.</summary>
    public string? OutOfHearing { get; set; }

    public IMessageChannel? Channel(out string refused)
    {
        refused = OutOfHearing ?? "";
        return OutOfHearing is null ? Talk : null;
    }

    public int Survivors
    {
        get => _survivors;
        set => _survivors = value;
    }

    public ProcessIdentity Identity { get; } = new(pid, pid * 10L, "boot");

    public DateTimeOffset StartedAt { get; } = host.Now();

    public void End(int code) => End(new ExitStatus(code, null));

    public void End(ExitStatus status)
    {
        if (host.Remove(this))
            Exited(status);
    }

    public bool Signal(int signal)
    {
        Signals.Enqueue(signal);
        return host.Alive.Contains(this);
    }

    public void SignalTree(int signal)
    {
        Signals.Enqueue(signal);
        if (host.SignalThrows is { } e)
            throw e;
        if (!host.Stubborn)
            End(new ExitStatus(null, signal));
    }

    public int KillTree(TimeSpan patience)
    {
        Signals.Enqueue(9);
        Survivors = 0;
        End(new ExitStatus(null, 9));
        return 0;
    }

    public int CountSurvivors() => Survivors;

    public void Dispose()
    {
    }
}

internal sealed class FakeChannel : IMessageChannel
{
    public ConcurrentQueue<string> Sent { get; } = new();

    public Action<string>? Hears { get; private set; }

    public Action? Hangup { get; private set; }

    public bool IsClosed { get; private set; }

    public void Listen(Action<string, SafeHandle?> said, Action closed) => (Hears, Hangup) = (json => said(json, null), closed);

    public bool Send(string json, SafeHandle? descriptor = null)
    {
        Sent.Enqueue(json);
        return !IsClosed;
    }

    public void Close() => IsClosed = true;
}

internal sealed class NoSampler : IProcessSampler
{
    public ISampledProcess? Open(int pid) => null;

    public void RefreshTrees()
    {
    }
}
