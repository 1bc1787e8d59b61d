using Pharos.Core.Ports;

namespace Pharos.Linux.Processes;

/// <summary>A stdin that lines can be sent to: a FIFO that the child itself holds for reading and writing, so it has no end, and no daemon has to be there for it.</summary>
internal static unsafe class StdinFifo
{
    private const uint OwnerOnly = 0x180;

    /// <summary>Makes and opens it.</summary>
    /// <param name="path">Where; null: the child is to have none.</param>
    /// <param name="credentials">Whose it is.</param>
    /// <param name="stdin">The child's end; null without a path.</param>
    /// <returns>Null when all is well, else why not.</returns>
    internal static LaunchRefused? Open(string? path, Credentials? credentials, out Fd? stdin)
    {
        stdin = null;
        if (path is null)
            return null;
        if (Libc.mkfifo(path, OwnerOnly) < 0 && Libc.Errno != Libc.EEXIST)
            return Refuse(path, Libc.Errno);
        var fd = Libc.open(path, Libc.O_RDWR | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, 0);
        if (fd < 0)
            return Refuse(path, Libc.Errno);
        stdin = StdioFiles.AboveStdio(fd);
        if (!IsFifo(stdin))
        {
            stdin.Dispose();
            return new LaunchRefused($"input file {path} is no FIFO; remove it");
        }

        if (credentials is not null)
            _ = Libc.fchown(stdin.Raw, credentials.Uid, credentials.Gid); // echo line >/dev/stdin opens it anew
        return null;
    }

    /// <summary>Writes without waiting.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="bytes">What is to be read.</param>
    /// <returns>Null when all of it was taken, else one line.</returns>
    internal static string? Write(string path, ReadOnlySpan<byte> bytes)
    {
        using var fifo = new Fd(Libc.open(path, Libc.O_WRONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, 0));
        if (fifo.IsInvalid)
            return Libc.Errno is Libc.ENOENT or Libc.ENXIO ? "nobody reads it: the process is gone, or was started before a stdin was asked for" : $"{path}: {LinuxException.Describe(Libc.Errno)}";
        if (!IsFifo(fifo))
            return $"{path} is no FIFO";
        var written = 0;
        while (written < bytes.Length)
        {
            nint taken;
            fixed (byte* start = bytes[written..])
                taken = Libc.write(fifo.Raw, start, bytes.Length - written);
            if (taken < 0 && Libc.Errno == Libc.EINTR)
                continue;
            if (taken < 0)
                return Libc.Errno == Libc.EAGAIN ? $"the process does not read its stdin: {written} of {bytes.Length} bytes were taken" : LinuxException.Describe(Libc.Errno);
            written += (int)taken;
        }

        return null;
    }

    private static bool IsFifo(Fd file)
    {
        Libc.Statx info;
        return Libc.statx(file.Raw, "", Libc.AT_EMPTY_PATH, 0x7FF, &info) >= 0 && info.Type == Libc.S_IFIFO;
    }

    private static LaunchRefused Refuse(string path, int errno) =>
        new($"cannot make the stdin {path}: {LinuxException.Describe(errno)}", Transient: errno is Libc.EMFILE or Libc.ENFILE or Libc.ENOSPC or Libc.EDQUOT or Libc.ENOMEM or Libc.EINTR);
}
