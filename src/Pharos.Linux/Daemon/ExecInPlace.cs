using System.Runtime.InteropServices;
using System.Text;
using Pharos.Linux.Processes;

namespace Pharos.Linux.Daemon;

/// <summary>Lets another executable take this process over, execve(2): same pid, same children, the descriptors that are named, the same arguments and environment.</summary>
/// <remarks>
/// Everything that .NET opens is close-on-exec, so nothing else is handed on but stdin, stdout and stderr. Children stay children, also those that ended
/// meanwhile: their zombies wait for the new program's waitid(2). Whoever calls this has ended every thread that makes or reaps processes: a thread that
/// execve kills in between would leave a process that nobody knows, or take an exit status with it.
/// </remarks>
public static unsafe class ExecInPlace
{
    private const int S_IWGRP = 0x10, S_IWOTH = 0x2, S_ISVTX = 0x200;

    /// <summary>Whether an executable may take this process over: an executable file of root's or our own that nobody else can write.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Null when it may; otherwise one line that says why not.</returns>
    public static string? Refusal(string path)
    {
        if (!path.StartsWith('/'))
            return $"'{path}' is not an absolute path";
        Libc.Statx info;
        if (Libc.statx(Libc.AT_FDCWD, path, 0, 0x7FF, &info) < 0)
            return $"{path} cannot be looked at: {LinuxException.Describe(Libc.Errno)}";
        if (info.Type != Libc.S_IFREG)
            return $"{path} is not a file";
        if (!IsOurs(info.Uid))
            return $"{path} belongs to uid {info.Uid}, and neither to root nor to the daemon's user: what it does would be up to somebody else";
        if ((info.Mode & (S_IWGRP | S_IWOTH)) != 0)
            return $"{path} can be written by others: chmod go-w {path}";
        if (Libc.access(path, Libc.X_OK) < 0)
            return $"{path} cannot be executed: {LinuxException.Describe(Libc.Errno)}";
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Libc.statx(Libc.AT_FDCWD, folder, 0, 0x7FF, &info) < 0 || !IsOurs(info.Uid) || (info.Mode & (S_IWOTH | S_ISVTX)) == S_IWOTH)
                return $"{path} could be exchanged by others, since its folder {folder} is theirs or can be written by all";
        }

        return null;
    }

    /// <summary>Does it. Comes back only when it did not work; then nothing has changed.</summary>
    /// <param name="path">The executable.</param>
    /// <param name="variable">A variable to add to the environment.</param>
    /// <param name="value">Its value; it is made when the descriptors are ready to be handed on.</param>
    /// <param name="without">Variables to leave out.</param>
    /// <param name="keep">Descriptors that stay open under their number.</param>
    /// <returns>Why not, in one line.</returns>
    public static string Run(string path, string variable, string value, IReadOnlyCollection<string> without, params IReadOnlyList<SafeHandle> keep)
    {
        try
        {
            var argv = Split(File.ReadAllBytes("/proc/self/cmdline"));
            var envp = Split(File.ReadAllBytes("/proc/self/environ"))
                .Where(e => !without.Append(variable).Any(name => e.AsSpan().StartsWith(Encoding.UTF8.GetBytes(name + "="))))
                .Append(Encoding.UTF8.GetBytes($"{variable}={value}"));
            SetCloseOnExec(keep, false);
            var errno = 0;
            // The new program inherits the signal mask of the thread that calls: a thread of our own has none that somebody else set.
            var thread = new Thread(() => errno = Execute(path, argv, [.. envp]), 256 * 1024) { IsBackground = true, Name = "exec" };
            thread.Start();
            thread.Join();
            return $"cannot execute {path}: {LinuxException.Describe(errno)}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot execute {path}: {e.Message}";
        }
        finally
        {
            SetCloseOnExec(keep, true);
        }
    }

    /// <summary>A descriptor that was handed on is close-on-exec again.</summary>
    /// <param name="descriptor">It.</param>
    /// <returns>False when it is not open.</returns>
    public static bool TakeOver(int descriptor) => Libc.fcntl(descriptor, Libc.F_SETFD, Libc.FD_CLOEXEC) == 0;

    private static bool IsOurs(uint uid) => uid == 0 || uid == SelfIdentity.Uid;

    private static int Execute(string path, IReadOnlyList<byte[]> argv, IReadOnlyList<byte[]> envp)
    {
        var signals = stackalloc byte[Libc.SignalSetSize];
        _ = Libc.sigemptyset(signals);
        _ = Libc.pthread_sigmask(Libc.SIG_SETMASK, signals, null);
        using var arguments = new NativeStrings(argv);
        using var environment = new NativeStrings(envp);
        _ = Libc.execve(path, arguments.Pointer, environment.Pointer);
        return Libc.Errno;
    }

    private static void SetCloseOnExec(IReadOnlyList<SafeHandle> handles, bool on)
    {
        foreach (var handle in handles)
            _ = Libc.fcntl((int)handle.DangerousGetHandle(), Libc.F_SETFD, on ? Libc.FD_CLOEXEC : 0);
    }

    /// <summary>Bytes, and not text: what is no UTF-8 stays as it is.</summary>
    private static List<byte[]> Split(ReadOnlySpan<byte> zeroEnded)
    {
        List<byte[]> parts = [];
        for (var end = zeroEnded.IndexOf((byte)0); end >= 0; end = zeroEnded.IndexOf((byte)0))
        {
            parts.Add(zeroEnded[..end].ToArray());
            zeroEnded = zeroEnded[(end + 1)..];
        }

        return parts;
    }
}
