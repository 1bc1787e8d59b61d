using Pharos.Core.Lifecycle;
using Pharos.Dashboards.Board;
using Pharos.Dashboards.Vocabulary;
using Pharos.Telemetry.Catalogue;
using static Pharos.Dashboards.Boards.Common;
using static Pharos.Dashboards.Vocabulary.Selectors;
using static Pharos.Telemetry.Catalogue.InstanceMetrics;
using L = Pharos.Dashboards.Vocabulary.Labels;

namespace Pharos.Dashboards.Boards;

/// <summary>Everything at once: what is wrong anywhere, and whose it is.</summary>
internal static class FleetBoard
{
    private static readonly Scope It = Scope.Instances;
    private static readonly string CrashRestarts = Restarts.In(It, L.RestartReason, "=~", Reasons.Crash);

    public static Dashboard Build()
    {
        var name = Uids.Fleet;
        var board = new Dashboard(name.Uid, name.File, "Pharos / Fleet", name.Tooltip) { Variables = Variables(), Annotations = Annotations(It) };
        Numbers(board);
        board.Add(10, 9, Alerts("What Prometheus' rules say about everything, worst first. The name opens the app; the alert opens Alertmanager, where it can be silenced and has its runbook.", narrowed: false));
        board.Add(14, 9, Panels.Timeline("State of each app",
            "The worst instance of an app decides its colour. A click opens the app. An app that is deleted ends; one that is silent has a gap.",
            Line(States.Worst(It, L.Namespace, L.App), ByApp), States.Words, FromSeries));
        board.Row("Apps");
        board.Add(24, 11, Apps());
        board.Row("What changed");
        board.Add(12, 8, Panels.Graph("Restarts by reason", "Restarts of all instances in each step. Red and orange: nobody asked for them. Blue: a deploy or a reload.",
            Unit.Whole, [Line($"sum by ({L.RestartReason}) ({Increase(Restarts.In(It))}) > 0", $"{{{{{L.RestartReason}}}}}")], Draw.Bars, Reasons.RestartColours,
            [Link.To("Restart storm", Uids.Storm.Uid)], decimals: 0));
        board.Add(12, 8, Panels.Graph("Apps that restart most", "The ten apps with most restarts that nobody asked for, in each step.",
            Unit.Whole, [Line($"topk(10, sum by ({AppLabels}) ({Increase(CrashRestarts)}) > 0)", ByApp)], Draw.Bars, links: FromSeries, decimals: 0, few: false));
        board.Row("Who uses most");
        board.Add(8, 8, Panels.Graph("CPU", "CPU of the ten apps that use most; 1 core is one CPU fully used.", Unit.Cores,
            [Line($"topk(10, sum by ({AppLabels}) ({Rate(CpuTime.In(It))}))", ByApp)], links: FromSeries, decimals: 2));
        board.Add(8, 8, Panels.Graph("Memory", "Resident memory of the ten apps that use most, descendants of their processes included.", Unit.Bytes,
            [Line($"topk(10, sum by ({AppLabels}) ({TreeMemory.In(It)}))", ByApp)], links: FromSeries));
        board.Add(8, 8, Panels.Graph("Errors printed", "Lines of severity error or fatal, of the ten apps that print most of them. A rise before a crash is its reason more often than not.", Unit.PerSecond,
            [Line($"topk(10, sum by ({AppLabels}) ({Rate(LogRecords.In(It, L.Severity, "=~", "error|fatal"))}) > 0)", ByApp)], links: FromSeries));
        board.Row("Hosts");
        board.Add(24, 7, Hosts());
        return board;
    }

    private static void Numbers(Dashboard board)
    {
        var storm = Link.To("What restarts and why", Uids.Storm.Uid);
        board.Add(3, 4, Panels.Stat("Failed", "Instances that were given up: they crashed too often or cannot be spawned. Nothing restarts them until somebody asks.",
            Field.Alarm(Colour.Broken), Line($"sum({States.In(It, Phase.Failed)})", "failed"), storm));
        board.Add(3, 4, Panels.Stat("Backing off", "Instances that ended and wait for their next start: a crash loop in the making.",
            Field.Alarm(Colour.Bad), Line($"sum({States.In(It, Phase.BackingOff)})", "backing off"), storm));
        board.Add(3, 4, Panels.Stat("Not ready", "Instances that run and cannot do their work: their probe fails or they have not said that they are ready.",
            Field.Alarm(Colour.Doubtful, worse: 10), Line($"count({States.NotReady(It)}) or vector(0)", "not ready")));
        board.Add(3, 4, Panels.Stat("Apps below desired", "Apps that have fewer processes than somebody wants.", Field.Alarm(Colour.Broken),
            Line($"count(sum by ({L.Host}, {L.Job}) ({AppInstances.In(Scope.Apps)}) < sum by ({L.Host}, {L.Job}) ({AppDesired.In(Scope.Apps)})) or vector(0)", "apps")));
        board.Add(3, 4, Panels.Stat("Crash restarts, 1 h", "Restarts of the last hour that nobody asked for: after a crash, over the memory limit, or by a failing probe.",
            Field.Alarm(Colour.Bad, worse: 20) with { Decimals = 0 }, Now($"sum({Increase(CrashRestarts, "1h")})"), storm));
        board.Add(3, 4, Panels.Stat("Out of memory, 1 h", "Processes of the last hour that the kernel killed for want of memory, or that we stopped at their memory limit.",
            Field.Alarm(Colour.Broken) with { Decimals = 0 }, Now($"sum({Increase(Exits.In(It, L.ExitReason, "=~", Reasons.OutOfMemory), "1h")})"), storm));
        board.Add(3, 4, Panels.Stat("Silent supervisors", "Hosts whose supervisor said something in the last hour and says nothing now. Their apps may well run: nobody sees them.",
            Field.Alarm(Colour.Broken),
            Now($"count(count by ({L.Host}) (last_over_time({SupervisorMetrics.Heartbeat.In(Scope.SupervisorsOfHosts)}[1h])) unless count by ({L.Host}) ({SupervisorMetrics.Heartbeat.In(Scope.SupervisorsOfHosts)})) or vector(0)"),
            Link.To("The supervisor", Uids.Supervisor.Uid)));
        board.Add(3, 4, Panels.Stat("Running", "Instances that have a process which runs.",
            new Field(Unit.Whole) { ColourMode = "thresholds", Steps = [new(null, Colour.Idle), new(1, Colour.Good)], NoValue = "0" }, Line($"sum({States.In(It, Phase.Running)})", "running")));
    }

