using Pharos.Core.Ports;

namespace Pharos.Linux.Streams;

/// <summary>A log file opened with O_APPEND: each write goes to the end that is there at that moment, so truncation by somebody else leaves no hole.</summary>
/// <remarks>.NET's own append mode keeps a position of its own instead, which a copytruncate would turn into a file of zeros.</remarks>
public sealed unsafe class AppendFile : IAppendFile
{
    private const int EFBIG = 27;
    private readonly Fd _file;
    private readonly string _path;

    /// <summary>Opens the file; makes it with mode 0640 when it is not there, and its folder too.</summary>
    /// <param name="path">Absolute path.</param>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    /// <exception cref="IOException">Its folder cannot be made.</exception>
    public AppendFile(string path)
    {
        _path = path;
        var fd = Open(path);
        if (fd < 0 && Libc.Errno == Libc.ENOENT)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            fd = Open(path);
        }

        _file = new Fd(LinuxException.Check(fd, "open", path));
    }

    private static int Open(string path) => Libc.open(path, Libc.O_WRONLY | Libc.O_APPEND | Libc.O_CREAT | Libc.O_CLOEXEC, 0x1A0);

    /// <inheritdoc/>
    public long Length
    {
        get
        {
            const int SEEK_END = 2;
            using var pin = _file.Hold();
            var end = Libc.lseek(pin.Raw, 0, SEEK_END); // with O_APPEND the position means nothing to a write
            return end >= 0 ? end : throw new LinuxException("lseek", Libc.Errno, _path);
        }
    }

    /// <inheritdoc/>
    public FileFacts Facts
    {
        get
        {
            using var pin = _file.Hold();
            return LogFiles.Facts(pin.Raw, "", Libc.AT_EMPTY_PATH) ?? throw new LinuxException("statx", Libc.Errno, _path);
        }
    }

    /// <inheritdoc/>
    public void Truncate(long length)
    {
        using var pin = _file.Hold();
        LinuxException.Check(Libc.ftruncate(pin.Raw, length), "ftruncate", _path);
    }

    /// <inheritdoc/>
    /// <exception cref="LinuxException">The write failed for another reason than a full disk.</exception>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        using var pin = _file.Hold();
        var written = 0;
        fixed (byte* first = bytes)
        {
            while (written < bytes.Length)
            {
                var count = Libc.write(pin.Raw, first + written, bytes.Length - written);
                if (count >= 0)
                {
                    written += (int)count;
                    continue;
                }

                if (Libc.Errno == Libc.EINTR)
                    continue;
                if (Libc.Errno is Libc.ENOSPC or Libc.EDQUOT or EFBIG)
                    return written;
                throw new LinuxException("write", Libc.Errno, _path);
            }
        }

        return written;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
