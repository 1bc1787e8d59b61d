namespace Pharos.Dashboards.Boards;

/// <summary>A dashboard as others see it.</summary>
/// <param name="Uid">In its address.</param>
/// <param name="File">Its file.</param>
/// <param name="Title">Its name in the row of links.</param>
/// <param name="Tooltip">What it answers.</param>
public sealed record BoardName(string Uid, string File, string Title, string Tooltip);

/// <summary>The seven, in the order of the links. uids are public: alerts and bookmarks hold them.</summary>
public static class Uids
{
    public static readonly BoardName Fleet = new("pharos-fleet", "fleet.json", "Fleet", "What is wrong anywhere?");
    public static readonly BoardName App = new("pharos-app", "app.json", "App", "How does one app do, and which instance does not?");
    public static readonly BoardName Instance = new("pharos-instance", "instance.json", "Instance", "What happened in one slot of an app?");
    public static readonly BoardName Logs = new("pharos-logs", "logs.json", "Logs", "What did the apps print, and what was lost?");
    public static readonly BoardName Traces = new("pharos-traces", "traces.json", "Lifecycle traces", "What did starts, stops and reloads wait for?");
    public static readonly BoardName Storm = new("pharos-storm", "storm.json", "Restart storm", "What restarts again and again, why, and who suffers?");
    public static readonly BoardName Supervisor = new("pharos-supervisor", "supervisor.json", "Supervisor and pipeline", "Does the watcher itself work, and does all telemetry arrive?");

    public static IReadOnlyList<BoardName> All { get; } = [Fleet, App, Instance, Logs, Traces, Storm, Supervisor];
}
