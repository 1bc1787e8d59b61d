using Pharos.Dashboards.Board;
using Pharos.Dashboards.Vocabulary;
using static Pharos.Dashboards.Board.Query;
using static Pharos.Dashboards.Boards.Common;
using static Pharos.Dashboards.Vocabulary.Selectors;
using static Pharos.Telemetry.Catalogue.SupervisorMetrics;
using I = Pharos.Telemetry.Catalogue.InstanceMetrics;
using L = Pharos.Dashboards.Vocabulary.Labels;
using Words = Pharos.Telemetry.Catalogue.Words;

namespace Pharos.Dashboards.Boards;

/// <summary>The watcher itself, and the way of all telemetry: supervisor, Collector, Prometheus.</summary>
internal static class SupervisorBoard
{
    private static readonly Scope It = Scope.Supervisors;
    /// <summary>Narrows series of processes in general to supervisors: only they have a heartbeat.</summary>
    private static readonly string OnlySupervisors = $" and on ({L.Job}, {L.Instance}) {Heartbeat.In(It)}";
    private static readonly Scope Failed = It.With(L.Error, "!=", "");

    public static Dashboard Build()
    {
        var name = Uids.Supervisor;
        var host = Heartbeat.In(Scope.Everywhere.With(L.Host, "=~", "$host"));
        var board = new Dashboard(name.Uid, name.File, "Pharos / Supervisor and pipeline", name.Tooltip)
        {
            Variables =
            [
                Variable.Of(Source.Prometheus), Variable.Of(Source.Loki), Variable.Of(Source.Tempo),
                Variable.Values("host", "Host", Heartbeat.In(Scope.Everywhere), L.Host),
                Variable.Values("job", "Job", host, L.Job, hidden: true),
                Variable.Values("instance", "Instance", host, L.Instance),
                Variable.Values("collector", "Collector", Foreign.CollectorUptime.Name, L.Job),
                Variable.Values("prometheus", "Prometheus", Foreign.ServerBuild.Name, L.Job),
            ],
            Annotations =
            [
                new("Supervisor started anew", Colour.Changing, $"{I.Uptime.In(It)} < 60{OnlySupervisors}", $"{{{{{L.Host}}}}}", "the supervisor started anew; its apps went on"),
            ],
        };
        Numbers(board);
        board.Row("Supervisor");
        board.Add(8, 8, Panels.Graph("Heartbeats", "Beats a second. A gap: the supervisor did not run, or its telemetry did not arrive.", Unit.PerSecond,
            [Line($"sum by ({L.Host}) ({Rate(Heartbeat.In(It))})", $"{{{{{L.Host}}}}}")], decimals: 2));
        board.Add(8, 8, Panels.Graph("Instances by state", "Instances under supervision.", Unit.Whole, [Line($"sum by ({L.State}) ({Instances.In(It)})", $"{{{{{L.State}}}}}")], Draw.Stacked,
            [.. Words.Phases.Select(p => Override.Of(Words.Of(p)).Colour(States.Words.Single(w => w.Value == States.Number(p).ToString()).Colour))], decimals: 0));
        board.Add(8, 8, Panels.Graph("Events that wait", "Events in the inboxes of all actors, and on the right axis how long the slowest waited. Both stay near 0; what climbs is a supervisor that cannot keep up.", Unit.Whole,
            [Line($"sum({QueueDepth.In(It)})", "events"), Line($"max({EventDelay.In(It)})", "longest wait")], overrides: [Override.Of("longest wait").RightAxis(Unit.Seconds).Colour(Colour.Bad)]));
        board.Add(8, 7, Panels.Graph("Sampling", "How long a pass over /proc took, and how late it began.", Unit.Seconds, [Line($"max({SamplerDuration.In(It)})", "pass"), Line($"max({SamplerLag.In(It)})", "late by")]));
        board.Add(8, 7, Panels.Graph("Requests to the API", "Requests a second to the control API, and actors that died of a bug (right axis).", Unit.PerSecond,
            [Line($"sum by ({L.Host}) ({Rate(ApiRequests.In(It))})", $"{{{{{L.Host}}}}}"), Line($"sum({Increase(ActorFaults.In(It))})", "bugs")], overrides: [Override.Of("bugs").RightAxis(Unit.Whole).Colour(Colour.Broken)]));
        board.Add(8, 7, Panels.Graph("Its own CPU", "Of the supervisor's process; 1 core is one CPU fully used.", Unit.Cores, [Line($"sum by ({L.Host}) ({Rate(I.CpuTime.In(It))}{OnlySupervisors})", $"{{{{{L.Host}}}}}")], decimals: 3));
        board.Add(8, 7, Panels.Graph("Its own memory", "Resident memory of the supervisor's process.", Unit.Bytes, [Line($"sum by ({L.Host}) ({I.MemoryUsage.In(It)}{OnlySupervisors})", $"{{{{{L.Host}}}}}")]));
        board.Add(8, 7, Panels.Graph("Its threads and files", "Threads and open file descriptors of the supervisor. A few files per instance are usual.", Unit.Count,
            [Line($"sum({I.ThreadCount.In(It)}{OnlySupervisors})", "threads"), Line($"sum({I.FileDescriptors.In(It)}{OnlySupervisors})", "files")]));
        board.Add(8, 7, Panels.Logs("What it says", "The supervisor's own log.", new Log { Text = $"{{{L.App}=\"pharos\",{L.Host}=~\"$host\"}}", Lines = 200 }));
        FromSupervisor(board);
        Collector(board);
        Server(board);
        return board;
    }

