using System.Runtime.InteropServices;

namespace Pharos.Fixtures;

/// <summary>The few calls a fixture needs.</summary>
internal static unsafe partial class Sys
{
    internal const int SIGINT = 2;
    internal const int SIGTERM = 15;
    internal const int O_WRONLY = 1;
    internal const int O_CREAT = 0x40;
    internal const int O_APPEND = 0x400;
    internal const int CLOCK_MONOTONIC = 1;

    private const nint SIG_IGN = 1;

    [LibraryImport("libc")]
    internal static partial nint write(int fd, byte* buffer, nint count);

    [LibraryImport("libc")]
    internal static partial int open(byte* path, int flags, uint mode);

    [LibraryImport("libc")]
    internal static partial int clock_gettime(int clock, long* time);

    [LibraryImport("libc")]
    internal static partial int usleep(uint microseconds);

    internal static void Ignore(int number) => _ = signal(number, SIG_IGN);

    [LibraryImport("libc")]
    private static partial nint signal(int number, nint handler);
}
