using Microsoft.Win32.SafeHandles;
using Pharos.Core.Ports;

namespace Pharos.Linux.Streams;

/// <summary>The reading end of a spool file.</summary>
internal sealed unsafe class SpoolFile : IStreamSource
{
    private const long Grain = 128 * 1024; // a folio that goes in part is split first (ADR 29)

    private readonly SafeFileHandle _file;
    private long _freed;

    internal SpoolFile(string path)
    {
        // For writing too: punching holes needs it. With O_CREAT, so that it can be watched before the child is there.
        // O_NONBLOCK keeps a FIFO of that name from stopping us; a regular file does not know it.
        var fd = LinuxException.Check(Libc.open(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_NONBLOCK | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, 0x180), "open", path);
        _file = new SafeFileHandle(fd, ownsHandle: true);
        Libc.Statx info;
        if (Libc.statx(fd, "", Libc.AT_EMPTY_PATH, 0x7FF, &info) == 0 && info.Type == Libc.S_IFREG)
            return;
        _file.Dispose();
        throw new LinuxException("open", Libc.EINVAL, $"{path} (not a regular file)");
    }

    public long Length => RandomAccess.GetLength(_file);

    public long Room => Math.Min(Storage.FreeIn(_file), Storage.FreeMemory);

    public bool IsFifo => false;

    public int Read(Span<byte> buffer, long offset) => RandomAccess.Read(_file, buffer, offset);

    public void Release(long upTo)
    {
        if (upTo / Grain * Grain is var whole && whole > _freed)
            _freed = HolePunch.Free(_file, _freed, whole);
    }

    public void Dispose() => _file.Dispose();
}
