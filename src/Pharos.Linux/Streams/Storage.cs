using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace Pharos.Linux.Streams;

/// <summary>What is free of what spool files are kept in.</summary>
public static unsafe class Storage
{
    private static readonly long Limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes is > 0 and var limit ? limit : long.MaxValue; // of the container, else all there is

    /// <summary>Memory that programs could get without swapping, bytes: MemAvailable of proc_meminfo(5), and not more than a container's limit.</summary>
    /// <returns><see cref="long.MaxValue"/> where it cannot be read.</returns>
    public static long FreeMemory
    {
        get
        {
            Span<byte> buffer = stackalloc byte[512];
            var fd = Libc.open("/proc/meminfo", Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
            if (fd < 0)
                return Limit;
            var count = ProcFile.ReadAll(fd, buffer);
            _ = Libc.close(fd);
            var text = buffer[..Math.Max(0, count)];
            var at = text.IndexOf("MemAvailable:"u8);
            return at >= 0 && Utf8Parser.TryParse(text[(at + "MemAvailable:".Length)..].TrimStart((byte)' '), out long kib, out _) ? Math.Min(kib << 10, Limit) : Limit;
        }
    }

    /// <summary>Bytes that its file system has left for us, statfs(2).</summary>
    /// <param name="file">An open file.</param>
    /// <returns><see cref="long.MaxValue"/> where it cannot be asked.</returns>
    public static long FreeIn(SafeFileHandle file)
    {
        var buffer = stackalloc byte[256]; // struct statfs of 64 bits: type, bsize, blocks, bfree, bavail
        var added = false;
        file.DangerousAddRef(ref added);
        try
        {
            return Libc.fstatfs((int)file.DangerousGetHandle(), buffer) == 0 ? ((long*)buffer)[1] * ((long*)buffer)[4] : long.MaxValue;
        }
        finally
        {
            file.DangerousRelease();
        }
    }
}
