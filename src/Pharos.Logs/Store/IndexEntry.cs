using System.Buffers.Binary;

namespace Pharos.Logs.Store;

/// <summary>One batch of the pump in a segment: which bytes of the stream lie where in the file, since when, and whose they are.</summary>
/// <param name="Position">Position of its first byte in the stream.</param>
/// <param name="Offset">Where it begins in the (uncompressed) file.</param>
/// <param name="UnixNanos">When it was read.</param>
/// <param name="RawBytes">Bytes that the app wrote.</param>
/// <param name="FileBytes">Bytes that they became in the file.</param>
/// <param name="Source">Number of its source in the catalogue.</param>
/// <param name="Prefix">Bytes before each line that the format added, where all lines of the batch have equally many.</param>
/// <param name="Flags">Further facts.</param>
internal readonly record struct IndexEntry(long Position, long Offset, long UnixNanos, int RawBytes, int FileBytes, ushort Source, ushort Prefix, EntryFlags Flags)
{
    /// <summary>Bytes on disk.</summary>
    public const int Size = 40;

    /// <summary>Position behind it.</summary>
    public long End => Position + RawBytes;

    /// <summary>Offset behind it.</summary>
    public long OffsetEnd => Offset + FileBytes;

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteInt64LittleEndian(to, Position);
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], Offset);
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], UnixNanos);
        BinaryPrimitives.WriteInt32LittleEndian(to[24..], RawBytes);
        BinaryPrimitives.WriteInt32LittleEndian(to[28..], FileBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(to[32..], Source);
        BinaryPrimitives.WriteUInt16LittleEndian(to[34..], Prefix);
        BinaryPrimitives.WriteUInt32LittleEndian(to[36..], (uint)Flags);
    }

    public static IndexEntry Read(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadInt64LittleEndian(from),
        BinaryPrimitives.ReadInt64LittleEndian(from[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(from[16..]),
        BinaryPrimitives.ReadInt32LittleEndian(from[24..]),
        BinaryPrimitives.ReadInt32LittleEndian(from[28..]),
        BinaryPrimitives.ReadUInt16LittleEndian(from[32..]),
        BinaryPrimitives.ReadUInt16LittleEndian(from[34..]),
        (EntryFlags)BinaryPrimitives.ReadUInt32LittleEndian(from[36..]));
}

/// <summary>Facts of a batch.</summary>
[Flags]
internal enum EntryFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The last line of it ends here although the app wrote no newline: its process is gone.</summary>
    LineEnds = 1,
}
