namespace Pharos.Logs.Formats;

/// <summary>Bytes that grow, in memory that is used again.</summary>
internal sealed class ByteBuffer
{
    private const int Kept = 1 << 20;
    private const int Least = 256;
    private byte[] _bytes = []; // most of them, of apps that print nothing, are never used

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Empties it; one huge batch does not keep its memory for ever.</summary>
    public void Clear()
    {
        if (_bytes.Length > Kept && Length <= Kept / 4)
            _bytes = new byte[Kept / 4];
        Length = 0;
    }

    /// <summary>Room at the end; <see cref="Advance"/> says how much of it was used.</summary>
    public Span<byte> Room(int least)
    {
        if (_bytes.Length - Length < least)
            Array.Resize(ref _bytes, Math.Max(Math.Max(Least, _bytes.Length * 2), Length + least));
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    public void Add(byte one)
    {
        Room(1)[0] = one;
        Length++;
    }

    public void Add(long number)
    {
        System.Buffers.Text.Utf8Formatter.TryFormat(number, Room(20), out var written);
        Length += written;
    }

    /// <summary>Takes the first bytes away.</summary>
    public void Drop(int count)
    {
        _bytes.AsSpan(count, Length - count).CopyTo(_bytes);
        Length -= count;
    }
}
