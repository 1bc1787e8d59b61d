namespace Pharos.Linux.Daemon;

/// <summary>Facts of the running machine.</summary>
public static unsafe class BootInfo
{
    private static readonly string[] MachineIdFiles = ["/etc/machine-id", "/var/lib/dbus/machine-id"];

    /// <summary>The kernel's boot id, a UUID.</summary>
    public static string BootId { get; } = ProcFile.Text("/proc/sys/kernel/random/boot_id") ?? "unknown";

    /// <summary>Host name, as uname(2) has it.</summary>
    public static string HostName { get; } = Environment.MachineName;

    /// <summary>machine-id(5); where there is none (many containers), the host name.</summary>
    public static string HostId { get; } = FindHostId();

    /// <summary>Clock ticks in a second, the unit of times in /proc.</summary>
    public static long TicksPerSecond { get; } = Libc.sysconf(Libc.SC_CLK_TCK);

    /// <summary>Bytes of a page, the unit of sizes in /proc.</summary>
    public static long PageBytes { get; } = Libc.sysconf(Libc.SC_PAGESIZE);

    /// <summary>Time since boot, suspended time included.</summary>
    public static TimeSpan SinceBoot
    {
        get
        {
            var time = stackalloc long[2];
            _ = Libc.clock_gettime(Libc.CLOCK_BOOTTIME, time);
            return TimeSpan.FromSeconds(time[0]) + TimeSpan.FromTicks(time[1] / 100);
        }
    }

    /// <summary>Clock ticks since boot, comparable to a start time in /proc.</summary>
    public static long NowTicks => (long)(SinceBoot.TotalSeconds * TicksPerSecond);

    /// <summary>When something of /proc began, by the wall clock.</summary>
    /// <param name="startTicks">Field 22 of /proc/PID/stat.</param>
    /// <returns>The time, exact to a clock tick (10 ms).</returns>
    public static DateTimeOffset WallTime(long startTicks) =>
        DateTimeOffset.UtcNow - (SinceBoot - TimeSpan.FromSeconds((double)startTicks / TicksPerSecond));

    private static string FindHostId()
    {
        foreach (var file in MachineIdFiles)
        {
            if (ProcFile.Text(file) is { Length: > 0 } id && id != "uninitialized")
                return id;
        }

        return HostName;
    }
}
