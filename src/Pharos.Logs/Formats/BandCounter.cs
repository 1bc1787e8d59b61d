using System.Buffers;

namespace Pharos.Logs.Formats;

/// <summary>Counts the lines of a whole buffer by their severity: the way of output whose lines nobody looks at now.</summary>
/// <remarks>What a line's bytes are like (printable ASCII, no escape sequence) is asked once for many lines; <see cref="SeverityBand.Of"/> asks it for each. The counts are the same.</remarks>
internal static class BandCounter
{
    private static readonly SearchValues<byte> Usual = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(b => (byte)b), (byte)'\t', (byte)'\n']);

    /// <summary>Counts the whole lines at the beginning of a buffer, as far as none of them is longer than may be.</summary>
    /// <param name="bytes">The buffer; it begins at the beginning of a line.</param>
    /// <param name="maxLine">Longest line, bytes: one that is longer is cut into parts, by others.</param>
    /// <param name="bands">Lines of each band, added to.</param>
    /// <returns>Bytes of the lines that were counted.</returns>
    public static int Count(ReadOnlySpan<byte> bytes, int maxLine, Span<int> bands)
    {
        var end = bytes.LastIndexOf((byte)'\n') + 1;
        var unusual = FirstUnusual(bytes[..end], 0);
        for (var at = 0; at < end;)
        {
            var length = bytes[at..].IndexOf((byte)'\n');
            if (length > maxLine)
                return at;
            var line = bytes.Slice(at, length);
            at += length + 1;
            if (unusual >= at)
            {
                bands[SeverityBand.OfClean(line)]++;
                continue;
            }

            bands[SeverityBand.Of(line)]++;
            unusual = FirstUnusual(bytes[..end], at);
        }

        return end;
    }

    private static int FirstUnusual(ReadOnlySpan<byte> bytes, int from) =>
        bytes[from..].IndexOfAnyExcept(Usual) is >= 0 and var found ? from + found : bytes.Length;
}
