using Pharos.Contracts.Text;

namespace Pharos.Screens;

/// <summary>A piece of text with one colour.</summary>
/// <param name="Text">Without escape sequences.</param>
/// <param name="Color">An <see cref="Sgr"/> code; null: none.</param>
internal readonly record struct Span(string Text, string? Color = null);

/// <summary>A box with a title.</summary>
internal static class MonitPane
{
    /// <summary>Draws it.</summary>
    /// <param name="title">Stands in the upper edge.</param>
    /// <param name="content">Lines; what is too much is left out.</param>
    /// <param name="width">Columns, edges included.</param>
    /// <param name="height">Rows, edges included.</param>
    public static IEnumerable<string> Box(string title, IReadOnlyList<Span[]> content, int width, int height)
    {
        var name = TerminalText.Cut($" {title} ", width - 4);
        yield return "┌─" + Sgr.Paint(name, Sgr.Bold) + new string('─', width - 3 - TerminalText.Width(name)) + "┐";
        for (var i = 0; i < height - 2; i++)
        {
            yield return "│ " + Line(i < content.Count ? content[i] : [], width - 4) + " │";
        }

        yield return "└" + new string('─', width - 2) + "┘";
    }

    /// <summary>Pieces in a row, cut or filled to the width.</summary>
    public static string Line(Span[] spans, int width)
    {
        var line = "";
        var left = width;
        foreach (var span in spans)
        {
            var text = TerminalText.Cut(span.Text, left);
            left -= TerminalText.Width(text);
            line += Sgr.Paint(text, span.Color);
        }

        return line + new string(' ', left);
    }
}
