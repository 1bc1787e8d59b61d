using Pharos.Dashboards.Board;
using Pharos.Dashboards.Vocabulary;
using Pharos.Telemetry.Catalogue;
using static Pharos.Dashboards.Board.Query;
using static Pharos.Dashboards.Boards.Common;
using static Pharos.Dashboards.Vocabulary.Selectors;
using static Pharos.Telemetry.Catalogue.InstanceMetrics;
using L = Pharos.Dashboards.Vocabulary.Labels;

namespace Pharos.Dashboards.Boards;

/// <summary>What was printed, by whom, and what was lost on the way.</summary>
internal static class LogsBoard
{
    private static readonly Scope It = Scope.Slots;

    /// <summary>The chosen lines. The text fields of the page are taken as regular expressions; empty ones let everything through.</summary>
    private static readonly string Lines =
        $"{{{Scope.LoggedApps.Text}}} |~ `(?i)$search` | {L.Index}=~\"$index\" | {L.Level}=~\"$level\" | {L.Stream}=~\"$stream\" | {L.TraceId}=~\"$trace_id.*\"";

    public static Dashboard Build()
    {
        var name = Uids.Logs;
        var board = new Dashboard(name.Uid, name.File, "Pharos / Logs", name.Tooltip)
        {
            Variables = Variables(Slots.Several,
                Variable.Choice("level", "Level", ["trace", "debug", "info", "warn", "error", "critical", "fatal", "unknown"]),
                Variable.Choice("stream", "Stream", ["stdout", "stderr"]),
                Variable.Text("search", "Search", ""),
                Variable.Text("trace_id", "Trace id", "")),
            Annotations = Annotations(It),
        };
        Numbers(board);
        board.Add(16, 8, Panels.Graph("Lines by level", "Lines in each step that the page's choices let through, by level.", Unit.Whole,
            [new Log { Text = $"sum by ({L.Level}) (count_over_time({Lines} [$__auto]))", Legend = $"{{{{{L.Level}}}}}" }], Draw.Bars, Reasons.LevelColours, decimals: 0));
        board.Add(8, 8, Panels.Graph("Errors by app", "Lines of level error and worse in each step, of the ten apps that print most of them.", Unit.Whole,
            [new Log { Text = $"topk(10, sum by ({AppLabels}) (count_over_time({{{Scope.LoggedApps.Text}}} | {L.Level}=~\"error|critical|fatal\" [$__auto])))", Legend = ByApp }], Draw.Bars, links: FromSeries, decimals: 0));
        board.Row("Lines");
        board.Add(24, 16, Panels.Logs("Lines", "Newest first; switch Live on at the top right to follow. A line's details have its fields; its trace id leads to the trace.", new Log { Text = Lines, Lines = 1000 }));
        board.Row("What goes wrong again and again");
        board.Add(12, 9, Panels.Graph("Exceptions by type", "Errors by the type that was thrown, of the ten most frequent, in each step.", Unit.Whole,
            [new Log { Text = $"topk(10, sum by ({L.App}, {L.ExceptionType}) (count_over_time({{{Scope.LoggedApps.Text}}} | {L.ExceptionType}!=\"\" [$__auto])))", Legend = $"{{{{{L.App}}}}}: {{{{{L.ExceptionType}}}}}" }], Draw.Bars, decimals: 0));
        board.Add(12, 9, Panels.Logs("Stack traces", "Records with an exception, newest first.", new Log { Text = $"{{{Scope.LoggedApps.Text}}} | {L.ExceptionType}!=\"\"", Lines = 100 }));
        board.Add(24, 9, Events("Events of the chosen apps", "Starts, ends, restarts and what was given up; the words around a line that went wrong.", $" | {L.Index}=~\"$index\""));
        board.Row("What is printed and what is lost");
        board.Add(8, 8, Panels.Graph("Bytes by app", "Bytes a second of the ten apps that print most.", Unit.BytesPerSecond, [Line($"topk(10, sum by ({AppLabels}) ({Rate(LogBytes.In(It))}))", ByApp)], links: FromSeries));
        board.Add(8, 8, Panels.Graph("Lines by stream", "Lines a second on standard output and standard error, as the supervisor counted them.", Unit.PerSecond,
            [Line($"sum by ({L.Stream}) ({Rate(LogRecords.In(It))})", $"{{{{{L.Stream}}}}}")], Draw.Stacked));
        board.Add(8, 8, Panels.Graph("Lost lines by reason", "Lines a second that did not reach their destination. level and sampled: somebody wants it so. All others: a queue, a disk or the destination is too slow.", Unit.PerSecond,
            [Line($"sum by ({L.DropReason}) ({Rate(LogDropped.In(It))}) > 0", $"{{{{{L.DropReason}}}}}")], Draw.Bars, LostColours));
        board.Add(12, 7, Panels.Graph("Shortened lines", "Lines in each step that were too long for the destination and were cut.", Unit.Whole,
            [new Log { Text = $"sum by ({AppLabels}) (count_over_time({{{Scope.LoggedApps.Text}}} | {L.TruncatedFrom}!=\"\" [$__auto]))", Legend = ByApp }], Draw.Bars, links: FromSeries, decimals: 0));
        board.Add(12, 7, Panels.Graph("Printed and stored", "Lines a second that the supervisor counted and that Loki has. A gap that stays is loss; one that closes was a delay.", Unit.PerSecond,
            [Line($"sum({Rate(LogRecords.In(It))})", "printed"), new Log { Text = $"sum(rate({{{Scope.LoggedApps.Text}}} [$__auto]))", Legend = "stored" }]));
        return board;
    }

