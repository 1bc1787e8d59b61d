using Pharos.Dashboards.Board;
using Pharos.Dashboards.Vocabulary;
using Pharos.Telemetry.Catalogue;
using static Pharos.Dashboards.Board.Query;
using static Pharos.Dashboards.Boards.Common;
using static Pharos.Dashboards.Vocabulary.Selectors;
using static Pharos.Dashboards.Vocabulary.Spans;
using static Pharos.Telemetry.Catalogue.InstanceMetrics;
using L = Pharos.Dashboards.Vocabulary.Labels;

namespace Pharos.Dashboards.Boards;

/// <summary>Starts, stops, restarts, reloads and runs of jobs as traces.</summary>
internal static class TracesBoard
{
    /// <summary>The id of a span opens its trace on this page; beside it its lines.</summary>
    public static readonly Override OpenTrace = Override.Of("spanID").Width(150).Links(
        Link.To("Open the trace here", Uids.Traces.Uid, ("namespace", "${namespace}"), ("app", "${app}"), ("trace", Link.Column(TraceColumn))),
        Link.To("Lines of this trace", Uids.Logs.Uid, ("namespace", "${namespace}"), ("app", "${app}"), ("trace_id", Link.Column(TraceColumn))));

    /// <summary>Tempo's hidden column of a table of spans.</summary>
    private const string TraceColumn = "traceIdHidden";

    private static readonly Scope It = Scope.Instances;

    public static Dashboard Build()
    {
        var name = Uids.Traces;
        var board = new Dashboard(name.Uid, name.File, "Pharos / Lifecycle traces", name.Tooltip)
        {
            Variables = Variables(Slots.ById, Variable.Text("trace", "Trace", "")),
            Annotations = Annotations(It),
        };
        Numbers(board);
        board.Add(14, 9, Panels.Traces("What failed", "Operations that ended in an error, newest first: what was attempted, on what, and why it failed.",
            new Trace { Text = OfInstances("status = error") + Select(AttributeNames.AppName, AttributeNames.InstanceIndex, AttributeNames.RestartReason, AttributeNames.ErrorType, "statusMessage"), BySpan = true, SpansPerTrace = 1 }, OpenTrace));
        board.Add(10, 9, Panels.Waterfall("The chosen trace", "Put a trace id into the field Trace, or click one in a list. The command that asked, the steps, and what the app itself did while it started.",
            new Trace { Text = "$trace" }));
        board.Row("Operations");
        board.Add(12, 9, Panels.Traces("All operations", "Newest first. An id opens the trace.",
            new Trace { Text = OfInstances() + Select(AttributeNames.AppName, AttributeNames.InstanceIndex, AttributeNames.RestartReason, "status"), BySpan = true, SpansPerTrace = 1, Limit = 100 }, OpenTrace));
        board.Add(12, 9, Panels.Traces("Slow starts", "Starts and restarts that took longer than five seconds. The step that is wide in the trace is the reason.",
            new Trace { Text = OfInstances($"name =~ \"{SpanNames.Start}|{SpanNames.Restart}\"", "duration > 5s") + Select(AttributeNames.AppName, AttributeNames.RestartReason), BySpan = true, SpansPerTrace = 1 }, OpenTrace));
        board.Add(12, 8, Panels.Traces("Reloads and deploys", "A reload puts a new process beside the old one. One that failed left the old process in its place.",
            new Trace { Text = OfInstances($"name = \"{SpanNames.Reload}\"") + Select(AttributeNames.AppName, AttributeNames.RestartReason, AttributeNames.RestartCause, "status"), BySpan = true, SpansPerTrace = 1 }, OpenTrace));
        board.Add(12, 8, Panels.Traces("Commands", "What people and scripts asked of the supervisor: the command line's own spans, and what followed from them.",
            new Trace { Text = $"{{ kind = client && {Span(AttributeNames.SpanCommand)} != nil && resource.{AttributeNames.HostName} =~ \"$host\" }}" + Select(AttributeNames.SpanCommand, AttributeNames.ProcessExitCode, "status"), BySpan = true, SpansPerTrace = 1 }, OpenTrace));
        board.Row("How long things take");
        board.Add(8, 8, Panels.Graph("Operations by kind", "Operations a second in the traces, by kind.", Unit.PerSecond, [new Trace { Text = $"{OfInstances()} | rate() by (name)", Legend = "{{name}}" }], Draw.Stacked));
        board.Add(8, 8, Panels.Graph("Failures by reason", "Operations a second that ended in an error, by reason.", Unit.PerSecond,
            [new Trace { Text = $"{OfInstances("status = error")} | rate() by ({Span(AttributeNames.ErrorType)})", Legend = $"{{{{{AttributeNames.ErrorType}}}}}" }], Draw.Stacked));
        board.Add(8, 8, Panels.Graph("Time by kind", "The longest operation of each step, by kind.", Unit.Seconds, [new Trace { Text = $"{OfInstances()} | max_over_time(duration) by (name)", Legend = "{{name}}" }]));
        board.Add(8, 8, Panels.Heat("Starts", "From the order to start until ready. Two bands: some starts wait for something.",
            new Prom { Text = $"sum by (le) ({Increase(StartDuration.Buckets(It))})", Legend = "{{le}}", Shape = Shape.Heatmap, Exemplars = true }));
        board.Add(8, 8, Panels.Heat("Stops", "From the stop signal to the end. A band at the grace period: the app does not react to the signal, and is killed.",
            new Prom { Text = $"sum by (le) ({Increase(StopDuration.Buckets(It))})", Legend = "{{le}}", Shape = Shape.Heatmap, Exemplars = true }));
        board.Add(8, 8, Panels.Heat("Reloads", "Until the new process had the place of the old one.",
            new Prom { Text = $"sum by (le) ({Increase(ReloadDuration.Buckets(It))})", Legend = "{{le}}", Shape = Shape.Heatmap, Exemplars = true }));
        board.Add(12, 8, Panels.Table("Slowest apps to start", "Mean time until ready in the time range, and how many starts there were.",
            [
                Column($"sum by ({AppLabels}) ({Increase(StartDuration.Sum(It), "$__range")}) / (sum by ({AppLabels}) ({Increase(StartDuration.Count(It), "$__range")}) > 0)"),
                Column($"sum by ({AppLabels}) ({Increase(StartDuration.Count(It), "$__range")}) > 0"),
                Column($"sum by ({AppLabels}) ({Increase(StartDuration.Count(It.With(L.Outcome, "=", "failed")), "$__range")}) > 0"),
            ],
            [(L.App, "App"), (L.Namespace, "Namespace"), ("Value #A", "Until ready"), ("Value #B", "Starts"), ("Value #C", "Failed")],
            [
                Override.Of("App").Links(ToApp),
                Override.Of("Until ready").Unit(Unit.Seconds).Decimals(2).Bar(), Override.Of("Starts").Decimals(0),
                Override.Of("Failed").Decimals(0).Steps(new(null, "transparent"), new(0.5, Colour.Broken)),
            ], sortBy: "Until ready"));
        board.Add(12, 8, Panels.Logs("Last words", "What the supervisor said when a process ended; the trace of the operation is in the details of the line.",
            new Log { Text = $"{{{Scope.LoggedApps.Text}}} | {L.ExitReason}!=\"\" or {L.FailureReason}!=\"\" | {L.TraceId}=~\"$trace.*\"", Lines = 100 }));
        return board;
    }

