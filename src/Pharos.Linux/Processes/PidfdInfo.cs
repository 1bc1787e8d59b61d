namespace Pharos.Linux.Processes;

/// <summary>What a pidfd tells of its process, PIDFD_GET_INFO (Linux 6.13; the exit status 6.15).</summary>
internal static unsafe class PidfdInfo
{
    private const int Bytes = 64;
    private const ulong ExitBit = 8;

    /// <summary>_IOWR(0xFF, 11, struct pidfd_info)</summary>
    private const uint GetInfo = (3u << 30) | (Bytes << 16) | (0xFFu << 8) | 11;

    /// <summary>Whether this kernel knows the request at all.</summary>
    internal static bool IsKnown(Fd pidfd)
    {
        var info = stackalloc uint[Bytes / 4];
        new Span<uint>(info, Bytes / 4).Clear();
        return Libc.ioctl(pidfd.Raw, GetInfo, info) == 0;
    }

    /// <summary>The wait status of a process that was reaped, whoever did it.</summary>
    /// <returns>Null when it is not reaped yet, or this kernel does not tell.</returns>
    internal static int? WaitStatus(Fd pidfd)
    {
        // u64 mask, u64 cgroup, then u32: pid, tgid, ppid, eight ids, exit code as the sixteenth word.
        var info = stackalloc uint[Bytes / 4];
        new Span<uint>(info, Bytes / 4).Clear();
        *(ulong*)info = ExitBit;
        return Libc.ioctl(pidfd.Raw, GetInfo, info) == 0 && (*(ulong*)info & ExitBit) != 0 ? (int)info[15] : null;
    }
}
