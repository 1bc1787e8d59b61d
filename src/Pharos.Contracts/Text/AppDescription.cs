using System.Globalization;
using System.Text;

namespace Pharos.Contracts.Text;

/// <summary><c>pharos describe</c>: settings, instances, and how the last process of each ended.</summary>
public static class AppDescription
{
    private const int Labels = 13, LeastForValues = 20;

    /// <summary>Renders the app.</summary>
    /// <param name="app">The app.</param>
    /// <param name="width">Columns of the terminal; 0: not a terminal.</param>
    /// <param name="color">Whether colours are allowed.</param>
    /// <returns>Lines, each with its newline.</returns>
    public static string Render(AppView app, int width, bool color)
    {
        var text = new StringBuilder();
        text.Append(Sgr.Paint(TerminalText.Clean(app.Name), Sgr.Bold, color)).Append('\n');
        Line(text, "namespace", app.Namespace, width);
        Line(text, "version", app.Version, width);
        Line(text, "script", app.Args.Count == 0 ? app.Script : $"{app.Script} {string.Join(' ', app.Args)}", width);
        Line(text, "folder", app.Cwd, width);
        Line(text, "interpreter", app.Interpreter ?? "none, run directly", width);
        Line(text, "environment", app.EnvNames.Count == 0 ? "nothing of its own" : string.Join(", ", app.EnvNames), width);
        Line(text, "output", app.Stdio, width);
        Line(text, "restart", app.RestartMode, width);
        Line(text, "stop", $"{app.StopSignal}, SIGKILL after {Humanize.Duration(app.GraceSeconds)}", width);
        Line(text, "memory limit", app.MaxMemoryBytes is { } limit ? Humanize.Bytes(limit) : null, width);
        Line(text, "cron restart", app.CronZone is null ? app.Cron : $"{app.Cron} ({app.CronZone})", width);
        Line(text, "ready", app.Ready, width);
        Line(text, "live", app.Live, width);
        Line(text, "watch", app.Watch.Count > 0 ? string.Join(", ", app.Watch) : null, width);
        Line(text, "listens on", app.Listen.Count > 0 ? string.Join(", ", app.Listen) : null, width);
        Line(text, "depends on", app.DependsOn.Count > 0 ? string.Join(", ", app.DependsOn) : null, width);
        if (app.Job is { } job)
        {
            Line(text, "schedule", (job.Zone is null ? job.Cron : $"{job.Cron} ({job.Zone})") + $", overlap {job.Overlap}", width);
            Line(text, "deadline", job.DeadlineSeconds is { } deadline ? Humanize.Duration(deadline) : null, width);
            Line(text, "next run", job.NextRunAt is { } next ? Humanize.Time(next) : "none, the schedule is stopped", width);
        }

        foreach (var (name, value) in app.Credentials)
        {
            Line(text, name, value, width);
        }

        if (app.Logs.Count > 0)
        {
            Line(text, "logs", string.Join(", ", app.Logs.Select(s => $"{s.Key} {s.Value.ReplaceLineEndings(" ")}")), width);
        }

        Line(text, "declared", Humanize.Time(app.CreatedAt), width);
        var sorted = new List<InstanceView>(app.Instances);
        sorted.Sort(InstanceTable.ByAppAndIndex);
        if (sorted.Count > 0)
        {
            text.Append('\n').Append(InstanceTable.Table(sorted, width, color));
        }

        if (app.Job is { Runs.Count: > 0 })
        {
            text.Append('\n').Append(Sgr.Paint("last runs", Sgr.Bold, color)).Append('\n').Append(RunTable.Render(app.Job.Runs, width, color));
        }

        foreach (var it in sorted)
        {
            Instance(text, it, width, color);
        }

        return text.ToString();
    }

