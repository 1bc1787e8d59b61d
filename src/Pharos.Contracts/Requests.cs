namespace Pharos.Contracts;

/// <summary>Declares an app and starts it: body of <c>POST /v1/apps</c>. What is null takes the default of the app spec.</summary>
public sealed record StartRequest
{
    /// <summary>Script path or command.</summary>
    public required string Script { get; init; }

    /// <summary>Name; null: the script's base name without extension.</summary>
    public string? Name { get; init; }

    /// <summary>Namespace; null: default.</summary>
    public string? Namespace { get; init; }

    /// <summary>Arguments.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>Working directory of the app, absolute; the client sends its own when the user gave none.</summary>
    public required string Cwd { get; init; }

    /// <summary>Interpreter; <c>none</c>: run directly; null: by extension.</summary>
    public string? Interpreter { get; init; }

    /// <summary>Arguments of the interpreter.</summary>
    public IReadOnlyList<string> InterpreterArgs { get; init; } = [];

    /// <summary>Number of instances.</summary>
    public int? Instances { get; init; }

    /// <summary>The app's environment: what was declared, and the allow-listed base of the client's own.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    /// <summary>Names in <see cref="Env"/> that nobody declared: they come along from the client's own environment. An apply does not restart an app because these differ.</summary>
    public IReadOnlyList<string> ShellEnv { get; init; } = [];

    /// <summary>User name or number.</summary>
    public string? User { get; init; }

    /// <summary>Group name or number.</summary>
    public string? Group { get; init; }

    /// <summary>Umask, octal digits.</summary>
    public string? Umask { get; init; }

    /// <summary>Nice value -20..19.</summary>
    public int? Nice { get; init; }

    /// <summary>Limits: name to <c>soft</c> or <c>soft:hard</c>, numbers with k/m/g or <c>unlimited</c>.</summary>
    public IReadOnlyDictionary<string, string> Limits { get; init; } = new Dictionary<string, string>();

    /// <summary>spool or fifo.</summary>
    public string? Stdio { get; init; }

    /// <summary>True: it gets a stdin that lines can be sent to; else stdin is at its end from the beginning.</summary>
    public bool? Stdin { get; init; }

    /// <summary>always, on-failure or never.</summary>
    public string? Restart { get; init; }

    /// <summary>Exit codes after which it stays stopped.</summary>
    public IReadOnlyList<int> StopExitCodes { get; init; } = [];

    /// <summary>Duration: 500ms, 5s, 2m, 1h; a bare number is milliseconds.</summary>
    public string? MinUptime { get; init; }

    /// <summary>Duration.</summary>
    public string? RestartDelay { get; init; }

    /// <summary>First delay of the exponential back-off, duration; 0 turns it off.</summary>
    public string? Backoff { get; init; }

    /// <summary>Longest back-off delay, duration.</summary>
    public string? BackoffCap { get; init; }

    /// <summary>Crashes within the crash window after which it is given up; 0: never.</summary>
    public int? MaxCrashes { get; init; }

    /// <summary>Crash window, duration.</summary>
    public string? CrashWindow { get; init; }

    /// <summary>After this time an instance that was given up is tried once more, duration; null: never by itself.</summary>
    public string? RetryFailed { get; init; }

    /// <summary>Memory of the whole tree above which an instance is restarted: bytes, or with k, m, g (1024).</summary>
    public string? MaxMemory { get; init; }

    /// <summary>Cron pattern, 5 or 6 fields, at which running instances are restarted.</summary>
    public string? Cron { get; init; }

    /// <summary>IANA name of the zone of the pattern; null: the host's.</summary>
    public string? CronZone { get; init; }

    /// <summary>Stop signal by name or number.</summary>
    public string? StopSignal { get; init; }

    /// <summary>Time between the stop signal and SIGKILL, duration.</summary>
    public string? Grace { get; init; }

    /// <summary>Version of the app.</summary>
    public string? Version { get; init; }

