using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using Pharos.Core.Ports;
using Pharos.Linux.Daemon;

namespace Pharos.Linux.Processes;

/// <summary>The kernel gives process ids out in order, and tells the last one: <c>/proc/sys/kernel/ns_last_pid</c>, proc_sys_kernel(5). So what a process has started has a number between
/// its own and that one, until the numbers have gone round.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Lives as long as the process.")]
internal sealed class PidNumbers
{
    /// <summary>No machine makes more processes a second; so the numbers have not gone round in a time that this tells.</summary>
    private const int MostForksPerSecond = 20_000;

    private const int LongestTrustSeconds = 30;

    private readonly Fd? _last;
    private readonly long _trustTicks;

    internal PidNumbers()
    {
        var numbers = long.TryParse(ProcFile.Text("/proc/sys/kernel/pid_max"), out var max) ? max : 32_768;
        _trustTicks = BootInfo.TicksPerSecond * Math.Min(numbers / MostForksPerSecond, LongestTrustSeconds);
        var fd = Libc.open("/proc/sys/kernel/ns_last_pid", Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        _last = fd < 0 ? null : new Fd(fd); // a kernel without CONFIG_CHECKPOINT_RESTORE
    }

    /// <summary>The last number that was given out.</summary>
    /// <param name="since">A process that was started before.</param>
    /// <param name="last">Not below the process's number.</param>
    /// <returns>False: it cannot be said, or the numbers may have gone round since.</returns>
    internal unsafe bool TryLastSince(ProcessIdentity since, out int last)
    {
        last = 0;
        if (_last is null || BootInfo.NowTicks - since.StartTicks >= _trustTicks)
            return false;
        Span<byte> text = stackalloc byte[24];
        fixed (byte* buffer = text)
        {
            var count = Libc.pread(_last.Raw, buffer, text.Length, 0);
            return count > 0 && Utf8Parser.TryParse(text[..(int)count], out last, out _) && last >= since.Pid;
        }
    }
}