    private static void Instance(StringBuilder text, InstanceView it, int width, bool color)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{TerminalText.Clean(it.App)}:{it.Index}");
        text.Append('\n').Append(Sgr.Paint(name, Sgr.Bold, color)).Append("  ").Append(Sgr.Paint(StateText.Long(it), StateText.Color(it), color)).Append('\n');
        Line(text, "id", it.InstanceId, width);
        Line(text, "readiness", it.ReadinessReason, width);
        Line(text, "says", it.Status, width);
        Line(text, "incarnation", Incarnation(it), width);
        Line(text, "memory", Memory(it), width);
        Line(text, "limits", it.Limits.Count == 0 ? null : string.Join(", ", it.Limits), width);
        Line(text, "requests", Requests(it), width);
        Line(text, "channel", it.Channel, width);
        Line(text, "actions", it.Actions.Count == 0 ? null : string.Join(", ", it.Actions.Select(a => a.Name)), width);
        Line(text, "restarts", Restarts(it), width);
        Line(text, "reload", it.ReloadError is { } unreloaded ? $"failed: {unreloaded}" : it.OtherPid is { } other ? string.Create(CultureInfo.InvariantCulture, $"under way, second process {other}") : null, width);
        Line(text, "stdout", it.OutLog, width);
        Line(text, "stderr", it.ErrLog, width);
        Line(text, "error", it.Error, width);
        if (it.LastExit is { } exit)
        {
            Line(text, "last exit", $"{StateText.Exit(exit)} ({StateText.Words(exit.Reason)}), {Humanize.Time(exit.At)}, after {Humanize.Duration(exit.UptimeSeconds)}", width);
            foreach (var line in exit.LastLines)
            {
                text.Append("    ").Append(Sgr.Paint("│ ", Sgr.Dim, color)).Append(TerminalText.Clean(line)).Append('\n');
            }
        }
    }

    private static string Incarnation(InstanceView it)
    {
        var number = it.Incarnation.ToString(CultureInfo.InvariantCulture);
        return it is { Pid: { } pid, StartedAt: { } started }
            ? string.Create(CultureInfo.InvariantCulture, $"{number}, pid {pid}, since {Humanize.Time(started)}")
            : it.Incarnation == 0 ? "none yet" : $"{number} was the last";
    }

    private static string? Memory(InstanceView it) =>
        it.MemoryBytes is not { } memory ? null
        : it is { TreeMemoryBytes: { } tree, TreeProcesses: > 1 and var processes }
            ? $"{Humanize.Bytes(memory)}, {Humanize.Bytes(tree)} in all {processes} processes"
        : Humanize.Bytes(memory);

    private static string? Requests(InstanceView it) => it.RequestsPerSecond is not { } rate ? null
        : it.RequestP95Seconds is { } p95 ? $"{InstanceTable.Rate(rate)} a second, 95 of 100 within {Humanize.Duration(p95)}" : "none in the last ten seconds";

    private static string Restarts(InstanceView it)
    {
        var count = it.Restarts.ToString(CultureInfo.InvariantCulture);
        return it.LastRestartReason is { } reason ? $"{count}, the last because of {StateText.Words(reason)}" : count;
    }

    // Long values go on below themselves, between words: a path stays in one piece, to be copied.
    private static void Line(StringBuilder text, string label, string? value, int width)
    {
        if (value is null)
        {
            return;
        }

        var room = width == 0 ? int.MaxValue : Math.Max(LeastForValues, width - Labels - 2);
        text.Append("  ").Append(TerminalText.Fit(label, Labels));
        var column = 0;
        foreach (var word in TerminalText.Clean(value).Split(' '))
        {
            var wordWidth = TerminalText.Width(word);
            if (column > 0 && column + 1 + wordWidth > room)
            {
                text.Append('\n').Append(' ', Labels + 2);
                column = 0;
            }

            text.Append(column > 0 ? " " : "").Append(word);
            column += wordWidth + (column > 0 ? 1 : 0);
        }

        text.Append('\n');
    }
}
