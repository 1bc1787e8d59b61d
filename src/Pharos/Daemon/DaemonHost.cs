using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pharos.Api;
using Pharos.Contracts;
using Pharos.Daemon.Service;
using Pharos.Linux.Daemon;
using Pharos.Linux.Processes;
using Pharos.Linux.Sampling;
using Pharos.Linux.Streams;
using Pharos.Logs.Pump;
using Pharos.Supervisor;
using Pharos.Supervisor.Actors;
using Pharos.Supervisor.State;
using Pharos.Telemetry;

namespace Pharos.Daemon;

/// <summary>Puts the daemon together, runs it, and takes it apart in the order in which nothing is lost.</summary>
internal static class DaemonHost
{
    public static async Task<int> RunAsync(DaemonOptions options, DaemonPaths paths, ReadySignal ready, ServiceManager manager)
    {
        DaemonLog? own = null;
        void Say(string line) => own?.Say(line);
        await using var telemetry = DaemonTelemetry.Start(options.Otlp, paths.Home, Say);
        using var log = own = new DaemonLog(paths.OwnLog, options.Otlp, telemetry.OwnResource);
        using var host = new ProcessHost();
        using var pump = new LogPump(new SpoolIo(), TimeProvider.System, log.Say);
        using var sampler = new ProcSampler();
        var services = new ActorServices
        {
            Host = host,
            Pump = pump,
            Time = TimeProvider.System,
            Sink = telemetry.Sink,
            Say = log.Say,
            Options = new SupervisorOptions
            {
                SpoolDirectory = paths.Stdio,
                LogDirectory = paths.Logs,
                HostId = BootInfo.HostId,
                HostName = BootInfo.HostName,
                ResourceAttributes = options.Otlp.ResourceAttributes,
                InjectedEnv = telemetry.InjectedEnv,
            },
        };
        await using var supervisor = new ProcessSupervisor(services, new FileStateStore(paths.State), sampler, path => new AppendFile(path));
        telemetry.Watch(supervisor);

        var end = new TaskCompletionSource<Ending>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, s => End(s, end));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, s => End(s, end));
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, s => s.Cancel = true); // a closed terminal is not a reason to stop

        supervisor.Load(); // before anything listens: a state that cannot be read refuses the daemon, and nothing was changed
        var resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var web = Web(options, paths, telemetry, supervisor, end, manager.Name, resumed.Task);
        try
        {
            await web.StartAsync();
        }
        catch (IOException e)
        {
            // Kestrel says which address; the port is the one that a person chose.
            throw new IOException(e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException && options.Metrics is { } taken
                ? $"the metrics port {taken} is in use: choose another with --metrics or PHAROS_METRICS"
                : e.Message, e);
        }

        File.SetUnixFileMode(paths.Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        supervisor.Resume();
        resumed.SetResult();
        log.Say($"pharos {PharosActivity.Version} ready, pid {Environment.ProcessId}, home {paths.Home}, telemetry {(options.Otlp.HasDestination ? options.Otlp : "stays here")}");
        ready.Ready();
        manager.Ready(SignsOfLife.Describe(supervisor));
        Ending how;
        await using (new SignsOfLife(manager, supervisor, paths.Socket, log.Say))
        {
            how = await end.Task;
            manager.Stopping(how == Ending.KeepApps ? "the apps keep running" : "stopping the apps");
            if (how == Ending.StopApps)
                await supervisor.StopEverythingAsync(forGood: false, default(ActivityContext));
        }

        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5)))
            await web.StopAsync(patience.Token);
        await web.DisposeAsync();
        File.Delete(paths.Socket);
        await telemetry.FlushAsync(TimeSpan.FromSeconds(3));
        log.Say($"pharos ended, {how switch { Ending.StopApps or Ending.AppsStopped => "apps stopped", Ending.KeepApps => "apps keep running" }}");
        return 0;
    }

    private enum Ending
    {
        /// <summary>SIGTERM: stop the apps, and let the next daemon start them again.</summary>
        StopApps,

        /// <summary>The API stopped them already.</summary>
        AppsStopped,

        /// <summary>Leave them to the next daemon.</summary>
        KeepApps,
    }

    private static void End(PosixSignalContext signal, TaskCompletionSource<Ending> end)
    {
        signal.Cancel = true;
        end.TrySetResult(Ending.StopApps);
    }

    private static WebApplication Web(DaemonOptions options, DaemonPaths paths, DaemonTelemetry telemetry, ProcessSupervisor supervisor, TaskCompletionSource<Ending> end, string? service, Task resumed)
    {
        ApiServices? api = null;
        File.Delete(paths.Socket); // we hold the lock of this home: what is there is left over from a daemon that was killed
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 4 * 1024 * 1024;
            ControlApi.ListenOnSocket(kestrel, paths.Socket, () => api!);
            if (options.Metrics is { } metrics)
                ControlApi.ListenForScrapes(kestrel, metrics);
        });
        telemetry.AddTo(builder.Services);
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
                Destination = options.Otlp.HasDestination ? options.Otlp.ToString() : null,
                MetricsAddress = options.Metrics?.ToString(),
                Service = service,
            },
            Resumed = resumed,
            Metrics = telemetry.Page,
            IsAllowed = IsAllowed,
            Shutdown = keep => end.TrySetResult(keep ? Ending.KeepApps : Ending.AppsStopped),
            ClientSpan = telemetry.ClientSpan,
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
