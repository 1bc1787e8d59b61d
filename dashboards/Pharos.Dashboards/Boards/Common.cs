using Pharos.Dashboards.Board;
using Pharos.Dashboards.Vocabulary;
using Pharos.Telemetry.Catalogue;
using static Pharos.Dashboards.Board.Query;
using static Pharos.Dashboards.Vocabulary.Selectors;
using static Pharos.Telemetry.Catalogue.InstanceMetrics;
using L = Pharos.Dashboards.Vocabulary.Labels;

namespace Pharos.Dashboards.Boards;

/// <summary>How slots are chosen on a page.</summary>
internal enum Slots
{
    /// <summary>Not at all.</summary>
    All,

    /// <summary>By number, any of them.</summary>
    Several,

    /// <summary>By number, one of one app.</summary>
    One,

    /// <summary>By <c>service.instance.id</c>, as traces know them.</summary>
    ById,
}

/// <summary>What several dashboards share: variables, annotations, columns, and the alerts.</summary>
internal static class Common
{
    /// <summary>From the environment to the instance, each narrowing the next.</summary>
    /// <param name="slots">How slots are chosen.</param>
    /// <param name="more">Variables of this page alone.</param>
    public static IReadOnlyList<Variable> Variables(Slots slots = Slots.All, params Variable[] more)
    {
        var seen = Scope.Everywhere;
        var isOne = slots == Slots.One;
        List<Variable> all = [.. Source.All.Select(Variable.Of)];
        Chain("environment", "Environment", L.Environment, all: ".*");
        Chain("host", "Host", L.Host);
        Chain("namespace", "Namespace", L.Namespace);
        Chain("app", "App", L.App, single: isOne);
        Chain("job", "Job", L.Job, hidden: true);
        if (slots == Slots.Several)
            Chain("index", "Slot", L.Index);
        Chain("instance", "Instance", L.Instance, hidden: slots is Slots.All or Slots.Several);
        if (isOne)
            Chain("index", "Slot", L.Index, single: true); // after the id: alerts link by id, and the slot follows from it
        if (isOne)
            all.Add(Variable.Values("ids", "Ids", Status.In(seen), L.Instance, hidden: true, all: null)); // as a list even when all are chosen: traces know slots by id only
        return [.. all, .. more];

        void Chain(string name, string label, string of, bool hidden = false, string all = ".+", bool single = false)
        {
            Add(Variable.Values(name, label, Status.In(seen), of, hidden, all, single));
            seen = seen.With(of, "=~", $"${name}");
        }

        void Add(Variable variable) => all.Add(variable);
    }

    /// <summary>Deploys, new versions, crashes, and the time in which something was given up.</summary>
    public static IReadOnlyList<Annotation> Annotations(Scope instances) =>
    [
        new("Deploys and reloads", Colour.Changing,
            $"sum by ({L.App}, {L.RestartReason}) ({Increase(Restarts.In(instances, L.RestartReason, "=~", Reasons.Deploy))}) > 0",
            $"{{{{{L.App}}}}}", $"{{{{{L.RestartReason}}}}}"),
        new("New versions", Colour.Leaving,
            $"count by ({L.App}, {L.Version}) ({Status.In(instances, L.Version, "!=", "")}) unless count by ({L.App}, {L.Version}) ({Status.In(instances, L.Version, "!=", "")} offset 2m)",
            $"{{{{{L.App}}}}}", $"version {{{{{L.Version}}}}}"),
        new("Crash restarts", Colour.Bad,
            $"sum by ({L.App}, {L.RestartReason}) ({Increase(Restarts.In(instances, L.RestartReason, "=~", Reasons.Crash))}) > 0",
            $"{{{{{L.App}}}}}", $"restarted: {{{{{L.RestartReason}}}}}"),
        new("Given up", Colour.Broken,
            $"sum by ({L.App}) ({States.In(instances, Core.Lifecycle.Phase.Failed)}) > 0",
            $"{{{{{L.App}}}}}", "given up, nothing restarts it"),
    ];

    /// <summary>Alerts that fire, worst first; a click leads to the app.</summary>
    /// <param name="description">Which alerts.</param>
    /// <param name="narrowed">Only those of the chosen apps.</param>
    public static Panel Alerts(string description, bool narrowed)
    {
        var scope = new Scope("alertstate=\"firing\",alertname!=\"Watchdog\"");
        if (narrowed)
            scope = scope.With(L.Namespace, "=~", "$namespace").With(L.App, "=~", "$app");
        var panel = Panels.Table("Firing alerts", description,
            [new Prom { Text = $"sort_desc(max by (alertname, severity, {L.Namespace}, {L.App}, {L.Host}) ({Foreign.Alerts.In(scope)}))", Shape = Shape.Table }],
            [("severity", "Severity"), ("alertname", "Alert"), (L.App, "App"), (L.Namespace, "Namespace"), (L.Host, "Host")],
            [
                Override.Of("Severity").Words(
                    [new("critical", "critical", Colour.Broken), new("warning", "warning", Colour.Bad), new("info", "info", Colour.Changing), new("none", "none", Colour.Idle)]).Width(85),
                Override.Of("Alert").Links(ToApp, new("In Alertmanager", $"/alerting/groups?alertmanager=Alertmanager&queryString=alertname%3D{Link.Column("Alert")}")).Width(200),
                Override.Of("App").Links(ToApp).NoValue("–"), Override.Of("Namespace").NoValue("–"), Override.Of("Host").NoValue("–"),
            ],
            noValue: "No alert fires");
        return panel with { Options = new { showHeader = true, cellHeight = "sm", frameIndex = 0, sortBy = new[] { new { displayName = "Severity", desc = false } } } };
    }

