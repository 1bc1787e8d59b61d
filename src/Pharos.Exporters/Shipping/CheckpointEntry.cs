using System.Globalization;

namespace Pharos.Exporters.Shipping;

/// <summary>How far one stream was delivered.</summary>
/// <param name="Source">Id of the stream.</param>
/// <param name="Position">The destination has everything before it.</param>
/// <param name="GapFrom">Behind the position, lines from here …</param>
/// <param name="GapTo">… to here were given up and are counted already; equal: there is no gap.</param>
/// <param name="Dropped">Counts of what was dropped, in the order of <see cref="Telemetry.Catalogue.LogDropReasons.OfShipping"/>.</param>
internal sealed record CheckpointEntry(string Source, long Position, long GapFrom, long GapTo, IReadOnlyList<long> Dropped)
{
    /// <summary>One line of the file: <c>CHECKSUM SOURCE POSITION GAPFROM GAPTO COUNT...</c></summary>
    public string ToLine()
    {
        var words = string.Join(' ', [Uri.EscapeDataString(Source), .. new[] { Position, GapFrom, GapTo }.Concat(Dropped).Select(n => n.ToString(CultureInfo.InvariantCulture))]);
        return $"{Checksum(words):x8} {words}\n";
    }

    /// <returns>Null: the line is not whole.</returns>
    public static CheckpointEntry? Parse(ReadOnlySpan<char> line)
    {
        if (line.Length < 10 || !uint.TryParse(line[..8], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sum) || sum != Checksum(line[9..]))
            return null;
        var words = line[9..].ToString().Split(' ');
        var numbers = new long[words.Length - 1];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!long.TryParse(words[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                return null;
        }

        return numbers.Length < 3 ? null : new(Uri.UnescapeDataString(words[0]), numbers[0], numbers[1], numbers[2], numbers[3..]);
    }

    /// <summary>FNV-1a: it tells a torn write, no more is asked of it.</summary>
    private static uint Checksum(ReadOnlySpan<char> text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
            hash = (hash ^ c) * 16777619u;
        return hash;
    }
}