    private static Override[] LostColours =>
        [.. LogDropReasons.All.Select(r => Override.Of(r).Colour(r is LogDropReasons.Level or LogDropReasons.Sampled ? Colour.Idle : r is LogDropReasons.Rejected or LogDropReasons.WriteFailed ? Colour.Broken : Colour.Bad))];

    private static void Numbers(Dashboard board)
    {
        var bad = It.With(L.DropReason, "!~", $"{LogDropReasons.Level}|{LogDropReasons.Sampled}");
        board.Add(4, 4, Panels.Stat("Errors", "Lines of severity error or fatal in the time range.", Field.Alarm(Colour.Bad, Unit.Count, worse: 100) with { Decimals = 0 },
            Now($"sum({Increase(LogRecords.In(It, L.Severity, "=~", "error|fatal"), "$__range")})")));
        board.Add(4, 4, Panels.Stat("Warnings", "Lines of severity warn in the time range.", Field.Alarm(Colour.Doubtful, Unit.Count) with { Decimals = 0 },
            Now($"sum({Increase(LogRecords.In(It, L.Severity, "=", "warn"), "$__range")})")));
        board.Add(4, 4, Panels.Stat("Lost", "Lines in the time range that did not reach their destination, other than those that somebody wants left out.", Field.Alarm(Colour.Broken, Unit.Count) with { Decimals = 0 },
            Now($"sum({Increase(LogDropped.In(bad), "$__range")})"), Link.To("The pipeline", Uids.Supervisor.Uid)));
        board.Add(4, 4, Panels.Stat("Left out", "Lines in the time range below the app's level or left out by its sampling.",
            new Field(Unit.Count) { ColourMode = "thresholds", Steps = [new(null, Colour.Idle)], NoValue = "0", Decimals = 0 },
            Now($"sum({Increase(LogDropped.In(It, L.DropReason, "=~", $"{LogDropReasons.Level}|{LogDropReasons.Sampled}"), "$__range")})")));
        board.Add(4, 4, Panels.Stat("Lines", "Lines a second.", new Field(Unit.PerSecond) { ColourMode = "thresholds", Steps = [new(null, Colour.Calm)], NoValue = "0" }, Line($"sum({Rate(LogRecords.In(It))})", "lines")));
        board.Add(4, 4, Panels.Stat("Not delivered yet", "Age of the oldest output that the destination of logs does not have yet.",
            Field.Alarm(Colour.Doubtful, Unit.Seconds, from: 15, worse: 300), Line($"max({SupervisorMetrics.ShippingLag.In(Scope.SupervisorsOfHosts)})", "lag"), Link.To("The pipeline", Uids.Supervisor.Uid)));
    }
}