    private static void Numbers(Dashboard board)
    {
        board.Add(3, 4, Panels.Stat("Silent supervisors", "Supervisors that beat in the last hour and do not beat now.", Field.Alarm(Colour.Broken),
            Now($"count(last_over_time({Heartbeat.In(It)}[1h]) unless {Heartbeat.In(It)}) or vector(0)")));
        board.Add(3, 4, Panels.Stat("Supervisors", "Supervisors that beat.", new Field(Unit.Whole) { ColourMode = "thresholds", Steps = [new(null, Colour.Broken), new(1, Colour.Good)], NoValue = "0" }, Line($"count({Heartbeat.In(It)})", "supervisors")));
        board.Add(3, 4, Panels.Stat("Bugs", "Actors in the time range that died of a bug of ours. The supervisor's log has the stack.", Field.Alarm(Colour.Broken) with { Decimals = 0 }, Now($"sum({Increase(ActorFaults.In(It), "$__range")})")));
        board.Add(3, 4, Panels.Stat("Longest wait of an event", "How long the slowest event waited for its actor.", Field.Alarm(Colour.Doubtful, Unit.Seconds, from: 0.25, worse: 2), Line($"max({EventDelay.In(It)})", "wait")));
        board.Add(3, 4, Panels.Stat("Failed exports", "Data points, log records and spans in the time range whose export failed.", Field.Alarm(Colour.Bad, Unit.Count) with { Decimals = 0 },
            Now(Total(new[] { ExporterPoints, ExporterLogs, ExporterSpans }.Select(m => Increase(m.In(Failed), "$__range"))))));
        board.Add(3, 4, Panels.Stat("Logs not delivered yet", "Age of the oldest output that the destination does not have.", Field.Alarm(Colour.Doubtful, Unit.Seconds, from: 15, worse: 300), Line($"max({ShippingLag.In(It)})", "lag")));
        board.Add(3, 4, Panels.Stat("Collector's fullest queue", "Share of a queue that is in use. At 100 % the Collector drops.",
            new Field(Unit.Share) { ColourMode = "thresholds", Steps = [new(null, Colour.Good), new(0.5, Colour.Doubtful), new(0.8, Colour.Broken)], NoValue = "–", Decimals = 0 },
            Line($"max({Foreign.QueueSize.In(Foreign.Collectors)} / {Foreign.QueueCapacity.In(Foreign.Collectors)})", "queue")));
        board.Add(3, 4, Panels.Stat("Collector's failures", "Items that the Collector refused, or could not send and gave up.", Field.Alarm(Colour.Bad, Unit.PerSecond, from: 0.001, worse: 10),
            Line(Total(new[] { Foreign.FailedPoints, Foreign.FailedLogs, Foreign.FailedSpans, Foreign.RefusedPoints, Foreign.RefusedLogs, Foreign.RefusedSpans }.Select(m => Rate(m.In(Foreign.Collectors)))), "failures")));
    }

