using System.Text.Json.Nodes;
using Pharos.Core.Specs;
using Pharos.Pm2.Commands;
using Pharos.Pm2.Shape;
using Pharos.Pm2.Start;

namespace Pharos.Pm2.Migrate;

/// <summary>One app of PM2's list, all its processes, and what becomes of it here.</summary>
internal sealed class MigratedApp
{
    private MigratedApp()
    {
    }

    /// <summary>Its name there.</summary>
    public required string Name { get; init; }

    /// <summary><c>pm2_env</c> of each process.</summary>
    public required IReadOnlyList<JsonObject> Processes { get; init; }

    /// <summary>What it becomes; null: it cannot be taken over.</summary>
    public Declaration? Declaration { get; private init; }

    /// <summary>Why it is not taken over; null: it is.</summary>
    public string? Obstacle { get; private init; }

    /// <summary>What will be otherwise than it was, a line each.</summary>
    public IReadOnlyList<string> Differences { get; private init; } = [];

    /// <summary>What came of it: <c>planned</c>, <c>taken over</c>, <c>rolled back</c>, <c>failed</c> or <c>left</c>.</summary>
    public string Outcome { get; set; } = "planned";

    /// <summary>Why it is not taken over; null: it is, or nothing was tried.</summary>
    public string? Error { get; set; }

    /// <summary>Numbers of the processes there that run.</summary>
    public IReadOnlyList<int> Running => [.. Processes.Where(IsUp).Select(NumberOf)];

    /// <summary>All apps of a list.</summary>
    /// <param name="it">The command.</param>
    /// <param name="processes"><c>pm2_env</c> of each process.</param>
    public static List<MigratedApp> Of(Pm2Context it, IEnumerable<JsonObject> processes) =>
        [.. processes.GroupBy(p => (Text(p, "name"), Text(p, "pm_exec_path"), Text(p, "namespace"))).Select(app => Of(it, app.Key.Item1 ?? "", [.. app]))];

    /// <summary>As JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["app"] = Name,
        ["processes"] = Processes.Count,
        ["running"] = Running.Count,
        ["script"] = Text(Processes[0], "pm_exec_path"),
        ["obstacle"] = Obstacle,
        ["differences"] = new JsonArray([.. Differences.Select(d => (JsonNode)d)]),
        ["outcome"] = Outcome,
        ["error"] = Error,
    };

    private static MigratedApp Of(Pm2Context it, string name, IReadOnlyList<JsonObject> processes)
    {
        var first = processes[0];
        if (first["pmx_module"]?.GetValueKind() == System.Text.Json.JsonValueKind.True)
            return new() { Name = name, Processes = processes, Outcome = "left", Obstacle = "a module of PM2: 'pm2 install' it here, or do without (rotation of logs and metrics are built in)" };
        var (conf, env) = Dumped.Of(first, processes.Count);
        if (!processes.Any(IsUp))
            conf["autostart"] = false;
        var declaration = Declaration.Of(it, conf, env, null, null, out var fault);
        return new() { Name = name, Processes = processes, Declaration = declaration, Obstacle = fault, Outcome = declaration is null ? "left" : "planned", Differences = declaration is null ? [] : [.. Differ(first, declaration, env)] };
    }

    private static IEnumerable<string> Differ(JsonObject was, Declaration now, Dictionary<string, string> env)
    {
        if (Text(was, "exec_mode") == "cluster_mode")
            yield return "the workers accept connections themselves; PM2's daemon accepted each and passed it on";
        if (now.Request.Name != Text(was, "name"))
            yield return $"pharos calls it {now.Request.Name}; pm2 commands go on with its own name";
        if (now.Request.MaxMemory is not null)
            yield return "max_memory_restart counts the whole tree of processes, and is looked at every second";
        if (now.Request.Watch is not null)
            yield return "ignore_watch is read as patterns of gitignore(5)";
        if (now.Request.Cron is not null)
            yield return "cron_restart leaves alone what is stopped";
        if (now.Request.StopExitCodes.Count == 0 && now.Request.Restart == "always")
            yield return "crash loops are counted in a window that slides, not only in the first seconds";
        if (Text(was, "exec_interpreter") is "node" && was["pmx"]?.ToString() != "false")
            yield return "nothing is injected into the app: no agent holds up its end";
        if (was["log_date_format"] is not null || was["log_type"] is not null)
            yield return "log lines are stamped whole, whatever pieces they were written in";
        var secrets = env.Keys.Count(SecretNames.IsSecret);
        if (secrets > 0)
            yield return $"{secrets} of {env.Count} variables look like secrets: jlist, prettylist and env no longer print their values";
    }

    private static bool IsUp(JsonObject process) => Text(process, "status") is not (StatusWord.Stopped or StatusWord.Errored or StatusWord.Stopping);

    private static int NumberOf(JsonObject process) => process["pm_id"] is JsonValue id && int.TryParse(id.ToString(), out var number) ? number : -1;

    private static string? Text(JsonObject process, string key) => process[key] is JsonValue value ? value.ToString() : null;
}
