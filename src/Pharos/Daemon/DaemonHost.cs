using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pharos.Api;
using Pharos.Contracts;
using Pharos.Contracts.Client;
using Pharos.Core.Ports;
using Pharos.Daemon.Service;
using Pharos.Linux.Daemon;
using Pharos.Linux.Notify;
using Pharos.Linux.Processes;
using Pharos.Linux.Sampling;
using Pharos.Linux.Sockets;
using Pharos.Linux.Streams;
using Pharos.Linux.Watching;
using Pharos.Logs.Pump;
using Pharos.Logs.Store;
using Pharos.Node;
using Pharos.Node.Cluster;
using Pharos.Pm2.Home;
using Pharos.Pm2.Sockets;
using Pharos.Supervisor;
using Pharos.Supervisor.Actors;
using Pharos.Supervisor.State;
using Pharos.Telemetry;

namespace Pharos.Daemon;

/// <summary>Puts the daemon together, runs it, and takes it apart in the order in which nothing is lost.</summary>
internal static class DaemonHost
{
    private const int SIGUSR2 = 12; // on every Linux that .NET runs on; PM2's users send it after a rotation
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RepeatPatience = TimeSpan.FromMilliseconds(300);

    /// <summary>Runs until the daemon is to end or to be replaced.</summary>
    /// <param name="options">What it was asked to be.</param>
    /// <param name="paths">Its home.</param>
    /// <param name="ready">Who waits for it.</param>
    /// <param name="manager">The service manager.</param>
    /// <param name="control">Its socket.</param>
    /// <param name="handover">What the program before this one left; null: there was none.</param>
    /// <param name="failed">The update that just failed; null: none did.</param>
    /// <returns>What is to take its place, and when that was ordered; null: nothing is. Then everything is as for a new daemon: nothing is read, reaped or answered any more.</returns>
    public static async Task<(UpdateRequest? Order, DateTimeOffset At)> RunAsync(
        DaemonOptions options, DaemonPaths paths, ReadySignal ready, ServiceManager manager, ControlSocket control, Handover? handover, UpdateView? failed)
    {
        DaemonLog? own = null;
        await using var telemetry = await DaemonTelemetry.StartAsync(options, paths, line => own?.SayHere(line));
        using var log = own = new DaemonLog(options.Logger.BasePath is { } folder ? Path.Combine(Path.GetFullPath(folder, paths.Home), "pharos.log") : paths.OwnLog, options.Logger, telemetry.OwnLog);
        using var host = new ProcessHost(log.Say);
        var store = new LogStore(new LogFiles(), paths.LogStore, log.Say);
        using var pump = new LogPump(new SpoolIo(), store, TimeProvider.System, log.Say);
        using var sampler = new ProcSampler();
        using var notify = new NotifySockets(Path.Combine(paths.Stdio, "notify"));
        using var files = new FileWatch();
        using var sockets = new ListenSockets();
        var runtimes = new NodeRuntimes(paths.Pm2 is null ? sockets : new CommonSockets(sockets), paths.Stdio, log.Say);
        var supervisorOptions = new SupervisorOptions
        {
            SpoolDirectory = paths.Stdio,
            LogDirectory = paths.Logs,
            HostId = BootInfo.HostId,
            HostName = BootInfo.HostName,
            BootId = BootInfo.BootId,
            SamplingInterval = options.SamplingInterval,
            ResourceAttributes = options.Otlp.ResourceAttributes,
            InjectedEnv = telemetry.InjectedEnv,
        };
        telemetry.Changed = () => supervisorOptions.InjectedEnv = telemetry.InjectedEnv;
        var services = new ActorServices
        {
            Host = host,
            Pump = pump,
            Commands = host,
            Notify = notify,
            Time = TimeProvider.System,
            Sink = telemetry.Sink,
            Shipping = telemetry.Ship(store),
            Files = files,
            Runtimes = runtimes,
            Sockets = sockets,
            Say = log.Say,
            Options = supervisorOptions,
        };
        await using var supervisor = new ProcessSupervisor(services, new FileStateStore(paths.State), sampler, store);

        var end = new TaskCompletionSource<Ending>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, s => End(s, end));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, s => End(s, end));
        using var reopen = PosixSignalRegistration.Create((PosixSignal)SIGUSR2, s =>
        {
            s.Cancel = true;
            _ = pump.ReopenAsync();
        });
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, s => s.Cancel = true); // a closed terminal is not a reason to stop

        supervisor.Load(); // before anything listens: a state that cannot be read refuses the daemon, and nothing was changed
        telemetry.Watch(supervisor);
        using var gate = new DaemonGate();
        UpdateRequest? order = null;
        var update = new DaemonUpdate
        {
            Refusal = ExecInPlace.Refusal,
            Begin = request =>
            {
                order = request;
                end.TrySetResult(Ending.Replace);
            },
            Last = failed,
        };
        control.Listen(paths.Socket);
        var web = Web(options, paths, telemetry, supervisor, end, manager.Name, control, gate, update);
        try
        {
            await web.StartAsync();
        }
        catch (IOException e)
        {
            // Kestrel says which address; the port is the one that a person chose.
            throw new IOException(e.InnerException is AddressInUseException && options.Metrics is { } taken
                ? $"the metrics port {taken} is in use: choose another with --metrics or PHAROS_METRICS"
                : e.Message, e);
        }

        supervisor.Resume();
        update.Last ??= handover?.Succeeded(supervisor.Actors.Count(a => a.Snapshot.Process is not null));
        gate.Open();
        if (update.Last is { } outcome)
            log.Say(outcome.Error is { } error ? $"not replaced by {outcome.Executable}: {error}" : $"took the place of {outcome.From}, {(outcome.Kept == 1 ? "1 process" : $"{outcome.Kept} processes")} kept");
        log.Say($"pharos {PharosActivity.Version} ready, pid {Environment.ProcessId}, home {paths.Home}, telemetry {telemetry.Summary() ?? "stays here"}");
        ShowPid(paths, log.Say);
        using var toOurselves = paths.Pm2 is null ? null : new PharosClient(paths.Socket);
        var face = toOurselves is null ? null : new FaceServer(Face(paths.Pm2!, toOurselves, host, log.Say));
        log.Also = face is null ? null : face.Said;
        using var trim = new HeapTrim(TimeProvider.System);
        ready.Ready();
        manager.Ready(SignsOfLife.Describe(supervisor));
        Ending how;
        await using (new SignsOfLife(manager, supervisor, paths.Socket, log.Say))
        {
            how = await end.Task;
            if (how != Ending.Replace)
                manager.Stopping(how == Ending.KeepApps ? "the apps keep running" : "stopping the apps");
            if (how == Ending.StopApps)
                await supervisor.StopEverythingAsync(forGood: false, default(ActivityContext));
        }

        var at = TimeProvider.System.GetUtcNow();
        log.Also = null;
        if (face is not null)
            await face.EndAsync(killed: how != Ending.Replace); // its streams are requests to our own server
        if (how == Ending.Replace && !await gate.EmptyAsync(AnswerPatience, RepeatPatience, TimeProvider.System))
            log.Say("a request that is not answered yet is cut off by the update");
        using (var patience = new CancellationTokenSource(how == Ending.Replace ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(5)))
            await web.StopAsync(patience.Token);
        await web.DisposeAsync();
        if (how == Ending.Replace)
            host.StopReaping(); // before the actors end: nobody would hear of an exit that is reaped after that
        else
            HidePid(paths);
        if (how is Ending.StopApps or Ending.AppsStopped)
            runtimes.Tidy();
        if (how is Ending.StopApps or Ending.AppsStopped)
            await pump.SettleAsync(TimeSpan.FromSeconds(5));
        await telemetry.FlushAsync(TimeSpan.FromSeconds(how == Ending.Replace ? 1 : 3));
        log.Say(how switch
        {
            Ending.StopApps or Ending.AppsStopped => "pharos ended, apps stopped",
            Ending.KeepApps => "pharos ended, apps keep running",
            Ending.Replace => $"pharos {PharosActivity.Version} makes room for {order!.Executable}",
        });
        return (how == Ending.Replace ? order : null, at);
    }

    private enum Ending
    {
        /// <summary>SIGTERM: stop the apps, and let the next daemon start them again.</summary>
        StopApps,

        /// <summary>The API stopped them already.</summary>
        AppsStopped,

        /// <summary>Leave them to the next daemon.</summary>
        KeepApps,

        /// <summary>Leave them to another executable in this process.</summary>
        Replace,
    }

    private static FaceOptions Face(Pm2Home home, PharosClient client, ICommandRunner commands, Action<string> say) => new()
    {
        Home = home,
        Client = client,
        Variables = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().ToDictionary(v => (string)v.Key, v => (string?)v.Value ?? "", StringComparer.Ordinal),
        IsAllowed = IsAllowed,
        PidOf = peer => PeerCredentials.Of(peer.SafeHandle).Pid,
        Quit = PeerCredentials.Quit,
        // A command that ends well says nothing: this one is made to end otherwise.
        AskVersion = async (program, cancel) => (await commands.RunAsync(new CommandRequest
        {
            Command = "\"$PROGRAM\" --version; exit 1",
            Cwd = "/",
            Env = new Dictionary<string, string> { ["PROGRAM"] = program, ["PATH"] = "/usr/local/bin:/usr/bin:/bin" },
            Timeout = TimeSpan.FromSeconds(20),
        }, cancel)).Message,
        Say = say,
    };

    private static void ShowPid(DaemonPaths paths, Action<string> say)
    {
        if (paths.PidFile is not { } file)
            return;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            say($"cannot write the pid file {file}: {e.Message}");
        }
    }

    private static void HidePid(DaemonPaths paths)
    {
        File.Delete(paths.Socket);
        if (paths.PidFile is { } file && File.Exists(file))
            File.Delete(file);
    }

    private static void End(PosixSignalContext signal, TaskCompletionSource<Ending> end)
    {
        signal.Cancel = true;
        end.TrySetResult(Ending.StopApps);
    }

    private static WebApplication Web(
        DaemonOptions options, DaemonPaths paths, DaemonTelemetry telemetry, ProcessSupervisor supervisor, TaskCompletionSource<Ending> end,
        string? service, ControlSocket control, DaemonGate gate, DaemonUpdate update)
    {
        ApiServices? api = null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore();
        builder.Services.AddSingleton<IConnectionListenerFactory>(new ControlListener(control.Socket, gate)); // the last one that fits is taken
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 4 * 1024 * 1024;
            ControlApi.ListenOnSocket(kestrel, paths.Socket, () => api!);
            if (options.Metrics is { } metrics)
                ControlApi.ListenForScrapes(kestrel, metrics);
        });
        var web = builder.Build();
        api = new ApiServices
        {
            Supervisor = supervisor,
            Daemon = new DaemonView
            {
                Version = PharosActivity.Version,
                Pid = Environment.ProcessId,
                StartedAt = TimeProvider.System.GetUtcNow(),
                Home = paths.Home,
                MetricsAddress = options.Metrics?.ToString(),
                Service = service,
            },
            Metrics = telemetry.Page,
            IsAllowed = IsAllowed,
            Gate = gate,
            Update = update,
            Shutdown = keep => end.TrySetResult(keep ? Ending.KeepApps : Ending.AppsStopped),
            ClientSpan = telemetry.ClientSpan,
            Destinations = telemetry.Control,
            ClientResource = telemetry.ClientResource,
            Time = TimeProvider.System,
        };
        ControlApi.Map(web, api);
        return web;
    }

    /// <summary>Only the daemon's own user, and root.</summary>
    private static bool IsAllowed(Socket socket)
    {
        var peer = PeerCredentials.Of(socket.SafeHandle);
        return peer.Uid == SelfIdentity.Uid || peer.Uid == 0;
    }

    /// <summary>Signals are ours: the web host must not end itself before the apps are stopped.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