    private static Panel Apps()
    {
        string[] by = [L.Namespace, L.App];
        return Panels.Table("Apps", "One row per app, worst first. The name opens the app.",
            [
                Column(States.Worst(It, by)),
                Column($"sum by ({AppLabels}) ({AppDesired.In(Scope.Apps)})"),
                Column($"sum by ({AppLabels}) ({AppInstances.In(Scope.Apps)})"),
                Column($"sum by ({AppLabels}) ({Ready.In(It)})"),
                Column($"sum by ({AppLabels}) ({Increase(CrashRestarts, "1h")})"),
                Column($"sum by ({AppLabels}) ({Rate(CpuTime.In(It))})"),
                Column($"sum by ({AppLabels}) ({TreeMemory.In(It)})"),
                Column(OfLimit(It, AppLabels)),
                Column($"60 * sum by ({AppLabels}) ({Rate(LogRecords.In(It, L.Severity, "=~", "error|fatal"))})"),
            ],
            [
                ("Value #A", "State"), (L.App, "App"), (L.Namespace, "Namespace"), ("Value #B", "Desired"), ("Value #C", "Processes"), ("Value #D", "Ready"),
                ("Value #E", "Crash restarts, 1 h"), ("Value #F", "CPU"), ("Value #G", "Memory"), ("Value #H", "Of limit"), ("Value #I", "Errors per minute"),
            ],
            [
                Override.Of("State").Words(States.Words).Width(110),
                Override.Of("App").Links(ToApp),
                Override.Of("Desired").Width(85), Override.Of("Processes").Width(95), Override.Of("Ready").Width(75),
                Override.Of("Crash restarts, 1 h").Decimals(0).Steps(new(null, "transparent"), new(1, Colour.Bad), new(20, Colour.Broken)).Width(140),
                Override.Of("CPU").Unit(Unit.Cores).Decimals(2).Bar(),
                Override.Of("Memory").Unit(Unit.Bytes).Bar(),
                Override.Of("Of limit").Unit(Unit.Share).Decimals(0).Bar(1, LimitSteps),
                Override.Of("Errors per minute").Decimals(1).Steps(new(null, "transparent"), new(1, Colour.Doubtful), new(60, Colour.Bad)).Width(135),
            ],
            sortBy: "State");
    }

    private static Panel Hosts() => Panels.Table("Hosts", "One row per host that runs apps.",
        [
            Column($"max by ({L.Host}) ({States.Worst(It, L.Host)})"),
            Column($"sum by ({L.Host}) ({States.In(It, Phase.Running)})"),
            Column($"sum by ({L.Host}) ({States.In(It, Phase.Failed)} + ignoring ({L.State}) {States.In(It, Phase.BackingOff)})"),
            Column($"sum by ({L.Host}) ({Increase(CrashRestarts, "1h")})"),
            Column($"sum by ({L.Host}) ({Rate(CpuTime.In(It))})"),
            Column($"sum by ({L.Host}) ({TreeMemory.In(It)})"),
            Column($"count by ({L.Host}) ({SupervisorMetrics.Heartbeat.In(Scope.SupervisorsOfHosts)})"),
        ],
        [
            ("Value #A", "Worst"), (L.Host, "Host"), ("Value #B", "Running"), ("Value #C", "Failed or backing off"), ("Value #D", "Crash restarts, 1 h"), ("Value #E", "CPU"),
            ("Value #F", "Memory"), ("Value #G", "Supervisors"),
        ],
        [
            Override.Of("Worst").Words(States.Words).Width(110),
            Override.Of("Host").Links(
                Link.To("Only this host", Uids.Fleet.Uid, ("host", Link.Column("Host"))), Link.To("Its supervisor", Uids.Supervisor.Uid, ("host", Link.Column("Host")))),
            Override.Of("Failed or backing off").Steps(new(null, "transparent"), new(1, Colour.Broken)),
            Override.Of("Crash restarts, 1 h").Decimals(0).Steps(new(null, "transparent"), new(1, Colour.Bad), new(20, Colour.Broken)),
            Override.Of("CPU").Unit(Unit.Cores).Decimals(2).Bar(),
            Override.Of("Memory").Unit(Unit.Bytes).Bar(),
            Override.Of("Supervisors").Steps(new(null, Colour.Broken), new(1, "transparent")).Width(110),
        ],
        sortBy: "Worst");
}
