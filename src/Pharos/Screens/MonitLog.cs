using Pharos.Contracts.Text;

namespace Pharos.Screens;

/// <summary>The output of the selected instance.</summary>
internal static class MonitLog
{
    /// <summary>The lines in view. A longer line is cut: one line of output is one line of screen, so that scrolling is even.</summary>
    public static List<Span[]> Lines(MonitModel model, int width, int height)
    {
        if (height <= 0)
        {
            return [];
        }

        var shown = model.Log.FindAll(model.IsShown);
        var last = Math.Max(0, shown.Count - model.LogScroll);
        var first = Math.Max(0, last - height);
        var lines = new List<Span[]>();
        for (var i = first; i < last; i++)
        {
            var color = model.Color && shown[i].Stream == "stderr" ? Sgr.Red : null;
            lines.Add([new(TerminalText.Cut(TerminalText.Clean(shown[i].Line), width), color)]);
        }

        return lines;
    }
}
