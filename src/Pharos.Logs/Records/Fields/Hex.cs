using System.Buffers.Binary;
using System.Globalization;

namespace Pharos.Logs.Records.Fields;

/// <summary>Trace and span ids as loggers write them: hex, of 64 bits too, and Datadog's decimal numbers. All zero is none.</summary>
internal static class Hex
{
    public static byte[]? TraceId(object value, string key) => Id(value, key, 16);

    public static byte[]? SpanId(object value, string key) => Id(value, key, 8);

    /// <summary>W3C trace context: <c>00-TRACE-SPAN-FLAGS</c>.</summary>
    public static (byte[] TraceId, byte[]? SpanId)? TraceParent(string text) =>
        text.Length >= 55 && text[2] == '-' && text[35] == '-' && text[52] == '-' && Bytes(text.AsSpan(3, 32), 16) is { } trace ? (trace, Bytes(text.AsSpan(36, 16), 8)) : null;

    /// <summary>Bytes of hex digits, short ones filled up with zeros at their front.</summary>
    public static byte[]? Bytes(ReadOnlySpan<char> text, int size)
    {
        if (text.Length != size * 2 && !(size == 16 && text.Length == 16))
            return null;
        var bytes = new byte[size];
        for (var i = 0; i < text.Length; i++)
        {
            var digit = text[i] switch { >= '0' and <= '9' => text[i] - '0', >= 'a' and <= 'f' => text[i] - 'a' + 10, >= 'A' and <= 'F' => text[i] - 'A' + 10, _ => -1 };
            if (digit < 0)
                return null;
            bytes[size - (text.Length / 2) + (i / 2)] |= (byte)(i % 2 == 0 ? digit << 4 : digit);
        }

        return bytes.AsSpan().IndexOfAnyExcept((byte)0) < 0 ? null : bytes;
    }

    private static byte[]? Id(object value, string key, int size)
    {
        var decimals = key.StartsWith("dd.", StringComparison.OrdinalIgnoreCase);
        if (value is long number && decimals && number > 0)
            return Bytes((ulong)number, size);
        if (value is not string text)
            return null;
        if (decimals && text.Length is > 0 and <= 20 && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var large))
            return large == 0 ? null : Bytes(large, size);
        var span = text.AsSpan();
        if (span.LastIndexOf('/') is >= 0 and var slash)
            span = span[(slash + 1)..]; // projects/NAME/traces/ID
        if (span.Length == 36 && span[8] == '-')
            span = text.Replace("-", "", StringComparison.Ordinal);
        return Bytes(span, size);
    }

    private static byte[] Bytes(ulong number, int size)
    {
        var bytes = new byte[size];
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(size - 8), number);
        return bytes;
    }
}
