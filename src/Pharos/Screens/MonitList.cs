using Pharos.Contracts.Text;

namespace Pharos.Screens;

/// <summary>The list of instances.</summary>
internal static class MonitList
{
    private const int State = 8, Cpu = 6, Memory = 8, Restarts = 5, Uptime = 8;
    private const int LeastName = 10, MostName = 34;

    /// <summary>Its lines: headings, and as many instances as fit, the selected one among them.</summary>
    public static List<Span[]> Lines(MonitModel model, int width, int height)
    {
        if (model.Instances.Count == 0)
        {
            return [[new(model.Lost is null ? "No apps yet: pharos start SCRIPT --name NAME" : "")]];
        }

        var lines = new List<Span[]> { Row(width, "app", "", "state", "cpu", "memory", "↺", "uptime", Sgr.Bold, null) };
        var rows = Math.Max(1, height - 1);
        var first = Math.Clamp(model.Selected - (rows / 2), 0, Math.Max(0, model.Instances.Count - rows));
        for (var i = first; i < Math.Min(model.Instances.Count, first + rows); i++)
        {
            var it = model.Instances[i];
            var selected = i == model.Selected ? Sgr.Reverse : null;
            lines.Add(Row(
                width,
                TerminalText.Clean(it.App),
                $":{it.Index}",
                StateText.Short(it),
                it.CpuPercent is { } cpu ? Humanize.Percent(cpu) : "-",
                (it.TreeMemoryBytes ?? it.MemoryBytes) is { } memory ? Humanize.Bytes(memory) : "-",
                it.Restarts.ToString(),
                it.UptimeSeconds is { } uptime ? Humanize.Uptime(uptime) : "-",
                selected,
                selected ?? (model.Color ? StateText.Color(it) : null)));
        }

        return lines;
    }

    // Restarts and uptime stand in the details too: they go first where it is narrow.
    private static Span[] Row(
        int width, string name, string index, string state, string cpu, string memory, string restarts, string uptime, string? color, string? stateColor)
    {
        var always = State + Cpu + Memory + 3;
        var full = always + Restarts + Uptime + 2;
        var showsAll = width - full >= LeastName + 5;
        var room = Math.Max(1, width - (showsAll ? full : always));
        var nameWidth = Math.Min(room, MostName);
        List<Span> row =
        [
            new(TerminalText.Fit(Shortened(name, nameWidth - index.Length) + index, nameWidth) + " ", color),
            new(TerminalText.Fit(state, State), stateColor ?? color),
            new(" " + TerminalText.Fit(cpu, Cpu, right: true) + " " + TerminalText.Fit(memory, Memory, right: true), color),
        ];
        if (showsAll)
        {
            row.Add(new(" " + TerminalText.Fit(restarts, Restarts, right: true) + " " + TerminalText.Fit(uptime, Uptime, right: true), color));
        }

        return [.. row];
    }

    // A long name gives way to the index: it is what tells the instances of an app apart.
    private static string Shortened(string name, int width) => TerminalText.Width(name) <= width ? name : TerminalText.Fit(name, Math.Max(1, width));
}
