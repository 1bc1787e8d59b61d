using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pharos.Linux.Daemon;

/// <summary>A lock on a file, flock(2): held by this object, let go when it is disposed or the process ends, however it ends.</summary>
/// <remarks>Close-on-exec, so a child never holds it. The file itself stays: removing it would let two holders lock two files of one name.</remarks>
public sealed class FileLock : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    private readonly Fd _file;

    private FileLock(Fd file) => _file = file;

    /// <summary>Takes the lock if nobody has it.</summary>
    /// <param name="path">File; made with mode 0600 when it is not there.</param>
    /// <returns>The lock, or null when somebody has it.</returns>
    /// <exception cref="LinuxException">The file cannot be opened or locked.</exception>
    public static FileLock? TryTake(string path)
    {
        var file = new Fd(LinuxException.Check(Libc.open(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC, 0x180), "open", path));
        while (Libc.flock(file.Raw, Libc.LOCK_EX | Libc.LOCK_NB) < 0)
        {
            var errno = Libc.Errno;
            if (errno == Libc.EINTR)
                continue;
            file.Dispose();
            return errno == Libc.EAGAIN ? null : throw new LinuxException("flock", errno, path);
        }

        return new FileLock(file);
    }

    /// <summary>Waits for the lock. flock(2) knows no time-out, so it is asked for again and again, at first every millisecond, then every 50.</summary>
    /// <param name="path">As for <see cref="TryTake"/>.</param>
    /// <param name="timeout">How long.</param>
    /// <returns>The lock, or null when somebody still has it.</returns>
    /// <exception cref="LinuxException">The file cannot be opened or locked.</exception>
    public static FileLock? Take(string path, TimeSpan timeout)
    {
        var began = Stopwatch.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 > LongestPause ? LongestPause : pause * 2)
        {
            if (TryTake(path) is { } taken)
                return taken;
            var left = timeout - Stopwatch.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
                return null;
            Thread.Sleep(left < pause ? left : pause);
        }
    }

    /// <summary>Takes over a lock that the program before this one held in the same process (<see cref="ExecInPlace"/>): it was never let go.</summary>
    /// <param name="path">As for <see cref="TryTake"/>.</param>
    /// <param name="descriptor">Its descriptor.</param>
    /// <returns>The lock; null when this is no descriptor of that file.</returns>
    public static FileLock? Inherit(string path, int descriptor)
    {
        if (!ExecInPlace.TakeOver(descriptor) || File.ResolveLinkTarget($"/proc/self/fd/{descriptor}", returnFinalTarget: false)?.FullName != path)
            return null;
        return Libc.flock(descriptor, Libc.LOCK_EX | Libc.LOCK_NB) == 0 ? new FileLock(new Fd(descriptor)) : null;
    }

    /// <summary>To hand it on.</summary>
    public SafeHandle Handle => _file;

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