    private static void FromSupervisor(Dashboard board)
    {
        board.Row("From the supervisor to the Collector");
        board.Add(8, 8, Panels.Graph("Exported", "Items a second whose export has ended, well or badly.", Unit.PerSecond,
            [Line($"sum({Rate(ExporterPoints.In(It))})", "data points"), Line($"sum({Rate(ExporterLogs.In(It))})", "log records"), Line($"sum({Rate(ExporterSpans.In(It))})", "spans")]));
        board.Add(8, 8, Panels.Graph("Failed exports by error", "Items a second whose export failed, by error. A status code is the destination's answer; the rest is the way there.", Unit.PerSecond,
            [
                Line($"sum by ({L.Error}) ({Rate(ExporterPoints.In(Failed))}) > 0", $"data points: {{{{{L.Error}}}}}"), Line($"sum by ({L.Error}) ({Rate(ExporterLogs.In(Failed))}) > 0", $"log records: {{{{{L.Error}}}}}"),
                Line($"sum by ({L.Error}) ({Rate(ExporterSpans.In(Failed))}) > 0", $"spans: {{{{{L.Error}}}}}"),
            ], Draw.Bars));
        board.Add(8, 8, Panels.Graph("Log records in flight", "Handed to the exporter and not yet answered.", Unit.Whole, [Line($"sum by ({L.Host}) ({ExporterInflight.In(It)})", $"{{{{{L.Host}}}}}")]));
        board.Add(8, 8, Panels.Graph("Output that waits", "Bytes in the log files that the destination does not have yet. It grows while the destination is away; nothing is lost until an app's limit.", Unit.Bytes,
            [Line($"sum by ({L.Host}) ({ShippingBacklog.In(It)})", $"{{{{{L.Host}}}}}")]));
        board.Add(8, 8, Panels.Graph("How far it lags", "Age of the oldest output that waits.", Unit.Seconds, [Line($"max by ({L.Host}) ({ShippingLag.In(It)})", $"{{{{{L.Host}}}}}")]));
        board.Add(8, 8, Panels.Graph("Sent again", "Requests a second that had to be sent again, by the error of the attempt before.", Unit.PerSecond,
            [Line($"sum by ({L.Error}) ({Rate(ShippingRetries.In(It))}) > 0", $"{{{{{L.Error}}}}}")], Draw.Bars));
        board.Add(24, 7, Panels.Graph("Lines lost by reason", "Lines a second of all apps on the chosen hosts that did not reach their destination.", Unit.PerSecond,
            [Line($"sum by ({L.DropReason}) ({Rate(I.LogDropped.In(Scope.SupervisorsOfHosts))}) > 0", $"{{{{{L.DropReason}}}}}")], Draw.Bars));
    }

