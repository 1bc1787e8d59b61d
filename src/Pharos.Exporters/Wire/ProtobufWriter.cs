using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Pharos.Exporters.Wire;

/// <summary>Writes protobuf into one pooled buffer that grows. Not thread-safe.</summary>
/// <remarks>
/// A nested message gets one byte for its length; when it turns out longer than 127 bytes it is moved to make room. The move is a memmove
/// of bytes that are still in the cache, and the lengths stay minimal, which padded ones are not.
/// </remarks>
public sealed class ProtobufWriter(int capacity = 16 * 1024) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, Length);

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear() => Length = 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        Length = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    internal void Varint(int field, ulong value)
    {
        Tag(field, 0);
        RawVarint(value);
    }

    internal void Bool(int field, bool value) => Varint(field, value ? 1UL : 0UL);

    internal void Fixed64(int field, ulong value)
    {
        Tag(field, 1);
        BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);
    }

    internal void Double(int field, double value) => Fixed64(field, BitConverter.DoubleToUInt64Bits(value));

    internal void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, 2);
        RawVarint((ulong)value.Length);
        value.CopyTo(Reserve(value.Length));
    }

    /// <summary>Unpaired surrogates become U+FFFD: one bad character must not make a server refuse the batch.</summary>
    internal void String(int field, ReadOnlySpan<char> value)
    {
        var bytes = Encoding.UTF8.GetByteCount(value);
        Tag(field, 2);
        RawVarint((ulong)bytes);
        Encoding.UTF8.GetBytes(value, Reserve(bytes));
    }

    /// <summary>Begins a nested message.</summary>
    /// <returns>What <see cref="End"/> wants.</returns>
    internal int Begin(int field)
    {
        Tag(field, 2);
        Reserve(1);
        return Length;
    }

    internal void End(int start)
    {
        var length = Length - start;
        var size = VarintSize((ulong)length);
        if (size > 1)
        {
            Reserve(size - 1);
            _buffer.AsSpan(start, length).CopyTo(_buffer.AsSpan(start + size - 1));
        }

        PutVarint(_buffer.AsSpan(start - 1, size), (ulong)length);
    }

    private void Tag(int field, int wireType) => RawVarint((ulong)((field << 3) | wireType));

    private void RawVarint(ulong value) => PutVarint(Reserve(VarintSize(value)), value);

    private static int VarintSize(ulong value) => ((BitOperations.Log2(value | 1) * 9) + 73) / 64;

    private static void PutVarint(Span<byte> target, ulong value)
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = (byte)(i == target.Length - 1 ? value : value | 0x80);
            value >>= 7;
        }
    }

    private Span<byte> Reserve(int count)
    {
        if (Length + count > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, Length + count));
            _buffer.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        Length += count;
        return _buffer.AsSpan(Length - count, count);
    }
}
