namespace Pharos.Dashboards.Boards;

/// <summary>A dashboard as others see it.</summary>
/// <param name="Uid">In its address.</param>
/// <param name="File">Its file.</param>
/// <param name="Title">Its name in the row of links.</param>
/// <param name="Tooltip">What it answers.</param>
/// <param name="Takes">Variables that it takes over from the page one comes from. Never the hidden ones: nobody would see what narrows the view.</param>
public sealed record BoardName(string Uid, string File, string Title, string Tooltip, params string[] Takes);

/// <summary>The seven, in the order of the links. uids are public: alerts and bookmarks hold them.</summary>
public static class Uids
{
    private static readonly string[] Place = ["environment", "host"];
    private static readonly string[] OneApp = [.. Place, "namespace", "app"];
    private static readonly string[] OneSlot = [.. OneApp, "index"];

    public static readonly BoardName Fleet = new("pharos-fleet", "fleet.json", "Fleet", "What is wrong anywhere?", Place);
    public static readonly BoardName App = new("pharos-app", "app.json", "App", "How does one app do, and which instance does not?", OneApp);
    public static readonly BoardName Instance = new("pharos-instance", "instance.json", "Instance", "What happened in one slot of an app?", OneSlot);
    public static readonly BoardName Logs = new("pharos-logs", "logs.json", "Logs", "What did the apps print, and what was lost?", OneSlot);
    public static readonly BoardName Traces = new("pharos-traces", "traces.json", "Lifecycle traces", "What did starts, stops and reloads wait for?", OneApp);
    public static readonly BoardName Storm = new("pharos-storm", "storm.json", "Restart storm", "What restarts again and again, why, and who suffers?", OneApp);
    public static readonly BoardName Supervisor = new("pharos-supervisor", "supervisor.json", "Supervisor and pipeline", "Does the watcher itself work, and does all telemetry arrive?", "host");

    public static IReadOnlyList<BoardName> All { get; } = [Fleet, App, Instance, Logs, Traces, Storm, Supervisor];
}
