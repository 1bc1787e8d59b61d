using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Pharos.Logs.Formats;

/// <summary>Quoting for JSON and logfmt, and back. What goes in comes out, byte for byte.</summary>
internal static class Escapes
{
    private const string Hex = "0123456789abcdef";
    private static readonly SearchValues<byte> SpecialOrHigh = SearchValues.Create([.. Enumerable.Range(0, 32).Select(n => (byte)n), (byte)'"', (byte)'\\', .. Enumerable.Range(0x7F, 0x81).Select(n => (byte)n)]);

    /// <summary>Bytes between quotes, as JSON has it.</summary>
    /// <param name="text">The bytes.</param>
    /// <param name="to">Where to.</param>
    /// <param name="rawBytes">Bytes that are no UTF-8 become \xHH, which is logfmt's way and no JSON; false: they become U+FFFD.</param>
    public static void Quote(ReadOnlySpan<byte> text, ByteBuffer to, bool rawBytes)
    {
        to.Add((byte)'"');
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAny(SpecialOrHigh);
            if (plain < 0)
                plain = text.Length;
            to.Add(text[..plain]);
            text = text[plain..];
            if (text.IsEmpty)
                break;
            if (text[0] < 0x80)
            {
                One(text[0], to);
                text = text[1..];
                continue;
            }

            var status = Rune.DecodeFromUtf8(text, out _, out var used);
            if (status == OperationStatus.Done)
                to.Add(text[..used]);
            else if (rawBytes)
                used = RawByte(text[0], to);
            else
                to.Add("\uFFFD"u8);
            text = text[used..];
        }

        to.Add((byte)'"');
    }

    /// <summary>Undoes <see cref="Quote"/>.</summary>
    /// <param name="quoted">What stands between the quotes, and maybe more behind.</param>
    /// <param name="to">Where to.</param>
    /// <returns>Index of the closing quote; -1 when there is none.</returns>
    public static int Unquote(ReadOnlySpan<byte> quoted, ByteBuffer to)
    {
        for (var at = 0; at < quoted.Length;)
        {
            var plain = quoted[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (plain < 0)
                return -1;
            to.Add(quoted.Slice(at, plain));
            at += plain;
            if (quoted[at] == (byte)'"')
                return at;
            if (at + 1 >= quoted.Length)
                return -1;
            var used = Escaped(quoted[(at + 1)..], to);
            if (used == 0)
                return -1;
            at += 1 + used;
        }

        return -1;
    }

    public static bool IsPlainText(ReadOnlySpan<byte> text) => Utf8.IsValid(text);

    private static void One(byte special, ByteBuffer to)
    {
        switch (special)
        {
            case (byte)'"': to.Add("\\\""u8); break;
            case (byte)'\\': to.Add("\\\\"u8); break;
            case (byte)'\n': to.Add("\\n"u8); break;
            case (byte)'\r': to.Add("\\r"u8); break;
            case (byte)'\t': to.Add("\\t"u8); break;
            default:
                to.Add("\\u00"u8);
                to.Add((byte)Hex[special >> 4]);
                to.Add((byte)Hex[special & 15]);
                break;
        }
    }

    private static int RawByte(byte high, ByteBuffer to)
    {
        to.Add("\\x"u8);
        to.Add((byte)Hex[high >> 4]);
        to.Add((byte)Hex[high & 15]);
        return 1;
    }

    /// <returns>Bytes used behind the backslash; 0 when it is no escape.</returns>
    private static int Escaped(ReadOnlySpan<byte> text, ByteBuffer to)
    {
        switch (text[0])
        {
            case (byte)'n': to.Add((byte)'\n'); return 1;
            case (byte)'r': to.Add((byte)'\r'); return 1;
            case (byte)'t': to.Add((byte)'\t'); return 1;
            case (byte)'b': to.Add((byte)'\b'); return 1;
            case (byte)'f': to.Add((byte)'\f'); return 1;
            case (byte)'x' when text.Length >= 3 && Number(text.Slice(1, 2)) is >= 0 and var high: to.Add((byte)high); return 3;
            case (byte)'u' when text.Length >= 5 && Number(text.Slice(1, 4)) is >= 0 and var unit:
                if (Rune.TryCreate((char)unit, out var rune))
                    to.Advance(rune.EncodeToUtf8(to.Room(4)));
                else
                    to.Add("\uFFFD"u8);
                return 5;
            default: to.Add(text[0]); return 1;
        }
    }

    private static int Number(ReadOnlySpan<byte> hex)
    {
        var number = 0;
        foreach (var digit in hex)
        {
            var value = Hex.IndexOf(char.ToLowerInvariant((char)digit));
            if (value < 0)
                return -1;
            number = (number << 4) | value;
        }

        return number;
    }
}
