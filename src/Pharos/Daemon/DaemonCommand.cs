using Pharos.Client.Wire;
using Pharos.Contracts;
using Pharos.Core.Ports;
using Pharos.Daemon.Service;
using Pharos.Linux.Daemon;

namespace Pharos.Daemon;

/// <summary><c>pharos daemon</c>: reads what it was asked to be, takes the home, and runs until it is told to stop.</summary>
internal static class DaemonCommand
{
    private const int Attempts = 40;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(50);

    public static async Task<int> RunAsync(string[] args)
    {
        using var manager = ServiceManager.FromEnvironment();
        var (options, fault) = DaemonOptions.Read(args, Environment.GetEnvironmentVariable);
        var ready = new ReadySignal(options?.ReadyFd ?? (int.TryParse(Environment.GetEnvironmentVariable("PHAROS_READY_FD"), out var fd) ? fd : null));
        Environment.SetEnvironmentVariable("PHAROS_READY_FD", null);
        if (options is null)
            return Refuse(ready, fault!, exitCode: 2);
        var paths = new DaemonPaths(options.Home, options.Pm2);
        // The pool begins with a thread per core and adds one only every half second: on one core a save that waits for the disk would hold a restart back.
        ThreadPool.GetMinThreads(out _, out var completionPorts);
        ThreadPool.SetMinThreads(Math.Max(8, Environment.ProcessorCount), completionPorts);
        DaemonLimits.Raise();
        try
        {
            paths.Create();
            var handover = Handover.Take();
            using var only = (handover is null ? null : FileLock.Inherit(paths.Lock, handover.Lock)) ?? await TakeAsync(paths);
            if (only is null)
                return Refuse(ready, $"another daemon has {options.Home}: talk to it, or set PHAROS_HOME to another folder");
            paths.CreateSpool();
            using var control = handover is null ? new ControlSocket() : ControlSocket.Inherit(handover.Socket);
            for (UpdateView? failed = null; ;)
            {
                var (order, at) = await DaemonHost.RunAsync(options, paths, ready, manager, control, handover, failed);
                if (order is null)
                {
                    paths.LeaveSpool();
                    return 0;
                }

                failed = Handover.Run(order, at, only, control); // it came back, so it did not work: on as before, with the same processes
                handover = null;
            }
        }
        catch (StateUnreadableException e)
        {
            return Refuse(ready, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse(ready, $"cannot run in {options.Home}: {e.Message}{(Directory.Exists(options.Home) && !CanWrite(options.Home) ? "; make the folder writable, or set PHAROS_HOME to another one (apps that run are not touched)" : "")}");
        }
    }

    /// <summary>Takes the home. One that was killed this instant refuses connections already, and holds its lock until its last thread is gone.</summary>
    /// <returns>Null when a daemon is there and stays.</returns>
    private static async Task<FileLock?> TakeAsync(DaemonPaths paths)
    {
        for (var attempt = 1; ; attempt++)
        {
            var only = FileLock.TryTake(paths.Lock);
            if (only is not null || attempt == Attempts)
                return only;
            using var answering = UnixConnection.Open(paths.Socket, out _);
            if (answering is not null)
                return null;
            await Task.Delay(BetweenAttempts);
        }
    }

    private static bool CanWrite(string folder)
    {
        try
        {
            using var probe = new FileStream(Path.Combine(folder, ".probe"), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static int Refuse(ReadySignal ready, string line, int exitCode = 1)
    {
        ready.Refuse(line);
        Console.Error.WriteLine($"pharos: {line}");
        return exitCode;
    }
}
