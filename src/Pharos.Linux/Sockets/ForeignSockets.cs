using System.Runtime.InteropServices;

namespace Pharos.Linux.Sockets;

/// <summary>Sockets that another process has open, pidfd_getfd(2).</summary>
internal static class ForeignSockets
{
    /// <summary>Takes copies of them.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="pidfd">It again.</param>
    /// <param name="inodes">Which.</param>
    /// <returns>Those that it has, by inode; none where the kernel's ptrace policy refuses it.</returns>
    internal static Dictionary<long, SafeHandle> Take(int pid, Fd pidfd, IReadOnlySet<long> inodes)
    {
        Dictionary<long, SafeHandle> taken = [];
        try
        {
            foreach (var entry in new DirectoryInfo($"/proc/{pid}/fd").EnumerateFileSystemInfos())
            {
                if (int.TryParse(entry.Name, out var number) && InodeOf(entry.LinkTarget) is { } inode && inodes.Contains(inode) && !taken.ContainsKey(inode)
                    && Libc.pidfd_getfd(pidfd.Raw, number, 0) is >= 0 and var copy)
                    taken[inode] = Processes.StdioFiles.AboveStdio(copy);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Ignoring: it ended meanwhile, or is not ours to look into; what is not taken is said by whoever needed it.
        }

        return taken;
    }

    /// <summary>Takes a copy of one by its number.</summary>
    /// <returns>Null when it has none, or it is no socket.</returns>
    internal static unsafe SafeHandle? Take(Fd pidfd, int number)
    {
        var copy = Libc.pidfd_getfd(pidfd.Raw, number, 0);
        if (copy < 0)
            return null;
        var fd = Processes.StdioFiles.AboveStdio(copy);
        Libc.Statx info;
        if (Libc.statx(fd.Raw, "", Libc.AT_EMPTY_PATH, 0x7FF, &info) == 0 && info.Type == Libc.S_IFSOCK)
            return fd;
        fd.Dispose();
        return null;
    }

    private static long? InodeOf(string? link) =>
        link is ['s', 'o', 'c', 'k', 'e', 't', ':', '[', .. var number, ']'] && long.TryParse(number, out var inode) ? inode : null;
}
