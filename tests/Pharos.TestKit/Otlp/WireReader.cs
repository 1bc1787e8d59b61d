using System.Buffers.Binary;
using System.Text;

namespace Pharos.TestKit.Otlp;

/// <summary>One field of a protobuf message, read without knowing the schema. Not the reader of the product: a test must not trust what it tests.</summary>
internal readonly record struct WireField(int Number, ulong Value, ReadOnlyMemory<byte> Content)
{
    public string Text => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Content.Span);

    public double Double => BitConverter.UInt64BitsToDouble(Value);

    public string Hex => Convert.ToHexStringLower(Content.Span);
}

/// <summary>Reads protobuf strictly: malformed input throws, and the receiver then answers 400.</summary>
internal static class WireReader
{
    public static IEnumerable<WireField> Fields(ReadOnlyMemory<byte> message)
    {
        var at = 0;
        while (at < message.Length)
        {
            var tag = Varint(message.Span, ref at);
            var number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    yield return new WireField(number, Varint(message.Span, ref at), default);
                    break;
                case 1:
                    yield return new WireField(number, BinaryPrimitives.ReadUInt64LittleEndian(message.Span[at..]), default);
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message.Span, ref at);
                    yield return new WireField(number, 0, message.Slice(at, length));
                    at += length;
                    break;
                case 5:
                    yield return new WireField(number, BinaryPrimitives.ReadUInt32LittleEndian(message.Span[at..]), default);
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"wire type {tag & 7}");
            }
        }
    }

    /// <summary>A packed repeated varint.</summary>
    public static IEnumerable<long> Varints(ReadOnlyMemory<byte> packed)
    {
        for (var at = 0; at < packed.Length;)
            yield return (long)Varint(packed.Span, ref at);
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var b = bytes[at++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
                return value;
        }

        throw new InvalidDataException("varint too long");
    }
}
