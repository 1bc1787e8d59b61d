using static Pharos.Configuration.Attributes.AttributeKind;

namespace Pharos.Configuration.Attributes;

/// <summary>Every attribute of an app there is.</summary>
internal static class AttributeTable
{
    private static readonly AppAttribute[] Probe =
    [
        new("http", Text, "URL that is asked; `${NAME}` is the variable of the instance."),
        new("tcp", Name, "`PORT`, `HOST:PORT` or the path of a socket that must accept."),
        new("exec", Text, "Command that must end with code 0."),
        new("log", Pattern, "Pattern that a line of its output must match; for `ready` only."),
        new("notify", Flag, "The app says so itself by sd_notify(3)."),
        new("ipc", Flag, "A Node app says so itself by `process.send('ready')`; for `ready` only."),
        new("status", Status, "Accepted statuses of `http`.") { Default = "200-399" },
        new("body", Pattern, "What the body of the `http` answer must match."),
        new("interval", Duration, "Time between two checks; of `live` with `notify` the longest silence.") { Default = "5s" },
        new("timeout", Duration, "A slower answer is none.") { Default = "2s" },
        new("start_period", Duration, "Failures before do not count.") { Default = "10s" },
        new("failures", Counted, "Failures in a row that count.") { Default = "3" },
        new("successes", Counted, "Successes in a row that count.") { Default = "1" },
    ];

