namespace Pharos.Contracts.Tests.Text;

/// <summary>Instances as a busy machine has them.</summary>
internal static class Samples
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static InstanceView Instance(string app, int index, string state = "running", string readiness = "ready") => new()
    {
        App = app,
        Index = index,
        Namespace = "default",
        State = state,
        Readiness = readiness,
        Incarnation = 1,
        Restarts = 0,
        InstanceId = "6f0f1f0e-0000-5000-8000-00000000000" + (index % 10),
        OutLog = $"/home/ann/.pharos/logs/{app}-{index}-out.log",
        ErrLog = $"/home/ann/.pharos/logs/{app}-{index}-err.log",
    };

    public static InstanceView Running(string app, int index, double uptimeSeconds, double cpu, long memory) => Instance(app, index) with
    {
        Pid = 1000 + index,
        StartedAt = Noon,
        UptimeSeconds = uptimeSeconds,
        CpuPercent = cpu,
        MemoryBytes = memory,
        TreeMemoryBytes = memory,
        TreeProcesses = 1,
    };

    public static ExitView Exit(string reason, int? code = null, string? signal = null, params string[] lines) => new()
    {
        Reason = reason,
        Code = code,
        Signal = signal is null ? null : 9,
        SignalName = signal,
        At = Noon,
        UptimeSeconds = 3.24,
        LastLines = lines,
    };

    /// <summary>One of each state, a long name and a wide one; in no order.</summary>
    public static List<InstanceView> Mixed() =>
    [
        Running("web", 1, 8000, 142, 310L << 20),
        Instance("worker", 0, "backing_off", "not_ready") with { BackoffSeconds = 1.6, Restarts = 12, Incarnation = 13, LastRestartReason = "crash", LastExit = Exit("error_code", 1) },
        Running("web", 0, 273_000, 3.14, 1536L << 20) with { User = "www-data", Restarts = 2, LastExit = Exit("signal", signal: "SIGSEGV") },
        Instance("a-rather-long-name-for-an-application-that-imports", 0, "failed", "not_ready") with { Failure = "crash_loop", Restarts = 10, LastExit = Exit("oom_kill", signal: "SIGKILL") },
        Instance("missing", 0, "failed", "not_ready") with { Failure = "spawn_failed", Error = "no such file: /srv/missing.js" },
        Running("请求队列", 0, 12.7, 0.04, 900L << 10) with { Readiness = "unready" },
        Instance("nightly", 0, "stopped", "not_ready") with { LastExit = Exit("success", 0) },
        Instance("slow", 0, "starting", "not_ready") with { Pid = 77, UptimeSeconds = 0.2 },
    ];

    /// <summary>A job with a run that goes on, and one of each end.</summary>
    public static AppView Job() => App() with
    {
        Name = "backup",
        Script = "backup.sh",
        Args = [],
        RestartMode = "on-failure",
        Instances =
        [
            Running("backup", 0, 12.7, 3.1, 40L << 20),
            Instance("backup", 1, "stopped", "not_ready") with { NextRunAt = Noon.AddHours(15), LastExit = Exit("error_code", 3) },
        ],
        Job = new()
        {
            Cron = "0 3 * * *",
            Zone = "Europe/Berlin",
            Overlap = "allow",
            DeadlineSeconds = 1800,
            NextRunAt = Noon.AddHours(15),
            Runs =
            [
                Run(1207, "manual"),
                Run(1206, "retry", "success", 734, "success", 0) with { First = 1205 },
                Run(1205, "schedule", "failure", 3.24, "error_code", 3) with { Index = 1 },
                Run(1204, "schedule", "skipped") with { Times = 17 },
                Run(1203, "schedule", "deadline", 1800, "stop_timeout_kill"),
                Run(1202, "schedule", "failure", 0.2, "signal") with { Signal = 11, SignalName = "SIGSEGV" },
                Run(1201, "schedule", "failure", null, "lost"),
            ],
        },
    };

    public static RunView Run(long number, string trigger, string? outcome = null, double? seconds = null, string? reason = null, int? code = null) => new()
    {
        App = "backup",
        Number = number,
        First = number,
        Trigger = trigger,
        StartedAt = Noon,
        Index = 0,
        Outcome = outcome,
        DurationSeconds = seconds,
        Reason = reason,
        Code = code,
    };

    public static AppView App() => new()
    {
        Name = "web",
        Namespace = "shop",
        Version = "1.4.2",
        Script = "server.js",
        Args = ["--port", "3000"],
        Cwd = "/srv/shop/web",
        Interpreter = "/usr/bin/node",
        EnvNames = ["DATABASE_URL", "HOME", "LANG", "NODE_ENV", "PATH", "PORT", "TZ", "USER"],
        Stdio = "spool",
        RestartMode = "always",
        StopSignal = "SIGINT",
        GraceSeconds = 5,
        Credentials = new SortedDictionary<string, string> { ["user"] = "www-data", ["nofile"] = "65536" },
        Logs = new SortedDictionary<string, string> { ["format"] = "json", ["rotate.size"] = "20m" },
        CreatedAt = Noon,
        Instances =
        [
            Running("web", 1, 8000, 142, 310L << 20) with { TreeMemoryBytes = 420L << 20, TreeProcesses = 3, Limits = ["memory 512 MiB (cgroup v1)", "cpu 150 % (not in force: no control group is writable)"] },
            Instance("web", 0, "failed", "not_ready") with
            {
                Failure = "crash_loop", Restarts = 10, Incarnation = 11, LastRestartReason = "crash",
                LastExit = Exit("error_code", 1, null, "listening on 3000", "\e[31mError: connect ECONNREFUSED\e[0m", "\tat Socket.connect (net.js:1)"),
            },
        ],
    };
}
