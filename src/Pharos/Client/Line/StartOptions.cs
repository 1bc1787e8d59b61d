namespace Pharos.Client.Line;

/// <summary>The verb with the most to say.</summary>
internal static class StartOptions
{
    /// <summary>start.</summary>
    public static readonly VerbSpec Verb = new("start", "SCRIPT|FILE|APP... [options] [-- ARGS...]", "declare an app and start it, or start a stopped app")
    {
        LeastWords = 1,
        MostWords = int.MaxValue,
        Words = "a script, a command, or the name of a stopped app",
        TakesApps = true,
        Options =
        [
            new("--name", ValueKind.Text, "NAME", "name of the app (the script's name without extension)") { Short = "-n" },
            new("--namespace", ValueKind.Text, "NAME", "group of apps (default)"),
            new("--instances", ValueKind.Instances, "N|max", "how many instances (1); max: one per processor") { Short = "-i" },
            new("--cwd", ValueKind.Text, "DIR", "working directory (this one)"),
            new("--interpreter", ValueKind.Text, "PROGRAM", "program that runs the script (by extension); none: run it directly"),
            new("--interpreter-args", ValueKind.Text, "ARGS", "arguments of the interpreter, in one word, split on blanks") { Repeats = true },
            new("--env", ValueKind.Variable, "NAME[=VALUE]", "a variable; without a value it is taken from this shell; repeatable") { Repeats = true },
            new("--only", ValueKind.Text, "APP,APP", "of a configuration file: these apps only"),
            new("--profile", ValueKind.Text, "NAME", "of a configuration file: lay env_NAME over env"),
            new("--user", ValueKind.Text, "USER", "user to run as, name or number (the daemon's)"),
            new("--group", ValueKind.Text, "GROUP", "group to run as, name or number (the user's)"),
            new("--umask", ValueKind.Octal, "OCTAL", "file mode creation mask (the daemon's)"),
            new("--nice", ValueKind.Number, "N", "nice value, -20 to 19 (the daemon's)") { Least = -20, Most = 19 },
            new("--limit", ValueKind.Limit, "NAME=SOFT[:HARD]", "resource limit as in limits.conf(5), e.g. nofile=65536, or of the whole tree: memory=512m, cpu=1.5, tasks=100; repeatable") { Repeats = true },
            new("--ready", ValueKind.Text, "CHECK", "when it can do its work (when it has lived for --min-uptime)"),
            new("--live", ValueKind.Text, "CHECK", "restart it when this fails three times"),
            new("--start-period", ValueKind.Duration, "TIME", "failures of these checks do not count before (10s)"),
            new("--probe-interval", ValueKind.Duration, "TIME", "time between two checks (5s)"),
            new("--listen", ValueKind.Text, "ADDR,ADDR", "sockets opened for it: 8080, 127.0.0.1:8080, /run/app.sock (LISTEN_FDS)"),
            new("--depends-on", ValueKind.Text, "APP,APP", "apps that must be ready first"),
            new("--watch", ValueKind.None, "", "restart it when a file of its working directory changes"),
            new("--watch-path", ValueKind.Text, "PATH", "watch this instead; repeatable") { Repeats = true },
            new("--ignore-watch", ValueKind.Text, "PATTERN", "what --watch passes over, as in gitignore(5); repeatable") { Repeats = true },
            new("--watch-delay", ValueKind.Duration, "TIME", "quiet time after the last change (200ms)"),
            new("--cluster", ValueKind.Choice, "shared|round_robin|reuseport", "instances of a Node app share their listeners") { Choices = ["shared", "round_robin", "reuseport"] },
            new("--no-ipc", ValueKind.None, "", "a Node app: no channel for messages"),
            new("--no-http-stats", ValueKind.None, "", "a Node app: its HTTP requests are not counted and timed"),
            new("--stop-message", ValueKind.Text, "TEXT", "a Node app: send this over its channel in place of the stop signal"),
            new("--reload-timeout", ValueKind.Duration, "TIME", "at a reload: the new process must be ready within (60s)"),
            new("--drain", ValueKind.Duration, "TIME", "at a reload: the old process may finish what it is at (10s)"),
            new("--reload-overlap", ValueKind.None, "", "at a reload: the new process runs beside the old one (with --cluster)"),
            new("--schedule", ValueKind.Text, "PATTERN", "run it as a job at these times, e.g. '*/5 * * * *'"),
            new("--schedule-zone", ValueKind.Text, "ZONE", "time zone of the schedule (the host's)"),
            new("--overlap", ValueKind.Choice, "forbid|allow|replace", "what a run does that is due while the last one goes on (forbid)") { Choices = ["forbid", "allow", "replace"] },
            new("--deadline", ValueKind.Duration, "TIME", "a run of a job that takes longer is stopped (none)"),
            new("--history", ValueKind.Number, "N", "how many runs of a job are remembered (10)") { Least = 0, Most = 1000 },
            new("--out-file", ValueKind.Text, "FILE", "log file of stdout (in the home)") { Alias = "--output", Short = "-o" },
            new("--err-file", ValueKind.Text, "FILE", "log file of stderr (in the home)") { Alias = "--error", Short = "-e" },
            new("--log-file", ValueKind.Text, "FILE", "file that takes both streams besides") { Alias = "--log", Short = "-l" },
            new("--merge-logs", ValueKind.None, "", "all instances write into the same files"),
            new("--disable-logs", ValueKind.None, "", "output is read, counted and forgotten") { Alias = "--no-logs" },
            new("--log-format", ValueKind.Choice, "FORMAT", "how the lines of the files look: raw, json, logfmt, delimiter or console (raw)") { Alias = "--log-type", Choices = ["raw", "json", "logfmt", "delimiter", "console"] },
            new("--time", ValueKind.None, "", "time before each line of the files"),
            new("--log-date-format", ValueKind.Text, "FORMAT", "that time in this format, e.g. 'YYYY-MM-DD HH:mm:ss.SSS Z' or '%F %T'"),
            new("--log-max-size", ValueKind.Text, "SIZE", "a log file that reaches this is rotated (10m)"),
            new("--log-max-files", ValueKind.Text, "N|DAYSd", "how many rotated files are kept, or for how many days (10)"),
            new("--log-level", ValueKind.Choice, "LEVEL", "least severity that is shipped (all)") { Choices = ["trace", "debug", "info", "warn", "error", "fatal"] },
            new("--log-opt", ValueKind.Pair, "KEY=VALUE", "any setting of logs in docs/configuration.md, e.g. rotate.daily=true or redact.defaults=false; repeatable") { Repeats = true },
            new("--no-autostart", ValueKind.None, "", "declare it, and start it only when asked"),
            new("--stdio", ValueKind.Choice, "spool|fifo", "how output is taken: a file that never blocks (spool), or a pipe that may") { Choices = ["spool", "fifo"] },
            new("--restart", ValueKind.Choice, "WHEN", "always, on-failure or never (always; never with --schedule)") { Choices = ["always", "on-failure", "never"] },
            new("--no-autorestart", ValueKind.None, "", "the same as --restart never"),
            new("--stop-exit-codes", ValueKind.ExitCodes, "N,N", "exit codes after which it stays stopped"),
            new("--min-uptime", ValueKind.Duration, "TIME", "an end before this is a crash (1s)"),
            new("--restart-delay", ValueKind.Duration, "TIME", "fixed wait before each restart (0)"),
            new("--backoff", ValueKind.Duration, "TIME", "first wait after a crash, doubled with each (100ms; off with --restart-delay); 0: off"),
            new("--backoff-cap", ValueKind.Duration, "TIME", "longest such wait (15s)"),
            new("--max-crashes", ValueKind.Number, "N", "crashes within the crash window after which it is given up (10); 0: never") { Least = 0 },
            new("--crash-window", ValueKind.Duration, "TIME", "the crash window (60s, longer where so many crashes need it)"),
            new("--retry-failed", ValueKind.Duration, "TIME", "after this time one that was given up is tried once more (never)"),
            new("--max-memory", ValueKind.Text, "SIZE", "restart it when its whole tree uses more, e.g. 300m or 1g") { Alias = "--max-memory-restart" },
            new("--cron", ValueKind.Text, "PATTERN", "restart it at these times, e.g. '0 3 * * *'") { Alias = "--cron-restart" },
            new("--cron-zone", ValueKind.Text, "ZONE", "time zone of the pattern, e.g. Europe/Berlin (the host's)"),
            new("--stop-signal", ValueKind.Text, "SIGNAL", "signal that asks it to stop (SIGINT)"),
            new("--grace", ValueKind.Duration, "TIME", "time between that and SIGKILL (5s)") { Alias = "--kill-timeout" },
            new("--app-version", ValueKind.Text, "VERSION", "version of the app, for telemetry"),
            new("--no-otel-inject", ValueKind.None, "", "put no OTEL_* and TRACEPARENT into its environment"),
        ],
        Details =
            """
            TIME is 500ms, 5s, 2m or 1h; a bare number is milliseconds.

            CHECK is http://HOST:PORT/PATH (any status from 200 to 399 is good), tcp:HOST:PORT, tcp:/SOCKET, exec:COMMAND (exit code 0 is good),
            notify (the app says so itself, sd_notify(3)), and for --ready only ipc (a Node app: process.send('ready')) or log:PATTERN (a line of its
            output matches). ${NAME} in an address is the variable of the instance.

            FILE is a configuration file (*.json, *.yml, *.yaml, *.config.js, package.json): 'pharos start FILE' is 'pharos apply FILE', and
            starts what is stopped. See 'pharos help apply'.

            Environment: an app does not get the whole environment of this shell, which may hold secrets that are none of its
            business. It gets PATH, HOME, USER, LOGNAME, SHELL, LANG, LANGUAGE, LC_*, TZ, TMPDIR, XDG_*, NODE_ENV, NODE_PATH, APP_ENV,
            PYTHONPATH, JAVA_HOME, DOTNET_ROOT, LD_LIBRARY_PATH, the proxy variables, and what --env declares.
            """,
        Examples =
        [
            ("pharos start server.js", "one instance, called server"),
            ("pharos start server.js -n web -i 4 --env PORT=3000", "four instances, called web"),
            ("pharos start worker.py --env DATABASE_URL -- --queue mail", "a variable of this shell, and arguments"),
            ("pharos start ./bin/api --restart on-failure --limit nofile=65536", "a program, restarted when it fails"),
            ("pharos start pharos.yaml --only web,api --profile production", "two apps of a file"),
            ("pharos start web", "start the stopped app web again"),
        ],
    };
}
