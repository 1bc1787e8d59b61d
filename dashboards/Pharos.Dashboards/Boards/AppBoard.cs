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

/// <summary>One app: its instances side by side, why they end, what they use, what they answer.</summary>
internal static class AppBoard
{
    private static readonly Scope It = Scope.Instances;

    public static Dashboard Build()
    {
        var name = Uids.App;
        var board = new Dashboard(name.Uid, name.File, "Pharos / App", name.Tooltip) { Variables = Variables(), Annotations = Annotations(It) };
        Numbers(board);
        board.Add(8, 8, Alerts("What Prometheus' rules say about this app.", narrowed: true));
        board.Add(16, 8, Panels.Timeline("State of each instance", "One row per slot. A click opens the instance, its traces or its logs of this time.",
            Line(States.Worst(It, L.Namespace, L.App, L.Index), BySlot), States.Words, FromSlots));
        board.Row("Instances");
        board.Add(24, 9, Instances());
        board.Row("Why it ends");
        board.Add(16, 9, Events("What happened", "Starts, ends, restarts, and what was given up, newest first: with exit code or signal, pid and the last lines that were printed. The trace shows the operation.", ""));
        board.Add(8, 9, Panels.Bars("Ends by reason", "Ends of processes in the time range, by reason.",
            new Field(Unit.Whole) { Decimals = 0, ColourMode = "thresholds", Steps = [new(null, Colour.Good), new(1, Colour.Bad)] },
            new Prom { Text = $"sum by ({L.ExitReason}) ({Increase(Exits.In(It), "$__range")}) > 0", Legend = $"{{{{{L.ExitReason}}}}}", Shape = Shape.Instant })
            with
        { Overrides = Reasons.ExitColours });
        board.Add(8, 8, Panels.Graph("Restarts", "Restarts in each step, by reason.", Unit.Whole,
            [Line($"sum by ({L.RestartReason}) ({Increase(Restarts.In(It))}) > 0", $"{{{{{L.RestartReason}}}}}")], Draw.Bars, Reasons.RestartColours, HereTraceAndLog, decimals: 0));
        board.Add(8, 8, Panels.Graph("Ends", "Ends of processes in each step, by reason.", Unit.Whole,
            [Line($"sum by ({L.ExitReason}) ({Increase(Exits.In(It))}) > 0", $"{{{{{L.ExitReason}}}}}")], Draw.Bars, Reasons.ExitColours, HereTraceAndLog, decimals: 0));
        board.Add(8, 8, Panels.Heat("How long processes lived", "Lifetimes of processes that ended. A band at one height is a defect that strikes after a fixed time.",
            new Prom { Text = $"sum by (le) ({Increase(RunDuration.Buckets(It))})", Legend = "{{le}}", Shape = Shape.Heatmap, Exemplars = true }));
        Resources(board);
        Operations(board);
        Traffic(board);
        Output(board);
        return board;
    }

    private static void Numbers(Dashboard board)
    {
        board.Add(3, 4, Panels.Stat("State", "The state of the worst instance.",
            new Field(Unit.Whole) { Words = States.Words, ColourMode = "thresholds", NoValue = "Unknown", Steps = [new(null, Colour.Idle)] }, Now($"max({States.Worst(It, L.Job)})")));
        board.Add(3, 4, Panels.Stat("Missing instances", "Instances that somebody wants and that have no process.", Field.Alarm(Colour.Broken),
            Line($"sum({AppDesired.In(Scope.Apps)}) - sum({AppInstances.In(Scope.Apps)})", "missing")));
        board.Add(3, 4, Panels.Stat("Not ready", "Instances that run and cannot do their work.", Field.Alarm(Colour.Doubtful), Line($"count({States.NotReady(It)}) or vector(0)", "not ready")));
        board.Add(3, 4, Panels.Stat("Crash restarts", "Restarts in the time range that nobody asked for.", Field.Alarm(Colour.Bad, worse: 20) with { Decimals = 0 },
            Now($"sum({Increase(Restarts.In(It, L.RestartReason, "=~", Reasons.Crash), "$__range")})"), Link.To("What restarts and why", Uids.Storm.Uid, ("namespace", "${namespace}"), ("app", "${app}"))));
        board.Add(3, 4, Panels.Stat("Memory of limit", "The instance that is nearest to its memory limit. At the limit it is restarted.",
            new Field(Unit.Share) { Steps = LimitSteps, ColourMode = "thresholds", NoValue = "no limit", Decimals = 0 }, Line($"max({OfLimit(It, L.Job)})", "of limit")));
        board.Add(3, 4, Panels.Stat("CPU", "CPU of all instances; 1 core is one CPU fully used.",
            new Field(Unit.Cores) { ColourMode = "thresholds", Steps = [new(null, Colour.Calm)], Decimals = 2, NoValue = "–" }, Line($"sum({Rate(CpuTime.In(It))})", "CPU")));
        board.Add(3, 4, Panels.Stat("Slowest 5 % of requests", "95 of 100 HTTP requests were answered faster than this (Node apps).",
            new Field(Unit.Seconds) { ColourMode = "thresholds", Steps = [new(null, Colour.Good), new(0.5, Colour.Doubtful), new(2, Colour.Bad)], NoValue = "–" },
            Line(HttpServerDuration.Quantile(0.95, It), "p95")));
        board.Add(3, 4, Panels.Label("Version", "The version that the instances say they are of; two during a deploy.",
            new Prom { Text = $"count by ({L.Version}) ({States.In(It, Phase.Running)} == 1)", Legend = $"{{{{{L.Version}}}}}", Shape = Shape.Instant }));
    }

