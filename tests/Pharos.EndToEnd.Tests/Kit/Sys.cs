using System.Runtime.InteropServices;

namespace Pharos.EndToEnd.Tests.Kit;

/// <summary>The few kernel calls that a test needs.</summary>
internal static partial class Sys
{
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;

    /// <summary>Whether this process may become somebody else.</summary>
    public static bool IsRoot => geteuid() == 0;

    /// <summary>The user's number.</summary>
    public static uint Uid => geteuid();

    /// <summary>Sends a signal to one process.</summary>
    /// <exception cref="InvalidOperationException">There is no such process, or it is not ours.</exception>
    public static void Signal(int pid, int signal)
    {
        if (pid <= 1 || kill(pid, signal) != 0)
            throw new InvalidOperationException($"cannot send signal {signal} to {pid}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint geteuid();
}
