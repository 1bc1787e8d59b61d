using Pharos.Core.Ports;
using Pharos.Linux.Daemon;

namespace Pharos.Daemon;

/// <summary><c>pharos daemon</c>: reads what it was asked to be, takes the home, and runs until it is told to stop.</summary>
internal static class DaemonCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var (options, fault) = DaemonOptions.Read(args, Environment.GetEnvironmentVariable);
        var ready = new ReadySignal(options?.ReadyFd ?? (int.TryParse(Environment.GetEnvironmentVariable("PHAROS_READY_FD"), out var fd) ? fd : null));
        Environment.SetEnvironmentVariable("PHAROS_READY_FD", null);
        if (options is null)
            return Refuse(ready, fault!, exitCode: 2);
        var paths = new DaemonPaths(options.Home);
        // The pool begins with a thread per core and adds one only every half second: on one core a save that waits for the disk would hold a restart back.
        ThreadPool.GetMinThreads(out _, out var completionPorts);
        ThreadPool.SetMinThreads(Math.Max(8, Environment.ProcessorCount), completionPorts);
        try
        {
            paths.Create();
            using var only = FileLock.TryTake(paths.Lock);
            if (only is null)
                return Refuse(ready, $"another daemon has {options.Home}: talk to it, or set PHAROS_HOME to another folder");
            return await DaemonHost.RunAsync(options, paths, ready);
        }
        catch (StateUnreadableException e)
        {
            return Refuse(ready, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse(ready, $"cannot run in {options.Home}: {e.Message}");
        }
    }

    private static int Refuse(ReadySignal ready, string line, int exitCode = 1)
    {
        ready.Refuse(line);
        Console.Error.WriteLine($"pharos: {line}");
        return exitCode;
    }
}