    /// <summary>Name of a variable that holds the slot's number in each instance; null: none.</summary>
    public string? InstanceVar { get; init; }

    /// <summary>Name of a variable that holds the instance's number among all of the home; null: none.</summary>
    public string? NumberVar { get; init; }

    /// <summary>Name of a variable of <see cref="Env"/>, a whole number, that grows by one with each slot; null: none.</summary>
    public string? IncrementVar { get; init; }

    /// <summary>False: no OTEL_* and TRACEPARENT in the app's environment.</summary>
    public bool? InjectOtel { get; init; }

    /// <summary>How to find out whether it can do its work; null: it counts as ready when it has lived for its minimum uptime.</summary>
    public ProbeRequest? Ready { get; init; }

    /// <summary>How to find out whether it has to be restarted; null: nobody asks.</summary>
    public ProbeRequest? Live { get; init; }

    /// <summary>Apps that have to be there first.</summary>
    public IReadOnlyList<DependencyRequest> DependsOn { get; init; } = [];

    /// <summary>Sockets that are opened for it and handed to each of its processes, as systemd's socket activation has it.</summary>
    public IReadOnlyList<ListenRequest> Listen { get; init; } = [];

    /// <summary>Files whose change restarts it; null: none.</summary>
    public WatchRequest? Watch { get; init; }

    /// <summary>It is run at times and ends by itself; null: it is to run all the time.</summary>
    public ScheduleRequest? Schedule { get; init; }

    /// <summary>Whether it gets a channel for messages as Node's <c>process.send</c> has it; null: when it is run by node, or its readiness comes that way.</summary>
    public bool? Ipc { get; init; }

    /// <summary>Sent over the channel in place of the stop signal; null: the signal is sent.</summary>
    public string? StopMessage { get; init; }

    /// <summary>Instances of a Node app share their listeners: shared, round_robin or reuseport; null: each is on its own.</summary>
    public string? Cluster { get; init; }

    /// <summary>Whether its HTTP requests are counted and timed; null: when it is a Node app with a channel.</summary>
    public bool? HttpStats { get; init; }

    /// <summary>How its processes are replaced without a gap; null: as usual.</summary>
    public ReloadRequest? Reload { get; init; }

    /// <summary>False: declared, and started only when somebody asks.</summary>
    public bool? Autostart { get; init; }

    /// <summary>What happens to its output: settings by name, <c>rotate.size</c> say; docs/configuration.md has them under <c>logs</c>.</summary>
    public IReadOnlyDictionary<string, string> Logs { get; init; } = new Dictionary<string, string>();

    /// <summary>Log file of stdout, absolute or relative to the working directory; null: in the home; NULL or /dev/null: none.</summary>
    public string? OutFile { get; init; }

    /// <summary>Log file of stderr, likewise.</summary>
    public string? ErrFile { get; init; }

    /// <summary>File that holds the process id while there is a process, absolute or relative to the working directory; null: none is written. In this path and in
    /// those of the log files <c>{number}</c> and <c>{index}</c> stand for the instance's number and slot.</summary>
    public string? PidFile { get; init; }

    /// <summary>What the client wants to find again: it means nothing to the daemon, and is in its views and its state. At most 64 KiB.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();
}

/// <summary>How a process is replaced by a new one without a gap.</summary>
public sealed record ReloadRequest
{
    /// <summary>A new process that is not ready within this time is given up, and the old one stays; duration.</summary>
    public string? Timeout { get; init; }

    /// <summary>How long the old process may finish what it is at before it is asked to stop, duration.</summary>
    public string? Drain { get; init; }

    /// <summary>Whether the new one runs beside the old one; null: when they share their listeners.</summary>
    public bool? Overlap { get; init; }
}

