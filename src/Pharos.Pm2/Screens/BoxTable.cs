using System.Text;

namespace Pharos.Pm2.Screens;

/// <summary>A table in a frame, as wide as what is in it.</summary>
internal sealed class BoxTable(bool color)
{
    private readonly List<string[]> _rows = [];
    private string[]? _head;

    /// <summary>The names of the columns.</summary>
    public void Head(params string[] cells) => _head = cells;

    /// <summary>A row.</summary>
    public void Row(params string[] cells) => _rows.Add(cells);

    /// <summary>Columns that the table takes on a screen.</summary>
    public int Width => Widths().Sum(w => w + 3) + 1;

    /// <summary>Draws it.</summary>
    /// <param name="paint">The colour of a cell, by column and text: an SGR number, or 0.</param>
    public string Draw(Func<int, string, int>? paint = null)
    {
        var widths = Widths();
        var text = new StringBuilder();
        Line('┌', '┬', '┐');
        if (_head is not null)
        {
            Cells(_head, (_, _) => 36);
            if (_rows.Count > 0)
                Line('├', '┼', '┤');
        }

        foreach (var row in _rows)
            Cells(row, paint);
        Line('└', '┴', '┘');
        return text.ToString();

        void Line(char left, char middle, char right)
        {
            text.Append(left);
            for (var i = 0; i < widths.Length; i++)
                text.Append('─', widths[i] + 2).Append(i == widths.Length - 1 ? right : middle);
            text.Append('\n');
        }

        void Cells(string[] cells, Func<int, string, int>? colorOf)
        {
            for (var i = 0; i < widths.Length; i++)
            {
                var cell = i < cells.Length ? cells[i] : "";
                var sgr = color && cell.Length > 0 ? colorOf?.Invoke(i, cell) ?? 0 : 0;
                text.Append("│ ").Append(sgr > 0 ? $"\x1b[{sgr}m{cell}\x1b[39m" : cell).Append(' ', widths[i] - cell.Length + 1);
            }

            text.Append("│\n");
        }
    }

    private int[] Widths()
    {
        var widths = new int[_head?.Length ?? _rows.Select(r => r.Length).DefaultIfEmpty(0).Max()];
        foreach (var row in _rows.Prepend(_head ?? []))
        {
            for (var i = 0; i < row.Length && i < widths.Length; i++)
                widths[i] = Math.Max(widths[i], row[i].Length);
        }

        return widths;
    }
}
