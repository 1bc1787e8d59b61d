using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Pharos.Logs.Store;

namespace Pharos.Logs.Pump;

/// <summary>Which part of a spool file is being written where, kept beside it, so that the next daemon goes on at the exact byte.</summary>
/// <remarks>
/// Written before a batch goes into its files. A daemon that is killed at any moment after that leaves streams that end before, within or behind the batch; from their ends follows
/// whether it is in them (<see cref="Resume"/>). The page cache outlives a killed daemon, so no fsync is needed; after a power cut the spool, which lies on tmpfs, is gone as well.
/// </remarks>
internal sealed class SpoolNote(string spool) : IDisposable
{
    private const int Magic = 0x314E4850; // "PHN1"
    private const int Head = 24;
    private const int PerTarget = 16;
    private const int Legacy = 16;
    [ThreadStatic]
    private static byte[]? t_buffer; // of the pump's thread: one for all
    private SafeFileHandle? _file;

    /// <summary>Most files that one output goes into.</summary>
    public const int MostTargets = 4;

    private static byte[] Buffer => t_buffer ??= new byte[Head + (PerTarget * MostTargets)];

    public static string PathFor(string spool) => spool + ".at";

    /// <summary>Notes a batch.</summary>
    /// <param name="offset">Where in the spool file it begins.</param>
    /// <param name="length">Its bytes there.</param>
    /// <param name="streams">Where it goes.</param>
    /// <param name="batches">What goes there.</param>
    public void Write(long offset, int length, ReadOnlySpan<LogStream> streams, ReadOnlySpan<Batch> batches)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Buffer, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(Buffer.AsSpan(4), streams.Length);
        BinaryPrimitives.WriteInt64LittleEndian(Buffer.AsSpan(8), offset);
        BinaryPrimitives.WriteInt64LittleEndian(Buffer.AsSpan(16), length);
        for (var i = 0; i < streams.Length; i++)
        {
            var at = Buffer.AsSpan(Head + (i * PerTarget));
            BinaryPrimitives.WriteUInt32LittleEndian(at, streams[i].Id);
            BinaryPrimitives.WriteInt32LittleEndian(at[4..], batches[i].Entry.RawBytes);
            BinaryPrimitives.WriteInt64LittleEndian(at[8..], batches[i].Entry.Position);
        }

        _file ??= File.OpenHandle(PathFor(spool), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.Write(_file, Buffer.AsSpan(0, Head + (PerTarget * streams.Length)), 0);
    }

    /// <summary>Where to go on reading.</summary>
    /// <param name="spoolLength">Length of the spool file now.</param>
    /// <param name="logLength">Length of the log file now, for the note of a daemon that had no store.</param>
    /// <param name="endOf">The end of a stream; null: there is none of that id.</param>
    /// <param name="halfDone">Receives the streams that have the batch, or some of it, while others have it not, and where it begins in them: there it is to be taken back.</param>
    public long Resume(long spoolLength, long logLength, Func<uint, long?> endOf, List<(uint Id, long Position)> halfDone)
    {
        if (!File.Exists(PathFor(spool)))
            return 0;
        int read;
        using (var file = File.OpenHandle(PathFor(spool), FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
            read = RandomAccess.Read(file, Buffer, 0);
        return Math.Clamp(Offset(read, logLength, endOf, halfDone), 0, Math.Max(0, spoolLength));
    }

    public void Dispose() => _file?.Dispose();

    private static long Offset(int read, long logLength, Func<uint, long?> endOf, List<(uint Id, long Position)> halfDone)
    {
        if (read == Legacy)
            return BinaryPrimitives.ReadInt64LittleEndian(Buffer) + Math.Max(0, logLength - BinaryPrimitives.ReadInt64LittleEndian(Buffer.AsSpan(8)));
        if (read < Head || BinaryPrimitives.ReadInt32LittleEndian(Buffer) != Magic)
            return 0;
        var count = Math.Min(BinaryPrimitives.ReadInt32LittleEndian(Buffer.AsSpan(4)), MostTargets);
        var offset = BinaryPrimitives.ReadInt64LittleEndian(Buffer.AsSpan(8));
        var length = BinaryPrimitives.ReadInt64LittleEndian(Buffer.AsSpan(16));
        var whole = true;
        for (var i = 0; i < count; i++)
        {
            var at = Buffer.AsSpan(Head + (i * PerTarget));
            var (id, raw, position) = (BinaryPrimitives.ReadUInt32LittleEndian(at), BinaryPrimitives.ReadInt32LittleEndian(at[4..]), BinaryPrimitives.ReadInt64LittleEndian(at[8..]));
            if (raw == 0 || endOf(id) is not { } end)
                continue; // it was to get nothing, or is gone with all that it had
            if (count == 1 && raw == length)
                return offset + Math.Clamp(end - position, 0, length);
            if (end > position)
                halfDone.Add((id, position));
            whole &= end >= position + raw;
        }

        if (whole)
            halfDone.Clear();
        return whole ? offset + length : offset;
    }
}
