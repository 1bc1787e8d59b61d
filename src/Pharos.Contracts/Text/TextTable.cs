using System.Text;

namespace Pharos.Contracts.Text;

/// <summary>One cell.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Short">What it says where <paramref name="Text"/> does not fit; null: the beginning of it.</param>
/// <param name="Color">An <see cref="Sgr"/> code; null: none.</param>
internal readonly record struct TableCell(string Text, string? Short = null, string? Color = null);

/// <summary>One column.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Keep">The higher, the longer it stays when the terminal is narrow.</param>
/// <param name="Right">Numbers stand to the right.</param>
/// <param name="Least">Fewest columns into which it can be squeezed; 0: what its short forms need.</param>
/// <param name="Enough">What is above this many columns is given up before any other column is squeezed.</param>
internal sealed record TableColumn(string Title, int Keep, bool Right = false, int Least = 0, int Enough = int.MaxValue);

/// <summary>A table that fits: columns are squeezed first, then dropped, least important first.</summary>
internal static class TextTable
{
    /// <summary>Renders it, with box-drawing characters for a terminal, or plain when nobody says how wide it is.</summary>
    /// <param name="columns">All columns.</param>
    /// <param name="rows">Cells, in the order of the columns.</param>
    /// <param name="width">Columns of the terminal; 0: not a terminal.</param>
    /// <param name="color">Whether colours are allowed.</param>
    public static string Render(TableColumn[] columns, List<TableCell[]> rows, int width, bool color)
    {
        var widths = width == 0 ? Natural(columns, rows) : Fit(columns, rows, width);
        var text = new StringBuilder();
        var titles = Array.ConvertAll(columns, c => new TableCell(c.Title, Color: Sgr.Bold));
        if (width == 0)
        {
            Row(text, columns, widths, titles, color, "", "  ", "");
            rows.ForEach(row => Row(text, columns, widths, row, color, "", "  ", ""));
            return text.ToString();
        }

        Rule(text, widths, '┌', '┬', '┐');
        Row(text, columns, widths, titles, color, "│ ", " │ ", " │");
        Rule(text, widths, '├', '┼', '┤');
        rows.ForEach(row => Row(text, columns, widths, row, color, "│ ", " │ ", " │"));
        Rule(text, widths, '└', '┴', '┘');
        return text.ToString();
    }

    private static int[] Natural(TableColumn[] columns, List<TableCell[]> rows) =>
        Widths(columns, rows, cell => TerminalText.Width(cell.Text));

    private static int[] Widths(TableColumn[] columns, List<TableCell[]> rows, Func<TableCell, int> measure)
    {
        var widths = Array.ConvertAll(columns, c => TerminalText.Width(c.Title));
        foreach (var row in rows)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                widths[i] = Math.Max(widths[i], measure(row[i]));
            }
        }

        return widths;
    }

    // A width of -1 is a column that was dropped.
    private static int[] Fit(TableColumn[] columns, List<TableCell[]> rows, int width)
    {
        var widths = Natural(columns, rows);
        var least = Widths(columns, rows, cell => TerminalText.Width(cell.Short ?? cell.Text));
        for (var i = 0; i < columns.Length; i++)
        {
            least[i] = columns[i].Least == 0 ? least[i] : Math.Min(columns[i].Least, widths[i]);
        }

        var byKeep = new int[columns.Length];
        for (var i = 0; i < byKeep.Length; i++)
        {
            byKeep[i] = i;
        }

        Array.Sort(byKeep, (a, b) => columns[a].Keep - columns[b].Keep);
        for (var i = 0; i < byKeep.Length - 1 && Total(least) > width; i++)
        {
            widths[byKeep[i]] = least[byKeep[i]] = -1;
        }

        for (var i = 0; i < columns.Length; i++)
        {
            var excess = Math.Max(0, Total(widths) - width);
            widths[i] -= Math.Max(0, Math.Min(excess, widths[i] - columns[i].Enough));
        }

        foreach (var i in byKeep)
        {
            var excess = Math.Max(0, Total(widths) - width);
            widths[i] -= widths[i] < 0 ? 0 : Math.Min(excess, widths[i] - least[i]);
        }

        // Only the most important column is left, and even that is too wide: a few characters of it are better than nothing.
        var last = byKeep[^1];
        widths[last] = Math.Max(1, widths[last] - Math.Max(0, Total(widths) - width));
        return widths;
    }

    private static int Total(int[] widths)
    {
        var total = 1;
        foreach (var width in widths)
        {
            total += width < 0 ? 0 : width + 3;
        }

        return total;
    }

    private static void Rule(StringBuilder text, int[] widths, char left, char middle, char right)
    {
        var next = left;
        foreach (var width in widths)
        {
            if (width >= 0)
            {
                text.Append(next).Append('─', width + 2);
                next = middle;
            }
        }

        text.Append(right).Append('\n');
    }

    private static void Row(
        StringBuilder text, TableColumn[] columns, int[] widths, TableCell[] cells, bool color, string left, string middle, string right)
    {
        var row = new StringBuilder();
        var next = left;
        for (var i = 0; i < columns.Length; i++)
        {
            if (widths[i] >= 0)
            {
                row.Append(next);
                next = middle;
                var fits = cells[i].Short is null || TerminalText.Width(cells[i].Text) <= widths[i];
                var cell = TerminalText.Cut(fits ? cells[i].Text : cells[i].Short!, widths[i]);
                var blanks = widths[i] - TerminalText.Width(cell);
                row.Append(' ', columns[i].Right ? blanks : 0).Append(Sgr.Paint(cell, cells[i].Color, color)).Append(' ', columns[i].Right ? 0 : blanks);
            }
        }

        text.Append((right.Length == 0 ? row.ToString().TrimEnd() : row.Append(right).ToString()) + "\n");
    }
}
