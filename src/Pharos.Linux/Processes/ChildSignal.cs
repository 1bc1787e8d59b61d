namespace Pharos.Linux.Processes;

/// <summary>A parent that ignores SIGCHLD gets no exit status of any child, waitid(2), and exec hands the ignoring on.</summary>
internal static unsafe class ChildSignal
{
    private const int SigactionSize = 256;
    private const nint SIG_IGN = 1;

    /// <summary>Sets SIGCHLD to its default if whoever started us ignored it.</summary>
    internal static void Reset()
    {
        var action = stackalloc byte[SigactionSize];
        new Span<byte>(action, SigactionSize).Clear();
        LinuxException.Check(Libc.sigaction(Libc.SIGCHLD, null, action), "sigaction", "SIGCHLD");
        if (*(nint*)action != SIG_IGN)
            return;
        new Span<byte>(action, SigactionSize).Clear();
        LinuxException.Check(Libc.sigaction(Libc.SIGCHLD, action, null), "sigaction", "SIGCHLD");
    }
}
