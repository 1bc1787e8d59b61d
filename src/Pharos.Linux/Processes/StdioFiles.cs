using Pharos.Core.Ports;
using Pharos.Core.Specs;

namespace Pharos.Linux.Processes;

/// <summary>Opens what a child writes its output to.</summary>
/// <remarks>Opened by us and handed over, so a child of another user needs no access to the directory. The file is given to that user all the same:
/// <c>echo x >/dev/stderr</c> opens it anew, and is refused otherwise.</remarks>
internal static unsafe class StdioFiles
{
    private const uint OwnerOnly = 0x180;
    private const int PipeBytes = 1 << 20;

    /// <summary>Opens stdout and stderr.</summary>
    /// <param name="request">Where.</param>
    /// <param name="credentials">Whose.</param>
    /// <param name="files">Both, when all is well.</param>
    /// <returns>Null when all is well, else why not.</returns>
    internal static LaunchRefused? Open(LaunchRequest request, Credentials? credentials, out Fd[] files)
    {
        files = [];
        if (Open(request.StdoutPath, request.Stdio, credentials, out var stdout) is { } refused)
            return refused;
        if (Open(request.StderrPath, request.Stdio, credentials, out var stderr) is { } second)
        {
            stdout!.Dispose();
            return second;
        }

        files = [stdout!, stderr!];
        return null;
    }

    private static LaunchRefused? Open(string path, StdioMode mode, Credentials? credentials, out Fd? file)
    {
        file = null;
        var fifo = mode == StdioMode.Fifo;
        if (fifo && Libc.mkfifo(path, OwnerOnly) < 0 && Libc.Errno != Libc.EEXIST)
            return Refuse(path, Libc.Errno);

        // O_NONBLOCK so that a FIFO where a spool file should be is noticed, not waited at; it is no spool file's business.
        var flags = fifo ? Libc.O_RDWR : Libc.O_WRONLY | Libc.O_APPEND | Libc.O_CREAT | Libc.O_NONBLOCK;
        var fd = Libc.open(path, flags | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, OwnerOnly);
        if (fd < 0)
            return Libc.Errno == Libc.ENXIO ? new LaunchRefused($"output file {path} is no regular file; remove it") : Refuse(path, Libc.Errno);
        file = AboveStdio(fd); // from here on the number may be another: fd is free for anybody
        Libc.Statx info;
        if (Libc.statx(file.Raw, "", Libc.AT_EMPTY_PATH, 0x7FF, &info) < 0 || info.Type != (fifo ? Libc.S_IFIFO : Libc.S_IFREG))
        {
            file.Dispose();
            return new LaunchRefused($"output file {path} is no {(fifo ? "FIFO" : "regular file")}; remove it");
        }

        if (!fifo)
            _ = Libc.fcntl(file.Raw, Libc.F_SETFL, Libc.O_APPEND); // without O_NONBLOCK again
        else
            _ = Libc.fcntl(file.Raw, Libc.F_SETPIPE_SZ, PipeBytes); // refused over the user's pipe quota: then it keeps its 64 KiB
        if (credentials is not null)
            _ = Libc.fchown(file.Raw, credentials.Uid, credentials.Gid);
        return null;
    }

    /// <summary>Our descriptor must not lie where the child's own are put.</summary>
    internal static Fd AboveStdio(int fd)
    {
        if (fd > 9)
            return new Fd(fd);
        var high = Libc.fcntl(fd, Libc.F_DUPFD_CLOEXEC, 10);
        if (high < 0)
            return new Fd(fd);
        _ = Libc.close(fd);
        return new Fd(high);
    }

    private static LaunchRefused Refuse(string path, int errno) =>
        new($"cannot open output file {path}: {LinuxException.Describe(errno)}",
            Transient: errno is Libc.EMFILE or Libc.ENFILE or Libc.ENOSPC or Libc.EDQUOT or Libc.ENOMEM or Libc.EINTR);
}