    /// <summary>In the order in which documentation shows them.</summary>
    public static readonly AppAttribute[] All =
    [
        new("script", Text, "Script path (relative to `cwd`) or command on PATH; with a blank in it, a command line for the shell.") { Aliases = ["exec", "cmd", "command"] },
        new("name", Name, "Name of the app.") { Default = "the script's base name without extension" },
        new("name_prefix", Name, "Put before the name, with a dash."),
        new("namespace", Name, "Groups apps; `service.namespace`.") { Default = "default" },
        new("version", Name, "Version of the app; `service.version`."),
        new("cwd", Text, "Working directory, relative to the file's folder.") { Default = "the file's folder" },
        new("args", Words, "Arguments of the script."),
        new("interpreter", Text, "Program that runs the script; `none`: run it directly.") { Aliases = ["exec_interpreter"], Default = "by extension" },
        new("interpreter_args", Words, "Arguments of the interpreter.") { Aliases = ["node_args"] },
        new("instances", AttributeKind.Instances, "How many instances; `max` or 0: one per processor; negative: processors less that many.") { Default = "1" },
        new("env", AttributeKind.Variables, "Variables of the app; `{instance}` in a value is the number of the instance. An object or a list becomes JSON; null takes a variable of the shell away."),
        new("env_file", Files, "Files of NAME=value lines, relative to the file's folder; `env` wins over them."),
        new("filter_env", Filter, "Variables of the shell that the app does not get: a list drops each whose name contains one of the texts, a text drops that one, true drops all."),
        new("port", AttributeKind.Port, "Sets PORT, unless `env` does."),
        new("instance_var", VariableName, "Variable that holds the number of the instance, from 0; NODE_APP_INSTANCE is what PM2's apps look for."),
        new("increment_var", VariableName, "Variable of `env`, a whole number, that grows by one with each instance."),
        new("append_env_to_name", Flag, "With `--profile NAME`: the name gets `-NAME` at its end.") { Default = "false" },
        new("autorestart", AttributeKind.Restart, "Restart after every end (true, always), after a failure (on-failure), or not at all (false, never).") { Aliases = ["restart"], Default = "always; never with `schedule`" },
        new("stop_exit_codes", ExitCodes, "Exit codes after which it stays stopped."),
        new("min_uptime", Duration, "An end before this is a crash.") { Default = "1s" },
        new("max_restarts", Number, "Crashes within the crash window after which it is given up; 0: never.") { Aliases = ["max_crashes"], Default = "10" },
        new("crash_window", Duration, "The window in which crashes are counted.") { Default = "60s, longer where `max_restarts` crashes need it" },
        new("restart_delay", Duration, "Fixed wait before each restart.") { Default = "0" },
        new("exp_backoff_restart_delay", Duration, "First wait after a crash, doubled with each; 0: off.") { Aliases = ["backoff"], Default = "100ms, off with `restart_delay`" },
        new("backoff_cap", Duration, "Longest such wait.") { Default = "15s" },
        new("retry_failed", Duration, "After this time one that was given up is tried once more.") { Default = "never" },
        new("max_memory_restart", Size, "Memory of the whole tree above which an instance is restarted.") { Aliases = ["max_memory"] },
        new("cron_restart", AttributeKind.Cron, "When running instances are restarted.") { Aliases = ["cron"] },
        new("cron_zone", Zone, "Time zone of `cron_restart`.") { Default = "the host's" },
        new("kill_timeout", Duration, "Time between the stop signal and SIGKILL.") { Aliases = ["grace"], Default = "5s" },
        new("shutdown_with_message", Flag, "A Node app: `shutdown` is sent over its channel in place of the stop signal; the same as `stop: {message: shutdown}`.") { Default = "false" },
        new("stop", Parts, "How it is stopped.")
        {
            Parts =
            [
                new("signal", Signal, "Signal that asks it to stop.") { Default = "SIGINT" },
                new("grace", Duration, "Time between that and SIGKILL; the same as `kill_timeout`, which it wins over.") { Default = "5s" },
                new("message", Text, "A Node app: sent over its channel in place of the signal (`process.on('message')`).") { Default = "the signal" },
            ],
        },
        new("user", Name, "User to run as, name or number.") { Aliases = ["uid"], Default = "the daemon's" },
        new("group", Name, "Group to run as, name or number.") { Aliases = ["gid"], Default = "the user's" },
        new("umask", Umask, "File mode creation mask, octal.") { Default = "the daemon's" },
        new("nice", Nice, "Nice value, -20 to 19.") { Default = "the daemon's" },
        new("limits", Parts, "Resource limits, soft or soft:hard, as in limits.conf(5).")
        {
            Parts =
            [
                new("files", Limit, "Open files.") { Aliases = ["nofile"] },
                new("nproc", Limit, "Processes and threads of the user."),
                new("core", Limit, "Core file, bytes."),
                new("as", Limit, "Address space, bytes."),
                new("fsize", Limit, "Largest file, bytes."),
                new("stack", Limit, "Stack, bytes."),
                new("data", Limit, "Data segment, bytes."),
                new("memlock", Limit, "Locked memory, bytes."),
                new("cputime", Limit, "CPU time of one process, seconds."),
                new("memory", Size, "Memory of the whole tree of an instance; above it the kernel kills."),
                new("cpu", Share, "CPU of the whole tree of an instance."),
                new("tasks", AttributeKind.Tasks, "Processes and threads of an instance."),
            ],
        },
        new("stdio", AttributeKind.Stdio, "What takes its output: a file that never blocks it (spool), or a pipe that may (fifo).") { Default = "spool" },
        new("otel", Parts, "Telemetry.") { Parts = [new("inject", Flag, "Whether OTEL_* and TRACEPARENT are put into the app's environment.") { Default = "true" }] },

        new("ready", CheckOrParts, "When it can do its work.") { Default = "it has lived for `min_uptime`", Parts = [.. Probe, new("deadline", Duration, "How long what depends on it waits.") { Default = "60s" }] },
        new("wait_ready", Flag, "A Node app says that it is ready by `process.send('ready')`: the same as `ready: ipc`.") { Default = "false" },
        new("listen_timeout", Duration, "How long a new process has to get ready: at a reload (`reload.timeout`), and with `wait_ready` for what depends on it.") { Default = "60s" },
        new("ipc", Flag, "Whether it gets a channel for messages (`process.send`).") { Default = "when it is run by node" },
        new("exec_mode", AttributeKind.Mode, "`cluster`: the same as `cluster: shared`; `fork`: each instance is on its own.") { Default = "fork" },
        new("cluster", Balance, "Instances of a Node app share their listeners, as its cluster module has it: all accept from one socket (shared), the daemon hands connections out in turn (round_robin), or each has a socket of its own on the same port (reuseport).") { Default = "false" },
        new("http_stats", Flag, "Whether the HTTP requests of a Node app are counted and timed.") { Default = "true for a Node app" },
        new("reload", Parts, "How a process is replaced by a new one without a gap.")
        {
            Parts =
            [
                new("timeout", Duration, "A new process that is not ready within this time is given up, and the old one stays.") { Default = "60s" },
                new("drain", Duration, "How long the old process may finish what it is at, before it is asked to stop.") { Default = "10s" },
                new("overlap", Flag, "Whether the new one runs beside the old one; otherwise it is a restart.") { Default = "when they share their listeners (`cluster`)" },
            ],
        },
        new("live", CheckOrParts, "When it is beyond help and is restarted.") { Default = "nobody asks", Parts = Probe },
        new("listen", Listening, "Sockets that the daemon opens and hands to every process of the app as descriptors 3, 4, … (`LISTEN_FDS`, `LISTEN_PID`, `LISTEN_FDNAMES`, as systemd's socket activation has it): they stay open while a process is replaced, and the app can be reloaded without a gap. With `reuse_port` each instance has one of its own on the same port."),
        new("depends_on", Dependencies, "Apps that must be ready (or started) first; they are stopped after it."),
        new("watch", AttributeKind.Watch, "Restart it when a file changes; true: a file of `cwd`.") { Default = "false" },
        new("ignore_watch", Files, "What `watch` passes over, as in gitignore(5), beside .git, node_modules, __pycache__, *.pid, editors' swap files and its logs: whatever the app itself writes, or it restarts itself for ever."),
        new("watch_delay", Duration, "Quiet time after the last change.") { Default = "200ms" },
        new("schedule", CronOrParts, "Runs it as a job: at times, until it ends by itself.")
        {
            Parts =
            [
                new("cron", AttributeKind.Cron, "When."),
                new("zone", Zone, "Time zone of `cron`.") { Default = "the host's" },
                new("overlap", AttributeKind.Overlap, "A run that is due while the last one goes on: is left out (forbid), runs beside it (allow, up to `instances`), takes its place (replace).") { Default = "forbid" },
                new("history", Number, "How many runs are remembered.") { Default = "10" },
                new("deadline", Duration, "A run that takes longer is stopped.") { Default = "none" },
            ],
        },
        new("autostart", Flag, "false: declared, and started only when asked.") { Default = "true" },
        new("out_file", Text, "Log file of stdout, relative to `cwd`; a further instance gets its number before the extension.") { Aliases = ["out", "output", "out_log"], Default = "in the home" },
        new("error_file", Text, "Log file of stderr, likewise.") { Aliases = ["error", "err", "err_file", "err_log"], Default = "in the home" },

        .. LogAttributes.All,

        Later("watch_options"),
        Later("pid_file", "pid"),
        Later("treekill") with { Harmless = ["true", "null"] },
        Later("kill_retry_time"), Later("force"), Later("post_update"), Later("vizion"), Later("pmx"), Later("automation"),
        Later("source_map_support"), Later("disable_source_map_support"), Later("trace"), Later("disable_trace"), Later("v8"), Later("event_loop_inspector"),
        Later("deep_monitoring"), Later("io"), Later("windows_hide"), Later("username"), Later("write"), Later("execute_command"), Later("install_url"),
    ];

    /// <summary>Finds an attribute by any of its spellings.</summary>
    /// <returns>Null when there is none.</returns>
    public static AppAttribute? Find(AppAttribute[] table, string key) => Array.Find(table, a => a.Spellings.Contains(key));

    private static AppAttribute Later(string name, params string[] aliases) => new(name, Anything, "") { Aliases = aliases, Supported = false };
}
