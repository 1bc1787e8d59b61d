using System.Text;
using Pharos.Contracts.Text;

namespace Pharos.Screens;

/// <summary>The model as lines of a screen: a pure function, each line exactly as wide as the terminal.</summary>
internal static class MonitFrame
{
    private const int LeastWidth = 20, LeastHeight = 6, LeastForTwoPanes = 76;
    private const int LeastList = 5, MostList = 24, LeastLog = 5, Frame = 2;

    /// <summary>Renders the screen.</summary>
    /// <param name="model">What to show.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <returns>As many lines as there are rows, with escape sequences for colours only.</returns>
    public static string[] Render(MonitModel model, int width, int height)
    {
        if (width < LeastWidth || height < LeastHeight)
        {
            var small = new string[height];
            Array.Fill(small, new string(' ', width));
            small[0] = TerminalText.Fit("too small", width);
            return small;
        }

        var lines = new List<string>(height) { Title(model, width) };
        var (top, log) = Heights(model, height);
        if (model.ShowsHelp)
        {
            lines.AddRange(MonitPane.Box("keys", MonitHelp.Lines, width, top + log));
        }
        else
        {
            if (top > 0)
            {
                lines.AddRange(Upper(model, width, top));
            }

            if (log > 0)
            {
                lines.AddRange(MonitPane.Box(LogTitle(model), MonitLog.Lines(model, width - Frame - 2, log - Frame), width, log));
            }
        }

        lines.Add(MonitHelp.Footer(model, width));
        return [.. lines];
    }

    /// <summary>Lines of the log that are in view on a screen of this height.</summary>
    public static int LogLines(MonitModel model, int height) => Math.Max(1, Heights(model, height).Log - Frame);

    // Title and footer take a line each; the list gets what it needs within bounds, the log the rest.
    private static (int Top, int Log) Heights(MonitModel model, int height)
    {
        var room = height - 2;
        if (model.FullLog)
        {
            return (0, room);
        }

        if (room < LeastList + LeastLog)
        {
            var half = room < LeastList + Frame ? room : room / 2;
            return (half, room - half);
        }

        const int details = 11;
        var wanted = Math.Max(details, model.Instances.Count + 1 + Frame);
        var top = Math.Clamp(wanted, LeastList, Math.Min(MostList, Math.Max(LeastList, room / 2)));
        return (top, room - top);
    }

    private static string Title(MonitModel model, int width)
    {
        var running = model.Instances.FindAll(it => it.State == "running").Count;
        var (cpu, memory) = (0d, 0L);
        foreach (var it in model.Instances)
        {
            cpu += it.CpuPercent ?? 0;
            memory += it.TreeMemoryBytes ?? it.MemoryBytes ?? 0;
        }

        var left = $" pharos  {Humanize.Count(model.Instances.Count, "instance")}, {running} running, cpu {Humanize.Percent(cpu)}, memory {Humanize.Bytes(memory)}";
        var note = model.Lost ?? model.Message;
        var text = note is null ? TerminalText.Fit(left, width)
            : TerminalText.Width(left) + TerminalText.Width(note) + 3 <= width
                ? TerminalText.Fit(left, width - TerminalText.Width(note) - 1) + note + " "
            : TerminalText.Fit($" {note}", width);
        return Sgr.Paint(text, Sgr.Reverse);
    }

    private static IEnumerable<string> Upper(MonitModel model, int width, int height)
    {
        if (width < LeastForTwoPanes)
        {
            return MonitPane.Box("instances", MonitList.Lines(model, width - Frame - 2, height - Frame), width, height);
        }

        var left = Math.Clamp(width * 56 / 100, 42, 78);
        var list = MonitPane.Box("instances", MonitList.Lines(model, left - Frame - 2, height - Frame), left, height);
        var right = width - left;
        var name = model.Current is { } it ? MonitModel.KeyOf(it) : "nothing selected";
        var details = MonitPane.Box(name, MonitDetails.Lines(model, right - Frame - 2), right, height);
        return list.Zip(details, (a, b) => a + b);
    }

    private static string LogTitle(MonitModel model)
    {
        var title = new StringBuilder("log");
        title.Append(model.Current is { } it ? " " + MonitModel.KeyOf(it) : "");
        title.Append((model.ShowsStdout, model.ShowsStderr) switch
        {
            (true, true) => "",
            (true, false) => ", stdout only",
            (false, true) => ", stderr only",
            (false, false) => ", both streams are off",
        });
        return model.LogScroll == 0 ? title.ToString() : title.Append($", {model.LogScroll} lines back").ToString();
    }
}
