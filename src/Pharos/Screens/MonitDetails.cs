using Pharos.Contracts;
using Pharos.Contracts.Text;

namespace Pharos.Screens;

/// <summary>What there is to know about the selected instance.</summary>
internal static class MonitDetails
{
    private const int Labels = 10;
    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>Its lines, most important first: where the pane is low, the last are not seen.</summary>
    public static List<Span[]> Lines(MonitModel model, int width)
    {
        if (model.Current is not { } it)
        {
            return [];
        }

        var history = model.History(it);
        var lines = new List<Span[]>
        {
            new Span[] { new(TerminalText.Fit("state", Labels), Sgr.Bold), new(StateText.Long(it), model.Color ? StateText.Color(it) : null) },
            Line("pid", it.Pid is { } pid ? $"{pid}, incarnation {it.Incarnation}" : $"none, incarnation {it.Incarnation}"),
            Chart("cpu", it.CpuPercent is { } cpu ? Humanize.Percent(cpu) : "-", history, s => s.Cpu, 5, width, model.Color),
            Chart("memory", Memory(it) is { } memory ? Humanize.Bytes(memory) : "-", history, s => s.Memory, 1 << 20, width, model.Color),
            Line("uptime", it.UptimeSeconds is { } uptime ? Humanize.Uptime(uptime) : "-"),
            Line("restarts", it.LastRestartReason is { } why ? $"{it.Restarts}, last: {StateText.Words(why)}" : $"{it.Restarts}"),
            Line("last exit", it.LastExit is { } exit ? $"{StateText.Exit(exit)} after {Humanize.Duration(exit.UptimeSeconds)}" : "none"),
        };
        if (it.Error is { } error)
        {
            lines.Insert(1, [new(TerminalText.Fit("error", Labels), Sgr.Bold), new(TerminalText.Clean(error), model.Color ? Sgr.Red : null)]);
        }

        if (it.TreeProcesses is > 1 and var processes)
        {
            lines.Add(Line("processes", $"{processes}"));
        }

        lines.Add(Line("user", TerminalText.Clean(it.User ?? "the daemon's")));
        return lines;
    }

    /// <summary>Values as bars, newest to the right.</summary>
    /// <param name="values">Oldest first.</param>
    /// <param name="columns">Most bars.</param>
    /// <param name="least">Scale is never finer than this: noise around zero should look like nothing.</param>
    public static string Sparkline(IReadOnlyList<double> values, int columns, double least)
    {
        var first = Math.Max(0, values.Count - Math.Max(0, columns));
        var top = least;
        for (var i = first; i < values.Count; i++)
        {
            top = Math.Max(top, values[i]);
        }

        var bars = new char[values.Count - first];
        for (var i = first; i < values.Count; i++)
        {
            bars[i - first] = Bars[Math.Clamp((int)(values[i] / top * (Bars.Length - 1)), 0, Bars.Length - 1)];
        }

        return new(bars);
    }

    private static long? Memory(InstanceView it) => it.TreeMemoryBytes ?? it.MemoryBytes;

    private static Span[] Line(string label, string value) => [new(TerminalText.Fit(label, Labels), Sgr.Bold), new(value)];

    private static Span[] Chart(
        string label, string value, IReadOnlyList<(double Cpu, double Memory)> history, Func<(double Cpu, double Memory), double> pick, double least, int width, bool color)
    {
        const int number = 9;
        var values = new List<double>(history.Count);
        foreach (var sample in history)
        {
            values.Add(pick(sample));
        }

        return
        [
            new(TerminalText.Fit(label, Labels), Sgr.Bold),
            new(TerminalText.Fit(value, number)),
            new(Sparkline(values, width - Labels - number, least), color ? Sgr.Cyan : null),
        ];
    }
}
