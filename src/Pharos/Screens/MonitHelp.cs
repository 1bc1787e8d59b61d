using Pharos.Contracts.Text;

namespace Pharos.Screens;

/// <summary>The keys, explained at length and in a line.</summary>
internal static class MonitHelp
{
    // Most needed first: what does not fit into the line is left out, and ? shows it.
    private static readonly (string Key, string Does)[] Short =
    [
        ("q", "quit"), ("↑↓", "select"), ("r", "restart"), ("s", "stop/start"), ("l", "log"), ("?", "help"),
        ("o/e", "stdout/stderr"), ("PgUp/PgDn", "scroll"), ("g/G", "first/last"),
    ];

    /// <summary>The help screen.</summary>
    public static IReadOnlyList<Span[]> Lines { get; } =
    [
        Row("↑ ↓  k j", "select an instance"),
        Row("g  G", "the first, the last"),
        Row("r", "restart it (asks first)"),
        Row("s", "stop it (asks first), or start it when it is stopped"),
        Row("l", "the log on the whole screen, and back"),
        Row("o  e", "stdout, stderr: show or hide"),
        Row("PgUp PgDn", "scroll the log; b and the space bar do the same"),
        Row("q  Ctrl-C", "quit; the apps go on"),
        [new("")],
        [new("Any key goes back.")],
    ];

    /// <summary>The last line of the screen: keys, or the question that waits for an answer.</summary>
    public static string Footer(MonitModel model, int width)
    {
        if (model.Question is { } question)
        {
            return Sgr.Paint(TerminalText.Fit($" {char.ToUpperInvariant(question.Verb[0])}{question.Verb[1..]} {question.Selector}?  y: yes, any other key: no", width), Sgr.Reverse);
        }

        var spans = new List<Span>();
        var left = width;
        foreach (var (key, does) in Short)
        {
            var columns = TerminalText.Width(key) + does.Length + 3;
            if (columns > left)
            {
                break;
            }

            spans.Add(new($" {key}", Sgr.Bold));
            spans.Add(new($" {does} "));
            left -= columns;
        }

        return MonitPane.Line([.. spans], width);
    }

    private static Span[] Row(string keys, string does) => [new(TerminalText.Fit(keys, 12), Sgr.Bold), new(does)];
}
