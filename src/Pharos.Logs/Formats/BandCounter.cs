using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pharos.Logs.Formats;

/// <summary>Counts the lines of a whole buffer by their severity: the way of output whose lines nobody looks at now.</summary>
/// <remarks>
/// One look at each 16 bytes finds the ends of lines, the characters without which no level can be declared, and bytes that are no printable ASCII. Most lines are done with that;
/// the others are looked at as <see cref="SeverityBand"/> does it. The counts are the same.
/// </remarks>
internal static class BandCounter
{
    private const int Block = 64;

    /// <summary>Counts the whole lines at the beginning of a buffer, as far as none of them is longer than may be.</summary>
    /// <param name="bytes">The buffer; it begins at the beginning of a line.</param>
    /// <param name="maxLine">Longest line, bytes: one that is longer is cut into parts, by others.</param>
    /// <param name="bands">Lines of each band, added to.</param>
    /// <returns>Bytes of the lines that were counted.</returns>
    public static int Count(ReadOnlySpan<byte> bytes, int maxLine, Span<int> bands)
    {
        var end = bytes.LastIndexOf((byte)'\n') + 1;
        Span<byte> rest = stackalloc byte[Block];
        var (at, marked, odd) = (0, false, false);
        for (var block = 0; block < end; block += Block)
        {
            scoped var part = bytes[block..end];
            if (part.Length < Block)
            {
                rest.Fill((byte)'a');
                part.CopyTo(rest);
                part = rest;
            }

            var (ends, marks, odds) = Look(part);
            for (; ends != 0; ends &= ends - 1)
            {
                var bit = BitOperations.TrailingZeroCount(ends);
                var line = bytes[at..(block + bit)];
                if (line.Length > maxLine)
                    return at;
                var within = (1UL << bit) - 1;
                bands[Of(line, marked || (marks & within) != 0, odd || (odds & within) != 0)]++;
                marks &= ~within;
                odds &= ~within;
                at = block + bit + 1;
                (marked, odd) = (false, false);
            }

            marked |= marks != 0;
            odd |= odds != 0;
        }

        return end;
    }

    private static int Of(ReadOnlySpan<byte> line, bool marked, bool odd) =>
        odd ? SeverityBand.Of(line)
        : marked || line.IsEmpty || line[0] is < (byte)'a' or > (byte)'z' ? SeverityBand.OfClean(line)
        : 0;

    /// <returns>A bit for each byte of a block: the ends of lines, characters that may mark a level, bytes that are no printable ASCII.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (ulong Ends, ulong Marks, ulong Odds) Look(ReadOnlySpan<byte> block)
    {
        ref var first = ref MemoryMarshal.GetReference(block[..Block]);
        var (a, b) = (Vector128.LoadUnsafe(ref first), Vector128.LoadUnsafe(ref first, 16));
        var (c, d) = (Vector128.LoadUnsafe(ref first, 32), Vector128.LoadUnsafe(ref first, 48));
        var odds = (Odd(a) | Odd(b) | Odd(c) | Odd(d)) == Vector128<byte>.Zero ? 0 : Bits(Odd(a), Odd(b), Odd(c), Odd(d)); // there is rarely one
        return (Bits(End(a), End(b), End(c), End(d)), Bits(Mark(a), Mark(b), Mark(c), Mark(d)), odds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, Vector128<byte> d) =>
        a.ExtractMostSignificantBits() | (b.ExtractMostSignificantBits() << 16) | ((ulong)(c.ExtractMostSignificantBits() | (d.ExtractMostSignificantBits() << 16)) << 32);

    // Comparisons only: native AOT has no shuffle that may be counted on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> End(Vector128<byte> bytes) => Vector128.Equals(bytes, Vector128.Create((byte)'\n'));

    /// <summary>One of <c>: = | [ ]</c>; Y and _ are cheaper taken in with the brackets than left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Mark(Vector128<byte> bytes) =>
        Vector128.Equals(bytes, Vector128.Create((byte)':')) | Vector128.Equals(bytes, Vector128.Create((byte)'='))
        | Vector128.Equals(bytes, Vector128.Create((byte)'|')) | Vector128.Equals(bytes & Vector128.Create((byte)0xF9), Vector128.Create((byte)0x59));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Odd(Vector128<byte> bytes) => Vector128.Equals(bytes, Vector128.Create((byte)0x7F))
        | Vector128.AndNot(Vector128.LessThan(bytes.AsSByte(), Vector128.Create((sbyte)0x20)).AsByte(), End(bytes) | Vector128.Equals(bytes, Vector128.Create((byte)'\t')));
}
