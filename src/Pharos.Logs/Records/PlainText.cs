using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Pharos.Logs.Records;

/// <summary>A line as it may go into an OTLP string: valid UTF-8, without ANSI sequences, control characters and a carriage return at its end.</summary>
/// <remarks>The file keeps the bytes as they were written.</remarks>
public static class PlainText
{
    private const byte Escape = 0x1B;
    private static readonly SearchValues<byte> Suspicious = SearchValues.Create([.. Enumerable.Range(0, 32).Where(b => b != '\t').Select(b => (byte)b), 0x7F]);

    /// <summary>Cleans a line.</summary>
    /// <param name="line">The bytes of the line.</param>
    /// <returns>A copy that is clean.</returns>
    public static byte[] Clean(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd((byte)'\r');
        if (line.IndexOfAny(Suspicious) >= 0)
        {
            var kept = new byte[line.Length];
            line = kept.AsSpan(0, Strip(line, kept));
        }

        return Utf8.IsValid(line) ? line.ToArray() : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(line));
    }

    /// <summary>Whether there is nothing to take out.</summary>
    internal static bool IsClean(ReadOnlySpan<byte> line) => line.IndexOfAny(Suspicious) < 0;

    /// <summary>Whether it is valid UTF-8; quick for ASCII.</summary>
    internal static bool IsUtf8(ReadOnlySpan<byte> line) => Ascii.IsValid(line) || Utf8.IsValid(line);

    /// <summary>Copies what is no control character and no escape sequence.</summary>
    /// <param name="line">The bytes of the line.</param>
    /// <param name="kept">As long as the line.</param>
    /// <returns>How many bytes were copied.</returns>
    internal static int Strip(ReadOnlySpan<byte> line, Span<byte> kept)
    {
        line = line.TrimEnd((byte)'\r');
        // A progress bar overwrites itself by carriage returns: the last state is what a person saw.
        var cr = line.LastIndexOf((byte)'\r');
        if (cr >= 0)
            line = line[(cr + 1)..];
        var length = 0;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == Escape)
                i = SkipSequence(line, i);
            else if (line[i] is >= 32 and not 0x7F or (byte)'\t')
                kept[length++] = line[i];
        }

        return length;
    }

    /// <summary>Index of the last byte of the escape sequence that begins at <paramref name="at"/> (ECMA-48).</summary>
    private static int SkipSequence(ReadOnlySpan<byte> line, int at)
    {
        if (at + 1 >= line.Length)
            return at;
        switch (line[at + 1])
        {
            case (byte)'[': // CSI: parameters and intermediates, then one final byte
                var i = at + 2;
                while (i < line.Length && line[i] is >= 0x20 and <= 0x3F)
                    i++;
                return i < line.Length && line[i] is >= 0x40 and <= 0x7E ? i : i - 1; // broken off: what interrupts it is not part of it
            case (byte)']' or (byte)'P' or (byte)'X' or (byte)'^' or (byte)'_': // strings: until BEL or ESC \
                for (var j = at + 2; j < line.Length; j++)
                {
                    if (line[j] == 0x07)
                        return j;
                    if (line[j] == Escape && j + 1 < line.Length && line[j + 1] == (byte)'\\')
                        return j + 1;
                }

                return line.Length - 1;
            case >= 0x20 and <= 0x2F: // two or more bytes, the last one final
                var k = at + 2;
                while (k < line.Length && line[k] is >= 0x20 and <= 0x2F)
                    k++;
                return k < line.Length && line[k] is >= 0x30 and <= 0x7E ? k : k - 1;
            case >= 0x30 and <= 0x7E:
                return at + 1;
            default:
                return at; // no sequence: the next byte stands for itself
        }
    }
}
