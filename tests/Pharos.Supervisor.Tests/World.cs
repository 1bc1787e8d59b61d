using System.Collections.Concurrent;
using System.Diagnostics;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Linux.Sockets;
using Pharos.Linux.Streams;
using Pharos.Logs.Pump;
using Pharos.Logs.Store;
using Pharos.Node;
using Pharos.Supervisor.Actors;
using Pharos.Supervisor.Operations;
using Pharos.Supervisor.State;
using Pharos.Telemetry.Records;
using Pharos.TestKit;

namespace Pharos.Supervisor.Tests;

/// <summary>A supervisor over a fake kernel and a clock of the test's own, with real log files and a real state folder.</summary>
internal sealed class World : IAsyncDisposable
{
    private LogPump? _pump;

    private ListenSockets Sockets { get; } = new();

    public World(Func<World, IStateStore>? store = null, TimeProvider? time = null, ManualTime? manual = null, IProcessSampler? sampler = null)
    {
        Time = manual ?? new();
        Clock = time ?? Time;
        Sampler = sampler;
        Store = store?.Invoke(this) ?? new FileStateStore(StateFolder);
        Supervisor = Boot();
    }

    public TempHome Home { get; } = new();

    public FakeHost Host { get; } = new();

    public FakeFiles Files { get; } = new();

    public ManualTime Time { get; }

    public FakeCommands Commands { get; } = new();

    public FakeNotify Notify { get; } = new();

    public ConcurrentQueue<string> Said { get; } = new();

    public string StateFolder => Home.File("state", "x")[..^2];

    public IStateStore Store { get; }

    public ProcessSupervisor Supervisor { get; private set; }

    private TimeProvider Clock { get; }

    /// <summary>The kernel's boot id for the daemons that come.</summary>
    public string BootId { get; set; } = "boot";

    private IProcessSampler? Sampler { get; }

    public static AppSpec Spec(string name = "web", int instances = 1) => new()
    {
        Name = name,
        Script = "/bin/app",
        Cwd = "/",
        Instances = instances,
        Policy = new RestartPolicy { Jitter = 0 },
    };

    public InstanceActor Actor(string name = "web", int index = 0) => Supervisor.Apps[name].Instances[index];

    public Task<OperationRefused?> Declare(AppSpec spec) => Supervisor.DeclareAsync(spec, default, CancellationToken.None);

    public async Task<InstanceActor> Running(AppSpec? spec = null)
    {
        spec ??= Spec();
        Xunit.Assert.Null(await Declare(spec));
        return Actor(spec.Name);
    }

    public static Task<InstanceSnapshot> Reaches(InstanceActor actor, Phase phase) =>
        Seen(actor, s => s.State.Phase == phase && !s.State.Spawning);

    /// <summary>Waits until an instance shows something and is done with what it showed it for: it is told before timers are set, and a clock that was moved in between would be too early.</summary>
    public static async Task<InstanceSnapshot> Seen(InstanceActor actor, Func<InstanceSnapshot, bool> wanted)
    {
        var seen = await actor.WaitAsync(wanted, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        try
        {
            await actor.AskAsync(new InstanceEvent.DeadlinePassed(-1), default).WaitAsync(Eventually.DefaultDeadline);
        }
        catch (ActorEndedException)
        {
            // Then it is done with everything.
        }

        return seen;
    }

    /// <summary>Moves the clock in small steps until something is so.</summary>
    public Task TimePasses(Func<bool> until, string what, TimeSpan? step = null) => Eventually.True(
        () =>
        {
            if (!until())
                Time.Advance(step ?? TimeSpan.FromMilliseconds(100));
            return until();
        },
        what);

    /// <summary>As <see cref="Reaches"/>, when time has to pass for it.</summary>
    public Task ReachesInTime(InstanceActor actor, Phase phase) => Eventually.True(
        () =>
        {
            Time.Advance(TimeSpan.FromMilliseconds(10));
            return actor.Snapshot.State.Phase == phase;
        },
        $"{actor.Snapshot.Key} is {phase}");

    /// <summary>The supervisor goes as after <c>daemon stop --keep-apps</c>, and the next one comes.</summary>
    public async Task NextDaemon(Func<Task>? meanwhile = null, bool resume = true)
    {
        await Supervisor.DisposeAsync();
        _pump!.Dispose();
        if (meanwhile is not null)
            await meanwhile();
        Supervisor = Boot();
        Supervisor.Load();
        if (resume)
            Supervisor.Resume();
    }

    public List<MetricBatch> Metrics()
    {
        List<MetricBatch> batches = [];
        Supervisor.Collect(batches, 1, final: true);
        return batches;
    }

    public async ValueTask DisposeAsync()
    {
        Host.Stubborn = false;
        Host.Gate.Set();
        await Supervisor.StopEverythingAsync(forGood: true, default(ActivityContext)).WaitAsync(Eventually.DefaultDeadline);
        await Supervisor.DisposeAsync();
        _pump!.Dispose();
        Home.Dispose();
    }

    private ProcessSupervisor Boot()
    {
        var store = new LogStore(new LogFiles(), Home.Path + "/state/logs", Said.Enqueue);
        _pump = new LogPump(new SpoolIo(), store, TimeProvider.System, Said.Enqueue);
        Directory.CreateDirectory(Home.Path + "/stdio");
        Directory.CreateDirectory(Home.Path + "/logs");
        return new ProcessSupervisor(
            new ActorServices
            {
                Host = Host,
                Pump = _pump,
                Commands = Commands,
                Notify = Notify,
                Time = Clock,
                Say = Said.Enqueue,
                Files = Files,
                Runtimes = new NodeRuntimes(Sockets, Home.Path + "/stdio", Said.Enqueue),
                Options = new SupervisorOptions
                {
                    SpoolDirectory = Home.Path + "/stdio",
                    LogDirectory = Home.Path + "/logs",
                    HostId = "host",
                    BootId = BootId,
                    HostName = "name",
                    SamplingInterval = Sampler is null ? TimeSpan.FromSeconds(1) : TimeSpan.FromMilliseconds(5), // the sampler waits by the real clock
                    InjectedEnv = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:4318" },
                },
            },
            Store, Sampler ?? new NoSampler(), store);
    }
}
