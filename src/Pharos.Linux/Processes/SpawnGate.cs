using System.Diagnostics;
using Pharos.Linux.Daemon;

namespace Pharos.Linux.Processes;

/// <summary>A nameless FIFO at which a child waits between fork and exec, so that what needs its pid is done before its program runs.</summary>
/// <remarks>The child's first act is to open it for reading, which blocks until someone opens it for writing, fifo(7). The spawning thread is stuck
/// in vfork meanwhile, so another one reads the pid from /proc/self/task/TID/children (CONFIG_PROC_CHILDREN).</remarks>
internal sealed class SpawnGate : IDisposable
{
    private static readonly bool HasChildrenFile = ProcFile.Text($"/proc/self/task/{Environment.ProcessId}/children") is not null;
    private static int _number;

    private SpawnGate(Fd fifo) => Fifo = fifo;

    /// <summary>The FIFO, as a path descriptor.</summary>
    internal Fd Fifo { get; }

    /// <summary>A gate, or null where the kernel does not tell the children of a thread: then the limits are set just after exec.</summary>
    internal static SpawnGate? TryCreate()
    {
        if (!HasChildrenFile)
            return null;
        var path = Path.Combine(RuntimeDir.Pick() ?? Path.GetTempPath(), $".pharos-gate-{Environment.ProcessId}-{Interlocked.Increment(ref _number)}");
        LinuxException.Check(Libc.mkfifo(path, 0x1A4), "mkfifo", path);
        try
        {
            // 0644 whatever our umask: the child may be another user.
            LinuxException.Check(Libc.chmod(path, 0x1A4), "chmod", path);
            return new SpawnGate(new Fd(LinuxException.Check(Libc.open(path, Libc.O_PATH | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, 0), "open", path)));
        }
        finally
        {
            _ = Libc.unlink(path);
        }
    }

    /// <summary>Waits for the child of a thread.</summary>
    /// <param name="thread">Kernel id of the spawning thread.</param>
    /// <param name="finished">Tells that posix_spawn has returned, so there is nothing to wait for.</param>
    /// <param name="patience">How long.</param>
    /// <returns>Its pid, or null.</returns>
    internal static int? AwaitChild(int thread, Func<bool> finished, TimeSpan patience)
    {
        var began = Stopwatch.GetTimestamp();
        var spinner = new SpinWait();
        while (Stopwatch.GetElapsedTime(began) < patience && !finished())
        {
            if (int.TryParse(ProcFile.Text($"/proc/self/task/{thread}/children"), out var pid))
                return pid;
            spinner.SpinOnce(sleep1Threshold: 200);
        }

        return null;
    }

    /// <summary>Lets the child go on, now or when it arrives. Never blocks: a FIFO opened for reading and writing has both ends.</summary>
    /// <returns>To be kept until posix_spawn has returned.</returns>
    internal Fd Open()
    {
        var path = $"/proc/self/fd/{Fifo.Raw}";
        return new Fd(LinuxException.Check(Libc.open(path, Libc.O_RDWR | Libc.O_CLOEXEC, 0), "open", "spawn gate"));
    }

    public void Dispose() => Fifo.Dispose();
}
