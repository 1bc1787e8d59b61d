using Pharos.Core.Lifecycle;
using Pharos.Dashboards.Board;
using Pharos.Dashboards.Vocabulary;
using static Pharos.Dashboards.Board.Query;
using static Pharos.Dashboards.Boards.Common;
using static Pharos.Dashboards.Vocabulary.Selectors;
using static Pharos.Telemetry.Catalogue.InstanceMetrics;
using L = Pharos.Dashboards.Vocabulary.Labels;
using Words = Pharos.Telemetry.Catalogue.Words;

namespace Pharos.Dashboards.Boards;

/// <summary>Many restarts at once: whose, since when, why, and who suffers with them.</summary>
internal static class StormBoard
{
    private static readonly Scope It = Scope.Instances;
    private static readonly string CrashRestarts = Restarts.In(It, L.RestartReason, "=~", Reasons.Crash);

    /// <summary>Apps that storm: at least five crash restarts in ten minutes, and two for each of their instances.</summary>
    private static readonly string Storming =
        $"sum by ({AppLabels}) ({Increase(CrashRestarts, "10m")}) >= clamp_min(2 * count by ({AppLabels}) ({Ready.In(It)}), 5)";

    public static Dashboard Build()
    {
        var name = Uids.Storm;
        var board = new Dashboard(name.Uid, name.File, "Pharos / Restart storm", name.Tooltip) { Variables = Variables(), Annotations = Annotations(It) };
        Numbers(board);
        board.Add(16, 9, Panels.Graph("Crash restarts per minute", "Restarts that nobody asked for, by app. Where it begins is where to look: the marks show deploys and new versions.", Unit.PerMinute,
            [Line($"topk(15, 60 * sum by ({AppLabels}) ({Rate(CrashRestarts)}) > 0)", ByApp)], Draw.Bars, links: FromSeries, few: false));
        board.Add(8, 9, Alerts("What Prometheus' rules say about the chosen apps.", narrowed: true));
        board.Row("Why");
        board.Add(8, 8, Panels.Graph("Ends by reason", "What ended the processes, in each step.", Unit.Whole,
            [Line($"sum by ({L.ExitReason}) ({Increase(Exits.In(It))}) > 0", $"{{{{{L.ExitReason}}}}}")], Draw.Bars, Reasons.ExitColours, HereTraceAndLog, decimals: 0));
        board.Add(8, 8, Panels.Graph("Restarts by reason", "What each restart was for. dependency: another app drew this one with it.", Unit.Whole,
            [Line($"sum by ({L.RestartReason}) ({Increase(Restarts.In(It))}) > 0", $"{{{{{L.RestartReason}}}}}")], Draw.Bars, Reasons.RestartColours, HereTraceAndLog, decimals: 0));
        board.Add(8, 8, Panels.Heat("How long processes lived", "Lifetimes of processes that ended. At the bottom: they die while they start. A band higher up: they die of what they meet later.",
            new Prom { Text = $"sum by (le) ({Increase(RunDuration.Buckets(It))})", Legend = "{{le}}", Shape = Shape.Heatmap, Exemplars = true }));
        board.Add(24, 9, Panels.Records("Last words", "Ends of processes that nobody asked for, newest first: exit code or signal, after how long, and the last lines that were printed.",
            new Log { Text = $"{{{Scope.LoggedApps.Text}}} | {L.ExitReason}!=\"\" or {L.FailureReason}!=\"\" | {L.ExitReason}!~\"{Words.Of(ExitReason.Success)}|{Words.Of(ExitReason.StopRequested)}\"", Lines = 200 },
            [("Time", "Time"), (L.App, "App"), (L.Index, "Slot"), (L.Host, "Host"), (L.ExitReason, "Reason"), (L.ExitCode, "Code"), (L.ExitSignal, "Signal"), (L.ExitUptime, "After"), (L.LastLines, "Last lines"), (L.TraceId, "Trace")],
            [
                Override.Of("Time").Width(165), Override.Of("Slot").Width(60), Override.Of("Code").Width(60), Override.Of("After").Unit(Unit.Seconds).Width(90),
                Override.Of("App").Links(Link.To("Instance", Uids.Instance.Uid, ("namespace", "${namespace}"), ("app", Link.Column("App")), ("index", Link.Column("Slot")))),
                Override.Of("Trace").Width(110).Links(Link.To("The operation's trace", Uids.Traces.Uid, ("trace", Link.Column("Trace"))), Link.To("Other lines of this trace", Uids.Logs.Uid, ("trace_id", Link.Column("Trace")))),
            ]));
        board.Add(8, 8, Panels.Bars("Exit codes", "Exit codes in the events of the time range. The same code everywhere has one cause; 127 is a missing program, 1 the app's own word.",
            new Field(Unit.Whole) { Decimals = 0, ColourMode = "thresholds", Steps = [new(null, Colour.Bad)] },
            new Log { Text = $"sum by ({L.ExitCode}) (count_over_time({{{Scope.LoggedApps.Text}}} | {L.Incarnation}!=\"\" | {L.ExitCode}!=\"\" | {L.ExitCode}!=\"0\" [$__auto]))", Legend = $"code {{{{{L.ExitCode}}}}}" })
            with
        { Overrides = [Override.Of("code 0").Colour(Colour.Good)] });
        board.Add(8, 8, Panels.Graph("Memory before the end", "Share of its memory limit that each instance uses. What climbs to 100 % and falls is killed for it.", Unit.Share,
            [Line(OfLimit(It, SlotLabels), BySlot)], links: FromSeries));
        board.Add(8, 8, Panels.Graph("Out of memory", "Processes in each step that the kernel killed for want of memory (oom_kill), or that we stopped at their limit.", Unit.Whole,
            [Line($"sum by ({L.Host}, {L.ExitReason}) ({Increase(Exits.In(It, L.ExitReason, "=~", Reasons.OutOfMemory))}) > 0", $"{{{{{L.Host}}}}}: {{{{{L.ExitReason}}}}}")], Draw.Bars, decimals: 0));
        board.Row("What is done about it");
        board.Add(8, 8, Panels.Graph("Delay before the next start", "How long instances wait now; it doubles with each crash. At the top they try seldom: they are down.", Unit.Seconds,
            [Line($"topk(15, max by ({SlotLabels}) ({BackoffDelay.In(It)}))", BySlot)], links: FromSeries));
        board.Add(16, 8, Panels.Timeline("State of the apps that are not well", "Apps with an instance that backs off, failed or is not ready.",
            Line($"{States.Worst(It, L.Namespace, L.App)} >= 4", ByApp), States.Words, FromSeries));
        board.Row("What changed before, and who suffers");
        board.Add(8, 8, Panels.Graph("Deploys, reloads and restarts by hand", "What people and pipelines did, in each step.", Unit.Whole,
            [Line($"sum by ({AppLabels}, {L.RestartReason}) ({Increase(Restarts.In(It, L.RestartReason, "=~", $"{Reasons.Deploy}|{Words.Of(RestartReason.Manual)}|{Words.Of(RestartReason.Watch)}"))}) > 0", $"{ByApp}: {{{{{L.RestartReason}}}}}")],
            Draw.Bars, links: FromSeries, decimals: 0));
        board.Add(8, 8, Panels.Graph("Dependants that are drawn along", "Restarts because an app that they depend on was restarted.", Unit.Whole,
            [Line($"sum by ({AppLabels}) ({Increase(Restarts.In(It, L.RestartReason, "=", Words.Of(RestartReason.Dependency)))}) > 0", ByApp)], Draw.Bars, links: FromSeries, decimals: 0));
        board.Add(8, 8, Panels.Graph("Errors printed", "Lines a second of severity error or fatal, of the ten apps that print most of them.", Unit.PerSecond,
            [Line($"topk(10, sum by ({AppLabels}) ({Rate(LogRecords.In(It, L.Severity, "=~", "error|fatal"))}) > 0)", ByApp)], links: FromSeries));
        return board;
    }