    /// <summary>From a row of a table with the columns App and Namespace.</summary>
    public static Link ToApp => Link.To("Open the app", Uids.App.Uid, ("namespace", Link.Column("Namespace")), ("app", Link.Column("App")));

    /// <summary>From a point of a graph whose series have the labels of an app.</summary>
    public static Link[] FromSeries =>
    [
        Link.To("App", Uids.App.Uid, ("namespace", Link.SeriesLabel(L.Namespace)), ("app", Link.SeriesLabel(L.App))),
        Link.To("Traces of this time", Uids.Traces.Uid, ("namespace", Link.SeriesLabel(L.Namespace)), ("app", Link.SeriesLabel(L.App))),
        Link.To("Logs of this time", Uids.Logs.Uid, ("namespace", Link.SeriesLabel(L.Namespace)), ("app", Link.SeriesLabel(L.App))),
    ];

    /// <summary>From a point of a graph on the page of an app whose series are instances.</summary>
    public static Link[] FromSlots =>
    [
        Link.To("Instance", Uids.Instance.Uid, ("namespace", "${namespace}"), ("app", "${app}"), ("index", Link.SeriesLabel(L.Index))),
        Link.To("Traces of this time", Uids.Traces.Uid, ("namespace", "${namespace}"), ("app", "${app}")),
        Link.To("Logs of this time", Uids.Logs.Uid, ("namespace", "${namespace}"), ("app", "${app}"), ("index", Link.SeriesLabel(L.Index))),
    ];

    /// <summary>To the traces and the logs of the apps that this page is about.</summary>
    public static Link[] HereTraceAndLog =>
    [
        Link.To("Traces of this time", Uids.Traces.Uid, ("namespace", "${namespace}"), ("app", "${app}")),
        Link.To("Logs of this time", Uids.Logs.Uid, ("namespace", "${namespace}"), ("app", "${app}")),
    ];

    /// <summary>To the traces and the logs of the one slot that this page is about.</summary>
    public static Link[] SlotsTraceAndLog =>
    [
        Link.To("Traces of this time", Uids.Traces.Uid, ("namespace", "${namespace}"), ("app", "${app}"), ("instance", "${ids:csv}")),
        Link.To("Logs of this time", Uids.Logs.Uid, ("namespace", "${namespace}"), ("app", "${app}"), ("index", "${index}")),
    ];

    /// <summary>Legend by app.</summary>
    public static readonly string ByApp = $"{{{{{L.Namespace}}}}}/{{{{{L.App}}}}}";

    /// <summary>Legend by slot.</summary>
    public static readonly string BySlot = $"{{{{{L.App}}}}} {{{{{L.Index}}}}}";

    /// <summary>Labels of a slot.</summary>
    public static readonly string SlotLabels = $"{L.Namespace}, {L.App}, {L.Index}";

    /// <summary>Labels of an app.</summary>
    public static readonly string AppLabels = $"{L.Namespace}, {L.App}";

    public static Prom Line(string text, string legend) => new() { Text = text, Legend = legend };

    public static Prom Now(string text) => new() { Text = text, Shape = Shape.Instant };

    public static Prom Column(string text) => new() { Text = text, Shape = Shape.Table };

    /// <summary>Share of the memory limit that is used, one series per instance that has a limit.</summary>
    public static string OfLimit(Scope scope, string by) =>
        $"max by ({by}) ({TreeMemory.In(scope)} / on ({L.Job}, {L.Instance}) group_left () ({MemoryLimit.In(scope)} > 0))";

    /// <summary>Thresholds for a share of a limit.</summary>
    public static Step[] LimitSteps => [new(null, Colour.Good), new(0.8, Colour.Doubtful), new(0.9, Colour.Bad), new(1, Colour.Broken)];

    /// <summary>Events of the instances that a LogQL pipeline keeps.</summary>
    public static Panel Events(string title, string description, string pipeline) => Panels.Records(title, description,
        new Log { Text = $"{{{Scope.LoggedApps.Text}}} | {L.Incarnation}!=\"\"{pipeline}", Lines = 200 },
        [
            ("Time", "Time"), (L.Event, "Event"), (L.App, "App"), (L.Index, "Slot"), (L.ExitReason, "Exit reason"), (L.ExitCode, "Code"), (L.ExitSignal, "Signal"),
            (L.ExitUptime, "After"), (L.Pid, "pid"), (L.LastLines, "Last lines"), ("Line", "What"), (L.TraceId, "Trace"),
        ],
        [
            Override.Of("Time").Width(165),
            Override.Of("Event").Width(200).Words(
            [
                new(EventNames.Started, "started", Colour.Changing), new(EventNames.Ready, "ready", Colour.Good), new(EventNames.Unready, "unready", Colour.Doubtful),
                new(EventNames.Exited, "exited", Colour.Bad), new(EventNames.RestartScheduled, "restart scheduled", Colour.Leaving), new(EventNames.GaveUp, "gave up", Colour.Broken),
                new(EventNames.Adopted, "adopted", Colour.Idle), new(EventNames.Exception, "exception", Colour.Bad),
            ]),
            Override.Of("Slot").Width(60),
            Override.Of("App").Links(Link.To("Instance", Uids.Instance.Uid, ("namespace", "${namespace}"), ("app", Link.Column("App")), ("index", Link.Column("Slot")))),
            Override.Of("Code").Width(60),
            Override.Of("pid").Width(80),
            Override.Of("After").Unit(Unit.Seconds).Width(90),
            Override.Of("Trace").Width(110).Links(
                Link.To("The operation's trace", Uids.Traces.Uid, ("trace", Link.Column("Trace"))), Link.To("Other lines of this trace", Uids.Logs.Uid, ("trace_id", Link.Column("Trace")))),
        ]);
}
