using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Pharos.Logs.Pump;

/// <summary>How far a spool file was written to its log file, kept beside it so that the next daemon goes on at the exact byte.</summary>
/// <remarks>
/// Holds the spool offset and the log file's length at that moment. A daemon that dies between the write to the log file and
/// the write here leaves a log file that is longer than what stands here; the difference is exactly what was consumed
/// since, because bytes go into the log file as they were written. The page cache outlives a killed daemon, so no fsync is needed;
/// after a power cut the spool, which lies on tmpfs, is gone as well.
/// </remarks>
internal sealed class Checkpoint : IDisposable
{
    private const int Size = 16;
    private readonly SafeFileHandle _file;
    private readonly byte[] _buffer = new byte[Size];

    public Checkpoint(string path) =>
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);

    public static string PathFor(string spool) => spool + ".at";

    /// <summary>Where to go on reading.</summary>
    /// <param name="logLength">Length of the log file now.</param>
    /// <param name="spoolLength">Length of the spool file now.</param>
    public long Resume(long logLength, long spoolLength)
    {
        if (RandomAccess.Read(_file, _buffer, 0) < Size)
            return 0;
        var offset = BinaryPrimitives.ReadInt64LittleEndian(_buffer);
        var length = BinaryPrimitives.ReadInt64LittleEndian(_buffer.AsSpan(8));
        // A shorter log file was rotated or truncated by somebody: nothing can be derived from its length.
        var since = Math.Max(0, logLength - length);
        return Math.Clamp(offset + since, 0, Math.Max(0, spoolLength));
    }

    public void Write(long spoolOffset, long logLength)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_buffer, spoolOffset);
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(8), logLength);
        RandomAccess.Write(_file, _buffer, 0);
    }

    public void Dispose() => _file.Dispose();
}