/// <summary>A probe of an app.</summary>
public sealed record ProbeRequest
{
    /// <summary>A URL, <c>tcp:[HOST:]PORT</c>, <c>tcp:/PATH</c>, <c>exec:COMMAND</c>, <c>notify</c> or <c>log:PATTERN</c>.</summary>
    public required string Check { get; init; }

    /// <summary>Accepted HTTP statuses: <c>200</c>, <c>200-299,404</c>.</summary>
    public string? Status { get; init; }

    /// <summary>Regular expression that the body of an HTTP answer must match.</summary>
    public string? Body { get; init; }

    /// <summary>Time from one answer to the next question, duration.</summary>
    public string? Interval { get; init; }

    /// <summary>An answer that takes longer is none, duration.</summary>
    public string? Timeout { get; init; }

    /// <summary>Failures within this time after the start do not count, duration.</summary>
    public string? StartPeriod { get; init; }

    /// <summary>Failures in a row after which it counts as failed.</summary>
    public int? Failures { get; init; }

    /// <summary>Successes in a row after which it counts as good.</summary>
    public int? Successes { get; init; }

    /// <summary>How long what depends on the app waits for it, duration.</summary>
    public string? Deadline { get; init; }
}

/// <summary>An app that another one needs.</summary>
public sealed record DependencyRequest
{
    /// <summary>Its name.</summary>
    public required string App { get; init; }

    /// <summary>ready or started.</summary>
    public string? Condition { get; init; }

    /// <summary>True: the dependant is restarted when somebody restarts the dependency.</summary>
    public bool? Restart { get; init; }
}

/// <summary>A socket that is opened for an app.</summary>
public sealed record ListenRequest
{
    /// <summary><c>PORT</c>, <c>ADDRESS:PORT</c>, <c>udp:PORT</c>, <c>udp:ADDRESS:PORT</c> or a path.</summary>
    public required string At { get; init; }

    /// <summary>What the app knows it by (<c>LISTEN_FDNAMES</c>); null: unknown.</summary>
    public string? Name { get; init; }

    /// <summary>How many connections may wait.</summary>
    public int? Backlog { get; init; }

    /// <summary>Each instance has a socket of its own on the port, SO_REUSEPORT.</summary>
    public bool? ReusePort { get; init; }
}

/// <summary>Files whose change restarts an app.</summary>
public sealed record WatchRequest
{
    /// <summary>Files and folders, absolute or relative to the working directory; empty: the working directory.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>What is passed over: patterns as in gitignore(5).</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Quiet time after the last change, duration.</summary>
    public string? Delay { get; init; }
}

/// <summary>When a job runs.</summary>
public sealed record ScheduleRequest
{
    /// <summary>Cron pattern, 5 or 6 fields.</summary>
    public required string Cron { get; init; }

    /// <summary>IANA name of the zone; null: the host's.</summary>
    public string? Zone { get; init; }

    /// <summary>forbid, allow or replace.</summary>
    public string? Overlap { get; init; }

    /// <summary>How many of the last runs are remembered.</summary>
    public int? History { get; init; }

    /// <summary>A run that takes longer is stopped, duration; null: it may take as long as it wants.</summary>
    public string? Deadline { get; init; }
}

/// <summary>Makes what runs be what a file says: body of <c>POST /v1/apply</c>.</summary>
public sealed record ApplyRequest
{
    /// <summary>Every app that is meant. All are validated before anything is touched.</summary>
    public required IReadOnlyList<StartRequest> Apps { get; init; }

    /// <summary>Absolute path of the file that they come from.</summary>
    public required string Source { get; init; }

    /// <summary>True: apps that came from <see cref="Source"/> and are not in <see cref="Apps"/> are deleted.</summary>
    public bool Prune { get; init; }

    /// <summary>True: only the plan is made, and nothing is touched.</summary>
    public bool DryRun { get; init; }

    /// <summary>True: what is stopped or was given up is started, also where the app is unchanged.</summary>
    public bool Start { get; init; }

    /// <summary>Prune only apps of these names; empty: all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];
}
