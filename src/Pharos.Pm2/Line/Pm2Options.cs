using static Pharos.Pm2.Line.Takes;

namespace Pharos.Pm2.Line;

/// <summary>Every option there is. PM2 accepts each of them with every command; those of single commands are further below.</summary>
internal static class Pm2Options
{
    public static readonly Pm2Option[] All =
    [
        new("--version", Nothing, "-v", "print the version"),
        new("--help", Nothing, "-h", "print what there is to know"),
        new("--silent", Nothing, "-s", "print nothing but errors"),
        new("--name", Value, "-n", "name of the app in the list"),
        new("--namespace", Value, null, "namespace of the app"),
        new("--instances", Value, "-i", "number of instances: n, max, 0, or -n for that many less than processors"),
        new("--execute-command", Nothing, "-x", "fork mode"),
        new("--interpreter", Value, null, "program that runs the script; none: the script itself is executed"),
        new("--node-args", Value, null, "arguments of the interpreter") { Alias = "--interpreter-args" },
        new("--cwd", Value, null, "folder that the app runs in"),
        new("--output", Value, "-o", "log file of stdout"),
        new("--error", Value, "-e", "log file of stderr"),
        new("--log", Maybe, "-l", "one log file for stdout and stderr"),
        new("--log-type", Value, null, "raw or json"),
        new("--log-date-format", Value, null, "format of the time before each line"),
        new("--time", Nothing, null, "a time before each line"),
        new("--disable-logs", Nothing, null, "keep no log files"),
        new("--merge-logs", Nothing, null, "one log file for all instances"),
        new("--pid", Value, "-p", "pid file"),
        new("--env", Value, null, "lay env_NAME of the file over env"),
        new("--update-env", Nothing, "-a", "take the environment of this shell over"),
        new("--filter-env", Value, null, "leave out variables of the shell whose name holds this text; repeatable"),
        new("--force", Nothing, "-f", "do it all the same"),
        new("--parallel", Value, null, "how many are restarted or reloaded at a time"),
        new("--only", Value, null, "apps of the file that are meant, separated by commas"),
        new("--kill-timeout", Value, "-k", "milliseconds between the stop signal and SIGKILL"),
        new("--listen-timeout", Value, null, "milliseconds that an app may take to get ready"),
        new("--wait-ready", Nothing, null, "the app says itself that it is ready: process.send('ready')"),
        new("--shutdown-with-message", Nothing, null, "stop by process message instead of signal"),
        new("--no-treekill", Nothing, null, "signal the main process only"),
        new("--max-memory-restart", Value, null, "restart above this much memory: bytes, or with K, M, G"),
        new("--restart-delay", Value, null, "milliseconds before a restart"),
        new("--exp-backoff-restart-delay", Value, null, "first delay of a growing one, milliseconds"),
        new("--max-restarts", Maybe, null, "unstable restarts after which it is given up"),
        new("--stop-exit-codes", Many, null, "exit codes after which it stays stopped"),
        new("--no-autorestart", Nothing, null, "do not start it again when it ends"),
        new("--no-autostart", Nothing, null, "add it as stopped"),
        new("--cron-restart", Value, "-c", "restart at these times; 0: not any more") { Alias = "--cron" },
        new("--watch", Maybe, null, "restart when files change; repeatable"),
        new("--ignore-watch", Value, null, "files whose changes do not count"),
        new("--watch-delay", Value, null, "quiet time after a change: 4 (seconds) or 4000ms"),
        new("--ext", Value, null, "watch files of these extensions only"),
        new("--uid", Value, null, "user that the app runs as"),
        new("--gid", Value, null, "group that the app runs as"),
        new("--user", Value, "-u", "user of the startup script, or that the app runs as"),
        new("--hp", Value, null, "home of the user of the startup script"),
        new("--service-name", Value, null, "name of the startup script"),
        new("--wait-ip", Nothing, null, "startup: after the network is up"),
        new("--source-map-support", Nothing, null, "stack traces of the sources"),
        new("--disable-source-map-support", Nothing, null, "stack traces of what runs"),
        new("--no-vizion", Nothing, null, "accepted: no git metadata are read"),
        new("--no-pmx", Nothing, null, "no measuring preload in node apps"),
        new("--no-automation", Nothing, null, "as --no-pmx"),
        new("--trace", Nothing, null, "accepted: traces come from the app's own OpenTelemetry SDK"),
        new("--disable-trace", Nothing, null, "accepted"),
        new("--v8", Nothing, null, "accepted"),
        new("--event-loop-inspector", Nothing, null, "accepted"),
        new("--deep-monitoring", Nothing, null, "accepted"),
        new("--write", Nothing, "-w", "write the configuration into NAME-pm2.json"),
        new("--mini-list", Nothing, "-m", "a list without a table"),
        new("--sort", Value, null, "order of the list: FIELD[:asc|desc]"),
        new("--no-color", Nothing, null, "no colours"),
        new("--attach", Nothing, null, "follow the output afterwards"),
        new("--no-daemon", Nothing, null, "the daemon in the foreground"),
    ];

