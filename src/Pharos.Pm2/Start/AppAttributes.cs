namespace Pharos.Pm2.Start;

/// <summary>What a value of an attribute may be.</summary>
internal enum AttributeType
{
    Text,
    Number,
    Bool,
    Words,
    Object,

    /// <summary>Milliseconds, or with s, m, h.</summary>
    Time,

    /// <summary>Bytes, or with K, M, G.</summary>
    Bytes,

    /// <summary>Text or a number, kept as text.</summary>
    TextOrNumber,

    /// <summary>Text or a switch.</summary>
    TextOrBool,

    /// <summary>Exit codes.</summary>
    Codes,

    /// <summary>A switch, a text or several.</summary>
    Any,
}

/// <summary>One attribute of an app in PM2's configuration.</summary>
/// <param name="Name">In snake case.</param>
/// <param name="Type">What it may be.</param>
/// <param name="Aliases">Other names.</param>
internal sealed record AppAttributeSpec(string Name, AttributeType Type, params string[] Aliases);

/// <summary>Every attribute that PM2 knows.</summary>
internal static class AppAttributes
{
    public static readonly AppAttributeSpec[] All =
    [
        new("script", AttributeType.Text, "exec"),
        new("cmd", AttributeType.Text, "command"),
        new("name", AttributeType.TextOrNumber),
        new("name_prefix", AttributeType.Text),
        new("namespace", AttributeType.Text),
        new("cwd", AttributeType.Text),
        new("args", AttributeType.Words),
        new("exec_interpreter", AttributeType.Text, "interpreter"),
        new("node_args", AttributeType.Words, "interpreterArgs", "interpreter_args"),
        new("exec_mode", AttributeType.Text),
        new("instances", AttributeType.TextOrNumber),
        new("instance_var", AttributeType.Text),
        new("increment_var", AttributeType.Text),
        new("env", AttributeType.Object),
        new("filter_env", AttributeType.Any),
        new("port", AttributeType.Number),
        new("out_file", AttributeType.Text, "out", "output", "out_log"),
        new("error_file", AttributeType.Text, "error", "err", "err_file", "err_log"),
        new("log_file", AttributeType.TextOrBool, "log"),
        new("pid_file", AttributeType.Text, "pid"),
        new("merge_logs", AttributeType.Bool, "combine_logs"),
        new("disable_logs", AttributeType.Bool),
        new("log_type", AttributeType.Text),
        new("log_date_format", AttributeType.Text),
        new("time", AttributeType.Bool),
        new("autostart", AttributeType.Bool),
        new("autorestart", AttributeType.Bool),
        new("stop_exit_codes", AttributeType.Codes),
        new("min_uptime", AttributeType.Time),
        new("max_restarts", AttributeType.Number),
        new("restart_delay", AttributeType.Number),
        new("exp_backoff_restart_delay", AttributeType.Number),
        new("max_memory_restart", AttributeType.Bytes),
        new("cron_restart", AttributeType.TextOrNumber, "cron"),
        new("watch", AttributeType.Any),
        new("ignore_watch", AttributeType.Words),
        new("watch_delay", AttributeType.Number),
        new("watch_options", AttributeType.Object),
        new("kill_timeout", AttributeType.Number),
        new("kill_retry_time", AttributeType.Number),
        new("treekill", AttributeType.Bool),
        new("shutdown_with_message", AttributeType.Bool),
        new("wait_ready", AttributeType.Bool),
        new("listen_timeout", AttributeType.Number),
        new("force", AttributeType.Bool),
        new("uid", AttributeType.TextOrNumber, "user"),
        new("gid", AttributeType.TextOrNumber),
        new("append_env_to_name", AttributeType.Bool),
        new("source_map_support", AttributeType.Bool),
        new("disable_source_map_support", AttributeType.Bool),
        new("vizion", AttributeType.Bool),
        new("post_update", AttributeType.Words),
        new("pmx", AttributeType.Bool),
        new("automation", AttributeType.Bool),
        new("trace", AttributeType.Bool),
        new("disable_trace", AttributeType.Bool),
        new("v8", AttributeType.Bool),
        new("event_loop_inspector", AttributeType.Bool),
        new("deep_monitoring", AttributeType.Bool),
        new("io", AttributeType.Object),
        new("windowsHide", AttributeType.Bool),
        new("username", AttributeType.Text),
        new("write", AttributeType.Bool),
        new("pmx_module", AttributeType.Bool),
        new("_km_monitored", AttributeType.Bool),
        new("execute_command", AttributeType.Bool),
    ];

    private static readonly Dictionary<string, AppAttributeSpec> ByName = Names();

    /// <summary>Finds an attribute by any of its spellings, snake or camel case.</summary>
    /// <returns>Null when there is none.</returns>
    public static AppAttributeSpec? Find(string key) => ByName.GetValueOrDefault(key) ?? ByName.GetValueOrDefault(Snake(key));

    private static Dictionary<string, AppAttributeSpec> Names()
    {
        var names = new Dictionary<string, AppAttributeSpec>(StringComparer.Ordinal);
        foreach (var attribute in All)
        {
            names[attribute.Name] = attribute;
            foreach (var alias in attribute.Aliases)
                names[alias] = attribute;
        }

        return names;
    }

    private static string Snake(string key) => string.Concat(key.Select(c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString()));
}
