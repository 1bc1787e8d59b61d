using System.Runtime.InteropServices;

namespace Pharos.Benchmarks.Contestants;

/// <summary>CPU time that a running process has used, in nanoseconds: /proc/PID/stat has hundredths of a second.</summary>
internal static unsafe partial class CpuClock
{
    private const int Scheduler = 2; // CPUCLOCK_SCHED: all threads, the ended ones too; the id of a process is above it, inverted, clock_getcpuclockid(3)

    /// <summary>Seconds, user and system, without its children.</summary>
    /// <exception cref="CannotMeasureException">The process is gone.</exception>
    public static double SecondsOf(int pid)
    {
        var time = stackalloc long[2];
        return GetTime((~pid << 3) | Scheduler, time) == 0 ? time[0] + (time[1] / 1e9) : throw new CannotMeasureException($"process {pid} ended while it was measured");
    }

    /// <summary>CLOCK_MONOTONIC, nanoseconds.</summary>
    public static long Now
    {
        get
        {
            var time = stackalloc long[2];
            _ = GetTime(1, time);
            return (time[0] * 1_000_000_000) + time[1];
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, long* time);
}
