using System.Buffers.Text;
using Pharos.Core.Ports;
using Pharos.Linux.Daemon;

namespace Pharos.Linux.Processes;

/// <summary>The kernel gives process ids out in order, and tells the last one: the last field of proc_loadavg(5). So what a process has started has a number between
/// its own and that one, until the numbers have gone round.</summary>
internal sealed class PidNumbers : IDisposable
{
    /// <summary>No machine makes more processes a second; so the numbers have not gone round in a time that this tells.</summary>
    private const int MostForksPerSecond = 20_000;

    private const int LongestTrustSeconds = 30;

    private readonly Fd _loadavg = new(Libc.open("/proc/loadavg", Libc.O_RDONLY | Libc.O_CLOEXEC, 0));
    private readonly long _trustTicks;

    internal PidNumbers()
    {
        var numbers = long.TryParse(ProcFile.Text("/proc/sys/kernel/pid_max"), out var max) ? max : 32_768;
        _trustTicks = BootInfo.TicksPerSecond * Math.Min(numbers / MostForksPerSecond, LongestTrustSeconds);
    }

    /// <summary>The last number that was given out.</summary>
    /// <returns>False: it cannot be said.</returns>
    internal unsafe bool TryNewest(out int newest)
    {
        newest = -1;
        Span<byte> buffer = stackalloc byte[128];
        nint count = -1;
        fixed (byte* first = buffer)
        {
            if (!_loadavg.IsInvalid)
                count = Libc.pread(_loadavg.Raw, first, buffer.Length, 0);
        }

        var text = count > 0 ? buffer[..(int)count].TrimEnd((byte)'\n') : default;
        return Utf8Parser.TryParse(text[(text.LastIndexOf((byte)' ') + 1)..], out newest, out _);
    }

    /// <summary>The last number that was given out.</summary>
    /// <param name="since">A process that was started before.</param>
    /// <param name="last">Not below the process's number.</param>
    /// <returns>False: it cannot be said, or the numbers may have gone round since.</returns>
    internal bool TryLastSince(ProcessIdentity since, out int last)
    {
        last = 0;
        return BootInfo.NowTicks - since.StartTicks < _trustTicks && TryNewest(out last) && last >= since.Pid;
    }

    public void Dispose() => _loadavg.Dispose();
}