    private static Panel Instances()
    {
        string[] by = [L.Namespace, L.App, L.Host, L.Index];
        var labels = string.Join(", ", by);
        return Panels.Table("Instances", "One row per slot, worst first. The slot opens the instance.",
            [
                Column(States.Worst(It, [.. by, L.Version])),
                Column($"max by ({labels}) ({Uptime.In(It)})"),
                Column($"sum by ({labels}) ({Increase(Restarts.In(It, L.RestartReason, "=~", Reasons.Crash), "$__range")})"),
                Column($"sum by ({labels}) ({Rate(CpuTime.In(It))})"),
                Column($"sum by ({labels}) ({TreeMemory.In(It)})"),
                Column(OfLimit(It, labels)),
                Column($"sum by ({labels}) ({TreeProcesses.In(It)})"),
                Column($"sum by ({labels}) ({FileDescriptors.In(It)})"),
                Column($"max by ({labels}) ({BackoffDelay.In(It)})"),
            ],
            [
                ("Value #A", "State"), (L.App, "App"), (L.Index, "Slot"), (L.Host, "Host"), (L.Version, "Version"), ("Value #B", "Up for"), ("Value #C", "Crash restarts"),
                ("Value #D", "CPU"), ("Value #E", "Memory"), ("Value #F", "Of limit"), ("Value #G", "Processes"), ("Value #H", "Files"), ("Value #I", "Next start in"), (L.Namespace, "Namespace"),
            ],
            [
                Override.Of("State").Words(States.Words).Width(110),
                Override.Of("Slot").Width(60).Links(Link.To("Open the instance", Uids.Instance.Uid,
                    ("namespace", Link.Column("Namespace")), ("app", Link.Column("App")), ("index", Link.Column("Slot")))),
                Override.Of("Up for").Unit(Unit.Seconds).Decimals(0),
                Override.Of("Crash restarts").Decimals(0).Steps(new(null, "transparent"), new(1, Colour.Bad), new(10, Colour.Broken)),
                Override.Of("CPU").Unit(Unit.Cores).Decimals(2).Bar(),
                Override.Of("Memory").Unit(Unit.Bytes).Bar(),
                Override.Of("Of limit").Unit(Unit.Share).Decimals(0).Bar(1, LimitSteps),
                Override.Of("Next start in").Unit(Unit.Seconds).Steps(new(null, "transparent"), new(0.001, Colour.Bad)),
                Override.Of("Processes").Width(90), Override.Of("Files").Width(70), Override.Of("Namespace").Hidden(),
            ],
            sortBy: "State");
    }

    private static void Resources(Dashboard board)
    {
        board.Row("What it uses");
        board.Add(8, 8, Panels.Graph("CPU by instance", "1 core is one CPU fully used.", Unit.Cores, [Line($"sum by ({SlotLabels}) ({Rate(CpuTime.In(It))})", BySlot)], links: FromSlots, decimals: 2));
        board.Add(8, 8, Panels.Graph("Memory by instance and its limit", "Resident memory of each instance with its descendants. At the dashed line it is restarted. A saw-tooth that climbs to it is a leak.", Unit.Bytes,
            [Line($"sum by ({SlotLabels}) ({TreeMemory.In(It)})", BySlot), Line($"min({MemoryLimit.In(It)})", "limit")], overrides: [Override.Of("limit").Limit()], links: FromSlots));
        board.Add(8, 8, Panels.Graph("Processes and files", "Processes in the trees of all instances, and open file descriptors (right axis). What only climbs is a leak.", Unit.Count,
            [Line($"sum({TreeProcesses.In(It)})", "processes"), Line($"sum({ThreadCount.In(It)})", "threads"), Line($"sum({FileDescriptors.In(It)})", "files")],
            overrides: [Override.Of("files").RightAxis(Unit.Count)]));
    }

