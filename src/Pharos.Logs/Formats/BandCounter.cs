using System.Numerics;

namespace Pharos.Logs.Formats;

/// <summary>Counts the lines of a whole buffer by their severity: the way of output whose lines nobody looks at now.</summary>
/// <remarks>
/// One look at each 16 bytes finds the ends of lines, the characters without which no level can be declared, and bytes that are no printable ASCII. Most lines are done with that;
/// the others are looked at as <see cref="SeverityBand"/> does it. The counts are the same.
/// </remarks>
internal static class BandCounter
{
    private const int Block = BlockScan.Bytes;
    private const int Stretch = 64; // blocks that are looked at before their lines are

    /// <summary>Counts the whole lines at the beginning of a buffer, as far as none of them is longer than may be.</summary>
    /// <param name="bytes">The buffer; it begins at the beginning of a line.</param>
    /// <param name="maxLine">Longest line, bytes: one that is longer is cut into parts, by others.</param>
    /// <param name="bands">Lines of each band, added to.</param>
    /// <returns>Bytes of the lines that were counted.</returns>
    public static int Count(ReadOnlySpan<byte> bytes, int maxLine, Span<int> bands)
    {
        var end = bytes.LastIndexOf((byte)'\n') + 1;
        Span<BlockMarks> stretch = stackalloc BlockMarks[Stretch];
        var open = new OpenLine(0, false, false, false);
        var follows = 1UL; // the first byte of the block is that of a line
        var plain = 0;
        for (var from = 0; from < end; from += Stretch * Block)
        {
            var blocks = BlockScan.Look(bytes[from..end], stretch);
            for (var i = 0; i < blocks; i++)
            {
                ref readonly var marks = ref stretch[i];
                var block = from + (i * Block);
                var begins = (marks.Ends << 1) | follows;
                follows = marks.Ends >> 63;
                if ((marks.Marks | marks.Odds | (begins & marks.Others)) == 0 && !open.IsToBeLookedAt && block + Block - open.At <= maxLine)
                {
                    // Most blocks: no line in it can declare a level.
                    plain += BitOperations.PopCount(marks.Ends);
                    open.At = marks.Ends == 0 ? open.At : block + Block - BitOperations.LeadingZeroCount(marks.Ends);
                }
                else if (!TryLook(bytes, block, in marks, maxLine, bands, ref open))
                {
                    bands[0] += plain;
                    return open.At;
                }
            }
        }

        bands[0] += plain;
        return end;
    }

    /// <summary>Looks at a block line by line.</summary>
    /// <returns>False: a line is too long.</returns>
    private static bool TryLook(ReadOnlySpan<byte> bytes, int block, in BlockMarks it, int maxLine, Span<int> bands, ref OpenLine open)
    {
        var (marks, odds) = (it.Marks, it.Odds);
        for (var ends = it.Ends; ends != 0; ends &= ends - 1)
        {
            var bit = BitOperations.TrailingZeroCount(ends);
            var line = bytes[open.At..(block + bit)];
            if (line.Length > maxLine)
                return false;
            var within = (1UL << bit) - 1;
            bands[Of(line, open.IsMarked || (marks & within) != 0, open.IsOdd || (odds & within) != 0)]++;
            marks &= ~within;
            odds &= ~within;
            open = new OpenLine(block + bit + 1, false, false, false);
        }

        open.IsMarked |= marks != 0;
        open.IsOdd |= odds != 0;
        if (open.At >= block && open.At < block + Block)
            open.BeginsOddly = (it.Others >> (open.At - block) & 1) != 0;
        return true;
    }

    private static int Of(ReadOnlySpan<byte> line, bool marked, bool odd) =>
        odd ? SeverityBand.Of(line)
        : marked || line.IsEmpty || line[0] is < (byte)'a' or > (byte)'z' ? SeverityBand.OfClean(line)
        : 0;

    /// <summary>The line that goes on in the next block.</summary>
    private record struct OpenLine(int At, bool IsMarked, bool IsOdd, bool BeginsOddly)
    {
        public readonly bool IsToBeLookedAt => IsMarked || IsOdd || BeginsOddly;
    }
}
