using Microsoft.Win32.SafeHandles;

namespace Pharos.Linux.Streams;

/// <summary>Gives blocks of a file back while its offsets stay, fallocate(2).</summary>
public static class HolePunch
{
    private const long Block = 4096;

    /// <summary>Frees the whole blocks of a range.</summary>
    /// <param name="file">Open for writing.</param>
    /// <param name="from">First byte that may go; rounded down to a block.</param>
    /// <param name="upTo">First byte that stays; rounded down to a block.</param>
    /// <returns>Where the freed part ends; <paramref name="from"/> when nothing was freed.</returns>
    /// <remarks>A file system that cannot (EOPNOTSUPP) keeps the blocks: then the space comes back when the file goes.</remarks>
    /// <exception cref="LinuxException">fallocate failed for another reason.</exception>
    public static long Free(SafeFileHandle file, long from, long upTo)
    {
        var start = from / Block * Block;
        var length = (upTo / Block * Block) - start;
        if (length <= 0)
            return from;
        var added = false;
        file.DangerousAddRef(ref added);
        try
        {
            while (Libc.fallocate((int)file.DangerousGetHandle(), Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE, start, length) < 0)
            {
                if (Libc.Errno == Libc.EOPNOTSUPP)
                    return from;
                if (Libc.Errno != Libc.EINTR)
                    throw new LinuxException("fallocate", Libc.Errno, $"{start}+{length}");
            }
        }
        finally
        {
            file.DangerousRelease();
        }

        return start + length;
    }
}