    private static void Operations(Dashboard board)
    {
        board.Row("Starts, stops and probes");
        board.Add(8, 8, Panels.Graph("Until ready", "From the order to start until ready: half and 95 of 100 starts. Points are exemplars: they open the trace of one start.", Unit.Seconds,
            [
                new Prom { Text = StartDuration.Quantile(0.5, It), Legend = "start p50", Exemplars = true }, new Prom { Text = StartDuration.Quantile(0.95, It), Legend = "start p95", Exemplars = true },
                Line(ReloadDuration.Quantile(0.95, It), "reload p95"),
            ], Draw.Points, links: HereTraceAndLog));
        board.Add(8, 8, Panels.Graph("Until stopped", "From the stop signal to the end: half and 95 of 100 stops. At the grace period the rest is killed.", Unit.Seconds,
            [Line(StopDuration.Quantile(0.5, It), "stop p50"), Line(StopDuration.Quantile(0.95, It), "stop p95")], Draw.Points, links: HereTraceAndLog));
        board.Add(8, 8, Panels.Graph("Probes", "Answers of probes: how long they took (95 of 100), and on the right axis how many a second were no good.", Unit.Seconds,
            [
                Line(ProbeDuration.Quantile(0.95, It, L.ProbeType), $"{{{{{L.ProbeType}}}}} p95"),
                Line($"sum by ({L.ProbeType}) ({Rate(ProbeDuration.Count(It.With(L.Outcome, "!=", "success")))})", $"{{{{{L.ProbeType}}}}} failed"),
            ],
            overrides: [Override.Matching(".* failed").RightAxis(Unit.PerSecond).Colour(Colour.Broken)], links: HereTraceAndLog));
        board.Add(12, 7, Panels.Graph("Runs of the job", "Runs that ended or were left out, in each step (apps with a schedule).", Unit.Whole,
            [Line($"sum by ({L.Outcome}) ({Increase(JobRuns.In(Scope.Apps))}) > 0", $"{{{{{L.Outcome}}}}}")], Draw.Bars,
            [.. Words.RunOutcomes.Select(o => Override.Of(Words.Of(o)).Colour(o switch { Core.Schedules.RunOutcome.Success => Colour.Good, Core.Schedules.RunOutcome.Skipped => Colour.Idle, Core.Schedules.RunOutcome.Failure => Colour.Broken, Core.Schedules.RunOutcome.Deadline => Colour.Bad }))],
            HereTraceAndLog, decimals: 0));
        board.Add(12, 7, Panels.Graph("Length of runs", "Half and 95 of 100 runs of the job took less.", Unit.Seconds,
            [Line(JobRunDuration.Quantile(0.5, Scope.Apps), "p50"), Line(JobRunDuration.Quantile(0.95, Scope.Apps), "p95")], Draw.Points, links: HereTraceAndLog));
    }

    private static void Traffic(Dashboard board)
    {
        board.Row("What it answers (HTTP, Node apps)");
        board.Add(8, 8, Panels.Graph("Requests", "Requests a second by status code.", Unit.PerSecond,
            [Line($"sum by ({L.StatusCode}) ({Rate(HttpServerDuration.Count(It))})", $"{{{{{L.StatusCode}}}}}")], Draw.Stacked,
            [Override.Matching("2..").Colour(Colour.Good), Override.Matching("3..").Colour(Colour.Changing), Override.Matching("4..").Colour(Colour.Doubtful), Override.Matching("5..").Colour(Colour.Broken)], HereTraceAndLog));
        board.Add(8, 8, Panels.Graph("Share of failures", "Requests that were answered with a status of 500 and more.", Unit.Share,
            [Line($"(sum({Rate(HttpServerDuration.Count(It.With(L.StatusCode, "=~", "5..")))}) or vector(0)) / sum({Rate(HttpServerDuration.Count(It))})", "failures")],
            overrides: [Override.Of("failures").Colour(Colour.Broken)], links: HereTraceAndLog));
        board.Add(8, 8, Panels.Graph("Time to answer", "Half, 95 and 99 of 100 requests were answered faster. Points are exemplars: they open the trace of one request.", Unit.Seconds,
            [.. new[] { 0.5, 0.95, 0.99 }.Select(q => new Prom { Text = HttpServerDuration.Quantile(q, It), Legend = $"p{q * 100:0}", Exemplars = true })], links: HereTraceAndLog));
    }

    private static void Output(Dashboard board)
    {
        board.Row("What it prints");
        board.Add(8, 9, Panels.Graph("Lines by severity", "Lines a second that the app printed, counted by the supervisor before anything can be lost.", Unit.PerSecond,
            [Line($"sum by ({L.Severity}) ({Rate(LogRecords.In(It))}) > 0", $"{{{{{L.Severity}}}}}")], Draw.Stacked, Reasons.LevelColours, HereTraceAndLog));
        board.Add(16, 9, Panels.Logs("Errors", "Lines of level error and worse. The page Logs has the rest.",
            new Log { Text = $"{{{Scope.LoggedApps.Text}}} | {L.Level}=~\"error|critical|fatal\"", Lines = 200 }));
    }
}