    private static void Numbers(Dashboard board)
    {
        board.Add(4, 4, Panels.Stat("Crash restarts, 10 min", "Restarts of the last ten minutes that nobody asked for, of all chosen apps.",
            Field.Alarm(Colour.Bad, worse: 10) with { Decimals = 0 }, Now($"sum({Increase(CrashRestarts, "10m")})")));
        board.Add(4, 4, Panels.Stat("Apps in a storm", "Apps with at least five crash restarts in ten minutes and two for each of their instances.", Field.Alarm(Colour.Broken), Now($"count({Storming}) or vector(0)")));
        board.Add(4, 4, Panels.Stat("Share of instances that are down", "Instances that back off or have failed, of all that are not stopped. From a fifth on it is no longer one app's own defect.",
            new Field(Unit.Share) { ColourMode = "thresholds", Steps = [new(null, Colour.Good), new(0.02, Colour.Doubtful), new(0.1, Colour.Bad), new(0.2, Colour.Broken)], NoValue = "0 %", Decimals = 0 },
            Line($"(sum({States.In(It, Phase.BackingOff)}) + sum({States.In(It, Phase.Failed)})) / (count({Ready.In(It)}) - sum({States.In(It, Phase.Stopped)}))", "down")));
        board.Add(4, 4, Panels.Stat("Given up", "Instances that nothing restarts until somebody asks.", Field.Alarm(Colour.Broken), Line($"sum({States.In(It, Phase.Failed)})", "given up")));
        board.Add(4, 4, Panels.Stat("Longest delay", "The longest wait for a next start.", Field.Alarm(Colour.Bad, Unit.Seconds, from: 0.001, worse: 60), Line($"max({BackoffDelay.In(It)})", "delay")));
        board.Add(4, 4, Panels.Stat("Out of memory", "Processes in the time range that ended for want of memory.", Field.Alarm(Colour.Broken) with { Decimals = 0 },
            Now($"sum({Increase(Exits.In(It, L.ExitReason, "=~", Reasons.OutOfMemory), "$__range")})")));
    }
}