    private static void Numbers(Dashboard board)
    {
        var failedStarts = StartDuration.Count(It.With(L.Outcome, "=", "failed"));
        board.Add(4, 4, Panels.Stat("Failed starts", "Starts in the time range that did not come to be ready.", Field.Alarm(Colour.Broken) with { Decimals = 0 }, Now($"sum({Increase(failedStarts, "$__range")})")));
        board.Add(4, 4, Panels.Stat("Failed reloads", "Reloads in the time range after which the old process stayed.", Field.Alarm(Colour.Broken) with { Decimals = 0 },
            Now($"sum({Increase(ReloadDuration.Count(It.With(L.Outcome, "=", "failure")), "$__range")})")));
        board.Add(4, 4, Panels.Stat("Killed at the end of the grace", "Stops in the time range at which the app did not react to the signal and was killed.", Field.Alarm(Colour.Bad) with { Decimals = 0 },
            Now($"sum({Increase(StopDuration.Count(It.With(L.ExitReason, "=", "stop_timeout_kill")), "$__range")})")));
        board.Add(4, 4, Panels.Stat("Until ready, p95", "95 of 100 starts of the time range were ready sooner.",
            new Field(Unit.Seconds) { ColourMode = "thresholds", Steps = [new(null, Colour.Good), new(10, Colour.Doubtful), new(30, Colour.Bad)], NoValue = "–", Decimals = 1 },
            Now($"histogram_quantile(0.95, sum by (le) ({Increase(StartDuration.Buckets(It), "$__range")}))")));
        board.Add(4, 4, Panels.Stat("Until stopped, p95", "95 of 100 stops of the time range were done sooner.",
            new Field(Unit.Seconds) { ColourMode = "thresholds", Steps = [new(null, Colour.Good), new(4, Colour.Doubtful), new(10, Colour.Bad)], NoValue = "–", Decimals = 1 },
            Now($"histogram_quantile(0.95, sum by (le) ({Increase(StopDuration.Buckets(It), "$__range")}))")));
        board.Add(4, 4, Panels.Stat("Starts", "Starts that came to their end in the time range, well or badly.",
            new Field(Unit.Whole) { ColourMode = "thresholds", Steps = [new(null, Colour.Calm)], NoValue = "0", Decimals = 0 }, Now($"sum({Increase(StartDuration.Count(It), "$__range")})")));
    }
}
