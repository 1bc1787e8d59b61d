using System.Globalization;

namespace Pharos.Benchmarks;

/// <summary>Figures as people read them.</summary>
internal static class Figures
{
    /// <summary>The value that so much of the others is not above (nearest rank).</summary>
    /// <param name="values">At least one.</param>
    /// <param name="share">0.5 for the median, 1 for the largest.</param>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    public static double Median(IEnumerable<double> values) => Percentile(values, 0.5);

    public static string Text(double value, int decimals = 1) => double.IsNaN(value) ? "-" : value.ToString("F" + decimals, CultureInfo.InvariantCulture);

    public static string Megabytes(long bytes) => Text(bytes / 1048576.0);

    /// <summary>Prints rows under each other: the first is the heading, the first column is text.</summary>
    public static void Print(IReadOnlyList<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            Console.WriteLine(string.Join("  ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))).TrimEnd());
    }
}
