using System.Runtime.InteropServices;
using System.Text;

namespace Pharos.Example;

/// <summary>
/// write(2) and open(2) as they are. Console and FileStream would do, but take some ten milliseconds of the start-up, and
/// FileMode.Append does not mean O_APPEND.
/// </summary>
internal static unsafe partial class Libc
{
    public const int StandardOutput = 1;
    public const int StandardError = 2;

    private const int WriteOnlyCreateAppendCloseOnExec = 0x1 | 0x40 | 0x400 | 0x80000;
    private const int OwnerAndGroup = 0x1A0; // 0640
    private const int Interrupted = 4;

    /// <summary>Opens for appending, each write going to the end whoever else writes.</summary>
    /// <returns>The descriptor, or -1.</returns>
    public static int OpenAppend(string path)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            return open(name, WriteOnlyCreateAppendCloseOnExec, OwnerAndGroup);
        }
    }

    /// <summary>Writes all of it. What cannot be written is lost: nobody reads it any more.</summary>
    public static void Write(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint done = 0;
            while (done < bytes.Length)
            {
                var written = write(fd, start + done, bytes.Length - done);
                if (written > 0)
                {
                    done += written;
                }
                else if (Marshal.GetLastSystemError() != Interrupted)
                {
                    return;
                }
            }
        }
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int open(byte* path, int flags, int mode);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint write(int fd, byte* buffer, nint count);
}
