using Microsoft.Win32.SafeHandles;
using Pharos.Linux.Processes;

namespace Pharos.Linux.Daemon;

/// <summary>Starts a daemon that outlives us.</summary>
public static unsafe class DetachedDaemon
{
    /// <summary>The daemon's descriptor to say "ready" or what is wrong on; the reader sees the end of file when the daemon closes it or ends.</summary>
    public const int ReadyDescriptor = 3;

    /// <summary>Starts it in a session of its own: stdin /dev/null, stdout and stderr appended to a file of mode 0600, descriptor 3 a pipe to the caller,
    /// nothing else inherited, working directory <c>/</c>. It is not part of the instance whose shell may have started us: that mark is taken off.</summary>
    /// <param name="exe">Absolute path of the executable.</param>
    /// <param name="args">Arguments without the program's own name.</param>
    /// <param name="env">Its whole environment.</param>
    /// <param name="logPath">File for stdout and stderr.</param>
    /// <param name="readyFd">The reading end of the pipe; the caller closes it.</param>
    /// <returns>Its pid.</returns>
    /// <exception cref="LinuxException">It could not be started.</exception>
    public static int Start(string exe, IReadOnlyList<string> args, IReadOnlyDictionary<string, string> env, string logPath, out SafeFileHandle readyFd)
    {
        ChildSignal.Reset();
        var flags = Libc.O_WRONLY | Libc.O_APPEND | Libc.O_CREAT | Libc.O_CLOEXEC | Libc.O_NOFOLLOW;
        using var log = StdioFiles.AboveStdio(LinuxException.Check(Libc.open(logPath, flags, 0x180), "open", logPath));
        var ends = stackalloc int[2];
        LinuxException.Check(Libc.pipe2(ends, Libc.O_CLOEXEC), "pipe2", "ready pipe");
        using var writeEnd = StdioFiles.AboveStdio(ends[1]);
        var readEnd = new SafeFileHandle(ends[0], ownsHandle: true);
        var plan = new SpawnPlan
        {
            Executable = exe,
            Argv = [exe, .. args],
            Envp = [.. env.Where(e => e.Key != EnvironMarkers.Variable).Select(e => $"{e.Key}={e.Value}")],
            Cwd = "/",
            Descriptors = [log, log, writeEnd],
        };
        var result = PosixSpawn.Run(plan, gate: null);
        if (result.Errno != 0)
        {
            readEnd.Dispose();
            throw new LinuxException(result.Call, result.Errno, SpawnFailure.Explain(plan, result).Message);
        }

        readyFd = readEnd;
        return result.Pid;
    }
}