    private static void Collector(Dashboard board)
    {
        board.Row("Collector");
        board.Add(8, 8, Panels.Graph("Accepted", "Items a second that the Collector took.", Unit.PerSecond,
        [
            Foreigner(Foreign.AcceptedPoints, "data points"), Foreigner(Foreign.AcceptedLogs, "log records"), Foreigner(Foreign.AcceptedSpans, "spans"),
        ]));
        board.Add(8, 8, Panels.Graph("Refused", "Items a second that it did not take: it is short of memory, or its queues are full. The sender keeps them and tries again.", Unit.PerSecond,
        [
            Foreigner(Foreign.RefusedPoints, "data points"), Foreigner(Foreign.RefusedLogs, "log records"), Foreigner(Foreign.RefusedSpans, "spans"),
        ], Draw.Bars));
        board.Add(8, 8, Panels.Graph("Sent, by exporter", "Items a second that it passed on.", Unit.PerSecond,
        [
            Foreigner(Foreign.SentPoints, "data points to {{exporter}}", "exporter"), Foreigner(Foreign.SentLogs, "log records to {{exporter}}", "exporter"), Foreigner(Foreign.SentSpans, "spans to {{exporter}}", "exporter"),
        ]));
        board.Add(8, 8, Panels.Graph("Not sent, by exporter", "Items a second that it gave up. Its log says why.", Unit.PerSecond,
        [
            Foreigner(Foreign.FailedPoints, "data points to {{exporter}}", "exporter"), Foreigner(Foreign.FailedLogs, "log records to {{exporter}}", "exporter"), Foreigner(Foreign.FailedSpans, "spans to {{exporter}}", "exporter"),
        ], Draw.Bars));
        board.Add(8, 8, Panels.Graph("Queues", "Share of each exporter's queue that is in use.", Unit.Share,
            [Line($"max by (exporter, data_type) ({Foreign.QueueSize.In(Foreign.Collectors)} / {Foreign.QueueCapacity.In(Foreign.Collectors)})", "{{exporter}} {{data_type}}")], max: 1));
        board.Add(8, 8, Panels.Graph("Its memory and CPU", "Resident memory, and CPU on the right axis.", Unit.Bytes,
            [Line($"sum({Foreign.CollectorMemory.In(Foreign.Collectors)})", "memory"), Line($"sum({Rate(Foreign.CollectorCpu.In(Foreign.Collectors))})", "CPU")],
            overrides: [Override.Of("CPU").RightAxis(Unit.Cores)]));
    }

    private static void Server(Dashboard board)
    {
        board.Row("Prometheus");
        board.Add(8, 8, Panels.Graph("Samples", "Samples a second that it stores.", Unit.PerSecond, [Line($"sum({Rate(Foreign.ServerSamples.In(Foreign.Servers))})", "samples")]));
        board.Add(8, 8, Panels.Graph("Series", "Series in memory. Names and labels are bounded: a climb is somebody's new label.", Unit.Count, [Line($"sum({Foreign.ServerSeries.In(Foreign.Servers)})", "series")]));
        board.Add(8, 8, Panels.Graph("What went wrong", "Samples a second that came too late or out of order, rules that failed, notifications that did not reach Alertmanager.", Unit.PerSecond,
        [
            Line($"sum({Rate(Foreign.ServerTooOld.In(Foreign.Servers))})", "too late"), Line($"sum({Rate(Foreign.ServerOutOfOrder.In(Foreign.Servers))})", "out of order"),
            Line($"sum({Rate(Foreign.ServerRuleFailures.In(Foreign.Servers))})", "failed rules"), Line($"sum({Rate(Foreign.ServerNotifications.In(Foreign.Servers))})", "lost notifications"),
        ]));
    }

    /// <summary>The sum over several metrics, each of which may be missing. (<c>or</c> between them would keep one of two with equal labels.)</summary>
    private static string Total(IEnumerable<string> vectors) => string.Join(" + ", vectors.Select(v => $"(sum({v}) or vector(0))"));

    private static Prom Foreigner(ForeignMetric metric, string legend, params string[] by) =>
        Line(by.Length == 0 ? $"sum({Rate(metric.In(Foreign.Collectors))})" : $"sum by ({string.Join(", ", by)}) ({Rate(metric.In(Foreign.Collectors))})", legend);
}
