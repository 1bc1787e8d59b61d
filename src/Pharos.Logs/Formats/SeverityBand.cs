using Pharos.Logs.Records;

namespace Pharos.Logs.Formats;

/// <summary>Bands of severity as the counters have them: 0 unknown, 1 trace, 2 debug, 3 info, 4 warn, 5 error, 6 fatal.</summary>
internal static class SeverityBand
{
    public const int Error = 5;

    /// <summary>The band of a line.</summary>
    public static int Of(ReadOnlySpan<byte> line) => Band(SeverityParser.Quick(line));

    /// <summary>The band of a line of printable ASCII and tabs.</summary>
    public static int OfClean(ReadOnlySpan<byte> line) => Band(SeverityParser.OfClean(line));

    private static int Band(int number) => number <= 0 ? 0 : Math.Min(((number - 1) / 4) + 1, 6);
}