    /// <summary>Options that single commands have besides.</summary>
    public static readonly Dictionary<string, Pm2Option[]> Own = new(StringComparer.Ordinal)
    {
        ["logs"] =
        [
            new("--json", Nothing, null, "one JSON object a line"), new("--format", Nothing, null, "key=value pairs"), new("--raw", Nothing, null, "the lines as they are"),
            new("--err", Nothing, null, "stderr only"), new("--out", Nothing, null, "stdout only"), new("--lines", Value, null, "how many of the last lines (15)"),
            new("--timestamp", Maybe, null, "a time before each line"), new("--nostream", Nothing, null, "do not follow"), new("--highlight", Maybe, null, "emphasise a text"),
        ],
        ["start"] =
        [
            new("--fresh", Nothing, null, "accepted"), new("--daemon", Nothing, null, "accepted"), new("--container", Nothing, null, "not supported"),
            new("--dist", Nothing, null, "not supported"), new("--image-name", Maybe, null, "not supported"), new("--node-version", Maybe, null, "not supported"), new("--dockerdaemon", Nothing, null, "not supported"),
        ],
        ["serve"] =
        [
            new("--port", Value, null, "port (8080)"), new("--spa", Nothing, null, "index.html for what is not there"), new("--ftp", Nothing, null, "list folders"),
            new("--basic-auth-username", Value, null, "who may see it"), new("--basic-auth-password", Value, null, "and by which password"), new("--monitor", Maybe, null, "accepted"),
        ],
        ["slist"] = [new("--tree", Nothing, "-t", "as a tree")],
        ["logrotate"] = [],
        ["install"] = [new("--tarball", Nothing, null, "not supported"), new("--install", Nothing, null, "accepted"), new("--docker", Nothing, null, "not supported"), new("--v1", Nothing, null, "accepted"), new("--safe", Maybe, null, "keep the version before when it does not run")],
        ["publish"] = [new("--npm", Maybe, null, "publish on npm")],
        ["link"] = [new("--info-node", Value, null, "accepted")],
        ["runtime"] =
        [
            new("--secret", Value, null, "accepted"), new("--public", Value, null, "accepted"), new("--machine-name", Value, null, "accepted"),
            new("--format", Nothing, null, "key=value pairs"), new("--raw", Nothing, null, "the lines as they are"), new("--formatted", Nothing, null, "with the name before each line"),
            new("--json", Nothing, null, "one JSON object a line"), new("--delay", Value, null, "seconds to wait first"), new("--web", Maybe, null, "not supported"),
            new("--no-auto-exit", Nothing, null, "stay when nothing runs any more"),
        ],
        ["dev"] =
        [
            new("--raw", Nothing, null, "the lines as they are"), new("--timestamp", Nothing, null, "a time before each line"), new("--ignore", Value, null, "files whose changes do not count"),
            new("--post-exec", Value, null, "command to run after each restart"), new("--silent-exec", Nothing, null, "without its output"), new("--test-mode", Nothing, null, "accepted"), new("--auto-exit", Nothing, null, "end with the app"),
        ],
    };
}
