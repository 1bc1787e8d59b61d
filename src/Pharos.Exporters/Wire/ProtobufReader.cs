using System.Buffers.Binary;

namespace Pharos.Exporters.Wire;

/// <summary>Reads the few protobuf messages that a server answers with. Malformed input ends the reading; nothing throws.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public int Field { get; private set; }

    /// <summary>Value of a varint or fixed field.</summary>
    public ulong Number { get; private set; }

    /// <summary>Value of a length-delimited field; empty otherwise.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    public bool Next()
    {
        Content = default;
        Number = 0;
        if (_rest.IsEmpty || !TryVarint(out var tag))
            return false;
        Field = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0:
                var read = TryVarint(out var number);
                Number = number;
                return read;
            case 1 when _rest.Length >= 8:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(_rest);
                _rest = _rest[8..];
                return true;
            case 2 when TryVarint(out var length) && length <= (ulong)_rest.Length:
                Content = _rest[..(int)length];
                _rest = _rest[(int)length..];
                return true;
            case 5 when _rest.Length >= 4:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(_rest);
                _rest = _rest[4..];
                return true;
            default:
                return false;
        }
    }

    private bool TryVarint(out ulong value)
    {
        value = 0;
        for (var i = 0; i < _rest.Length && i < 10; i++)
        {
            value |= (ulong)(_rest[i] & 0x7f) << (7 * i);
            if (_rest[i] >= 0x80)
                continue;
            _rest = _rest[(i + 1)..];
            return true;
        }

        return false;
    }
}
