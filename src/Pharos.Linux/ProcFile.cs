using System.Text;

namespace Pharos.Linux;

/// <summary>Reads small files of /proc without allocating.</summary>
internal static unsafe class ProcFile
{
    /// <summary>Reads the beginning of <c>/proc/PID/NAME</c>.</summary>
    /// <param name="proc">Descriptor of /proc.</param>
    /// <param name="pid">Process.</param>
    /// <param name="name">File below it, ASCII.</param>
    /// <param name="buffer">Where to.</param>
    /// <returns>Bytes read; -1 when the process is gone or the file is not for us.</returns>
    internal static int Read(int proc, int pid, ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        var fd = Open(proc, pid, name, Libc.O_RDONLY);
        if (fd < 0)
            return -1;
        var count = ReadAll(fd, buffer);
        _ = Libc.close(fd);
        return count;
    }

    /// <summary>Opens <c>/proc/PID/NAME</c> close-on-exec.</summary>
    /// <returns>The descriptor, or -1.</returns>
    internal static int Open(int proc, int pid, ReadOnlySpan<byte> name, int flags)
    {
        Span<byte> path = stackalloc byte[64];
        _ = pid.TryFormat(path, out var length);
        path[length++] = (byte)'/';
        name.CopyTo(path[length..]);
        path[length + name.Length] = 0;
        fixed (byte* p = path)
            return Libc.openat(proc, p, flags | Libc.O_CLOEXEC, 0);
    }

    /// <summary>Reads until the end of the file or of the buffer.</summary>
    /// <returns>Bytes read, or -1.</returns>
    internal static int ReadAll(int fd, Span<byte> buffer)
    {
        var total = 0;
        fixed (byte* p = buffer)
        {
            while (total < buffer.Length)
            {
                var count = Libc.read(fd, p + total, buffer.Length - total);
                if (count < 0 && Libc.Errno == Libc.EINTR)
                    continue;
                if (count < 0)
                    return -1;
                if (count == 0)
                    break;
                total += (int)count;
            }
        }

        return total;
    }

    /// <summary>A whole small file as text without surrounding blanks; null when it cannot be read.</summary>
    internal static string? Text(string path)
    {
        using var fd = new Fd(Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0));
        if (fd.IsInvalid)
            return null;
        Span<byte> buffer = stackalloc byte[4096];
        var count = ReadAll(fd.Raw, buffer);
        return count < 0 ? null : Encoding.UTF8.GetString(buffer[..count]).Trim();
    }
}
