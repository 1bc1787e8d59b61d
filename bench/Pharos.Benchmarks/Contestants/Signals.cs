using System.Runtime.InteropServices;

namespace Pharos.Benchmarks.Contestants;

/// <summary>kill(2) itself: a measurement that begins with it must not begin with anything else.</summary>
internal static partial class Signals
{
    /// <summary>SIGKILL, and when it was sent: CLOCK_MONOTONIC in nanoseconds.</summary>
    public static long Kill(int pid)
    {
        var now = CpuClock.Now;
        return Send(pid, 9) == 0 ? now : throw new CannotMeasureException($"process {pid} had ended without having been killed");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Send(int pid, int signal);
}
