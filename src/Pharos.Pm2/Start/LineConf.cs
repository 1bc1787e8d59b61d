using System.Globalization;
using System.Text.Json.Nodes;
using Pharos.Pm2.Line;

namespace Pharos.Pm2.Start;

/// <summary>What the options of a line ask for, as attributes.</summary>
internal static class LineConf
{
    private static readonly (string Option, string Attribute)[] Valued =
    [
        ("--name", "name"), ("--namespace", "namespace"), ("--instances", "instances"), ("--interpreter", "exec_interpreter"), ("--cwd", "cwd"),
        ("--output", "out_file"), ("--error", "error_file"), ("--log-type", "log_type"), ("--log-date-format", "log_date_format"), ("--pid", "pid_file"),
        ("--kill-timeout", "kill_timeout"), ("--listen-timeout", "listen_timeout"), ("--max-memory-restart", "max_memory_restart"),
        ("--restart-delay", "restart_delay"), ("--exp-backoff-restart-delay", "exp_backoff_restart_delay"), ("--max-restarts", "max_restarts"),
        ("--cron-restart", "cron_restart"), ("--uid", "uid"), ("--gid", "gid"),
    ];

    private static readonly (string Option, string Attribute, bool Value)[] Switches =
    [
        ("--time", "time", true), ("--disable-logs", "disable_logs", true), ("--merge-logs", "merge_logs", true), ("--wait-ready", "wait_ready", true),
        ("--shutdown-with-message", "shutdown_with_message", true), ("--no-treekill", "treekill", false), ("--no-autorestart", "autorestart", false),
        ("--no-autostart", "autostart", false), ("--source-map-support", "source_map_support", true), ("--disable-source-map-support", "disable_source_map_support", true),
        ("--no-vizion", "vizion", false), ("--no-pmx", "pmx", false), ("--no-automation", "automation", false), ("--trace", "trace", true),
        ("--disable-trace", "disable_trace", true), ("--v8", "v8", true), ("--event-loop-inspector", "event_loop_inspector", true), ("--deep-monitoring", "deep_monitoring", true), ("--force", "force", true),
    ];

    /// <summary>Reads them.</summary>
    /// <param name="line">The line.</param>
    /// <param name="deepMonitoring">Whether the environment asks for it.</param>
    public static AppConf Of(Pm2Line line, bool deepMonitoring)
    {
        var conf = new AppConf();
        foreach (var (option, attribute) in Valued)
        {
            if (line.Value(option) is { } text)
                conf.Set(attribute, text);
        }

        foreach (var (option, attribute, value) in Switches)
        {
            if (line.Has(option))
                conf[attribute] = value;
        }

        if (deepMonitoring)
            conf["deep_monitoring"] = true;
        if (line.Value("--user") is { } user && !line.Has("--uid"))
            conf.Set("uid", user);
        if (line.Has("--log"))
            conf["log_file"] = line.Value("--log") is { } path ? JsonValue.Create(path) : JsonValue.Create(true);
        if (line.Value("--node-args") is { } arguments)
            conf.Set("node_args", arguments == "null" ? "" : arguments);
        if (line.Has("--execute-command"))
            conf["exec_mode"] = "fork_mode";
        if (line.All("--filter-env") is { Count: > 0 } filters)
            conf["filter_env"] = List(filters);
        if (line.All("--stop-exit-codes") is { Count: > 0 } codes)
            conf["stop_exit_codes"] = new JsonArray([.. codes.SelectMany(c => c.Split(',')).Where(c => int.TryParse(c, out _)).Select(c => (JsonNode)JsonValue.Create(int.Parse(c, CultureInfo.InvariantCulture)))]);
        if (line.Has("--watch"))
            conf["watch"] = line.All("--watch") is { Count: > 0 } paths ? List(paths) : JsonValue.Create(true);
        if (line.Value("--ignore-watch") is { } ignored)
            conf.Set("ignore_watch", ignored);
        if (line.Value("--watch-delay") is { } delay)
            conf["watch_delay"] = Delay(delay);
        if (line.Value("--ext") is { } extensions)
            conf["ignore_watch"] = List(["*.*", .. extensions.Split(',').Select(e => $"!*.{e.TrimStart('.')}")]);
        if (line.Rest is { } rest)
            conf["args"] = List(rest);
        return conf;
    }

    private static JsonArray List(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)JsonValue.Create(t))]);

    // 4 is seconds here, and nowhere else.
    private static long Delay(string text) =>
        text.EndsWith("ms", StringComparison.Ordinal) && long.TryParse(text.AsSpan(0, text.Length - 2), out var milliseconds) ? milliseconds
        : double.TryParse(text.TrimEnd('s'), CultureInfo.InvariantCulture, out var seconds) ? (long)(seconds * 1000) : 0;
}
