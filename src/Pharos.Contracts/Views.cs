using System.Text.Json;

namespace Pharos.Contracts;

/// <summary>One instance as the API shows it. Never holds a value of an environment variable.</summary>
public sealed record InstanceView
{
    /// <summary>App name.</summary>
    public required string App { get; init; }

    /// <summary>Slot, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Its number among all instances of the home: given once, kept over restarts and daemons; from 0 again when no app is left.</summary>
    public int Number { get; init; }

    /// <summary>Namespace of the app.</summary>
    public required string Namespace { get; init; }

    /// <summary>When it was declared, or somebody last started or restarted it.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>stopped, starting, running, stopping, backing_off or failed.</summary>
    public required string State { get; init; }

    /// <summary>not_ready, ready or unready.</summary>
    public required string Readiness { get; init; }

    /// <summary>Why it is not ready, as its probe or its dependencies say; null: it is, or nobody knows.</summary>
    public string? ReadinessReason { get; init; }

    /// <summary>What the process says that it is at (sd_notify STATUS); null: nothing.</summary>
    public string? Status { get; init; }

    /// <summary>Process id; null when there is no process.</summary>
    public int? Pid { get; init; }

    /// <summary>Incarnation number; 0 before the first.</summary>
    public required int Incarnation { get; init; }

    /// <summary>Restarts since the counters began, all reasons.</summary>
    public required long Restarts { get; init; }

    /// <summary>Crashes that count towards giving it up: those inside the crash window since somebody started it.</summary>
    public int Crashes { get; init; }

    /// <summary>Reason of the last restart; null when there was none.</summary>
    public string? LastRestartReason { get; init; }

    /// <summary>When the process started; null when there is none.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Seconds since the process started; null when there is none.</summary>
    public double? UptimeSeconds { get; init; }

    /// <summary>CPU use over the last sampling interval, percent of one core; null before two samples.</summary>
    public double? CpuPercent { get; init; }

    /// <summary>Resident memory of the process, bytes; null when there is none.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Resident memory of the whole tree, bytes; null when there is none.</summary>
    public long? TreeMemoryBytes { get; init; }

    /// <summary>Processes in the tree; null when there is none.</summary>
    public int? TreeProcesses { get; init; }

    /// <summary>The limits on the instance as a whole, e.g. <c>memory 256 MiB (cgroup v1)</c>, and of each that was asked for and could not be had that it is
    /// not in force; empty when there is no process, or nothing is limited.</summary>
    public IReadOnlyList<string> Limits { get; init; } = [];

    /// <summary>How the last process ended; null before the first end.</summary>
    public ExitView? LastExit { get; init; }

    /// <summary>Why it failed: crash_loop, spawn_failed, not_restarted or dependency_failed; null unless failed.</summary>
    public string? Failure { get; init; }

    /// <summary>What the last failed spawn said; one line.</summary>
    public string? Error { get; init; }

    /// <summary>Seconds until the next start while backing off, as decided when it began; null otherwise.</summary>
    public double? BackoffSeconds { get; init; }

    /// <summary>When the job runs next; null for what is no job, and while its schedule is stopped.</summary>
    public DateTimeOffset? NextRunAt { get; init; }

    /// <summary>Pid of the second process while a reload overlaps: the new one until it is ready, then the old one until it is gone; null: there is none.</summary>
    public int? OtherPid { get; init; }

    /// <summary>Why the last reload failed; null: it did not.</summary>
    public string? ReloadError { get; init; }

    /// <summary>HTTP requests per second over the last ten seconds; null: none was measured.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>Duration that 95 of 100 of them were shorter than, seconds; null: there was none.</summary>
    public double? RequestP95Seconds { get; init; }

    /// <summary>open, closed, or why there is none; null: it was given none.</summary>
    public string? Channel { get; init; }

    /// <summary>What it can be asked to do.</summary>
    public IReadOnlyList<AppActionView> Actions { get; init; } = [];

    /// <summary>What it measures of itself, by the names that it gives.</summary>
    public IReadOnlyDictionary<string, JsonElement> Measured { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>service.instance.id.</summary>
    public required string InstanceId { get; init; }

    /// <summary>Log file of stdout.</summary>
    public required string OutLog { get; init; }

    /// <summary>Log file of stderr.</summary>
    public required string ErrLog { get; init; }

    /// <summary>File that holds its process id while there is one; null: none is written.</summary>
    public string? PidFile { get; init; }

    /// <summary>User that it runs as; null: the daemon's.</summary>
    public string? User { get; init; }
}

/// <summary>How a process ended.</summary>
public sealed record ExitView
{
    /// <summary>success, error_code, signal, oom_kill, memory_limit, stop_requested, stop_timeout_kill, probe_failed, spawn_failed or lost.</summary>
    public required string Reason { get; init; }

    /// <summary>Exit code; null when it ended by a signal or nobody knows.</summary>
    public int? Code { get; init; }

    /// <summary>Signal number; null when it exited by itself or nobody knows.</summary>
    public int? Signal { get; init; }

    /// <summary>SIGKILL and so on; null without a signal.</summary>
    public string? SignalName { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long the process lived, seconds.</summary>
    public required double UptimeSeconds { get; init; }

    /// <summary>The last lines that it printed, stdout and stderr together, oldest first; at most 20.</summary>
    public IReadOnlyList<string> LastLines { get; init; } = [];
}

/// <summary>One app with its instances, as <c>describe</c> shows it.</summary>
public sealed record AppView
{
    /// <summary>App name.</summary>
    public required string Name { get; init; }

    /// <summary>Namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Version of the app; null: unknown.</summary>
    public string? Version { get; init; }

    /// <summary>Script as given.</summary>
    public required string Script { get; init; }

    /// <summary>Arguments as given.</summary>
    public required IReadOnlyList<string> Args { get; init; }

    /// <summary>Working directory.</summary>
    public required string Cwd { get; init; }

    /// <summary>Interpreter that was found; null when the file is run directly, or cannot be resolved now.</summary>
    public string? Interpreter { get; init; }

    /// <summary>Arguments of the interpreter.</summary>
    public IReadOnlyList<string> InterpreterArgs { get; init; } = [];

    /// <summary>Names of the app's environment variables.</summary>
    public required IReadOnlyList<string> EnvNames { get; init; }

    /// <summary>The environment with its values, which may be secrets: only where it was asked for (<c>?env=1</c>), else null.</summary>
    public IReadOnlyDictionary<string, string>? Env { get; init; }

    /// <summary>Variable that holds the slot's number in each instance; null: none.</summary>
    public string? InstanceVar { get; init; }

    /// <summary>Variable that grows by one with each slot; null: none.</summary>
    public string? IncrementVar { get; init; }

    /// <summary>What whoever declared the app wants to find again; it means nothing to the daemon.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Absolute path of the configuration file that it came from; null: from a command.</summary>
    public string? Source { get; init; }

    /// <summary>False: declared, and started only when somebody asks.</summary>
    public bool Autostart { get; init; } = true;

    /// <summary>spool or fifo.</summary>
    public required string Stdio { get; init; }

    /// <summary>It has a stdin that lines can be sent to.</summary>
    public bool Stdin { get; init; }

    /// <summary>always, on-failure or never.</summary>
    public required string RestartMode { get; init; }

    /// <summary>Stop signal, e.g. SIGINT.</summary>
    public required string StopSignal { get; init; }

    /// <summary>Seconds between the stop signal and SIGKILL.</summary>
    public required double GraceSeconds { get; init; }

    /// <summary>Memory of the whole tree above which an instance is restarted, bytes; null: no limit.</summary>
    public long? MaxMemoryBytes { get; init; }

    /// <summary>Cron pattern at which running instances are restarted; null: never.</summary>
    public string? Cron { get; init; }

    /// <summary>Zone of the pattern; null: the host's.</summary>
    public string? CronZone { get; init; }

    /// <summary>How it is found out whether it can do its work; null: it counts as ready when it has lived for its minimum uptime.</summary>
    public string? Ready { get; init; }

    /// <summary>How it is found out whether it has to be restarted; null: nobody asks.</summary>
    public string? Live { get; init; }

    /// <summary>Apps that have to be there first.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>Addresses at which sockets are opened for it.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    /// <summary>When it runs and what its runs came to; null when it is no job.</summary>
    public JobView? Job { get; init; }

    /// <summary>Files and folders whose change restarts it.</summary>
    public IReadOnlyList<string> Watch { get; init; } = [];

    /// <summary>Patterns of what is passed over among them.</summary>
    public IReadOnlyList<string> WatchIgnore { get; init; } = [];

    /// <summary>User, group, umask, nice and limits that were asked for; empty when none.</summary>
    public IReadOnlyDictionary<string, string> Credentials { get; init; } = new Dictionary<string, string>();

    /// <summary>What happens to its output, where that differs from the usual: names as in <see cref="StartRequest.Logs"/>.</summary>
    public IReadOnlyDictionary<string, string> Logs { get; init; } = new Dictionary<string, string>();

    /// <summary>When it was first declared.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its instances.</summary>
    public required IReadOnlyList<InstanceView> Instances { get; init; }
}

/// <summary>One change of an instance, as the event stream sends it.</summary>
public sealed record EventView
{
    /// <summary>Grows by one with each event of this daemon.</summary>
    public required long Sequence { get; init; }

    /// <summary>When, wall clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>pharos.instance.started, ready, unready, exited, restart_scheduled, gave_up, adopted, or pharos.instance.state for any other change.</summary>
    public required string Name { get; init; }

    /// <summary>The instance after it.</summary>
    public required InstanceView Instance { get; init; }
}

/// <summary>The daemon itself.</summary>
public sealed record DaemonView
{
    /// <summary>Version of the daemon.</summary>
    public required string Version { get; init; }

    /// <summary>Its process id.</summary>
    public required int Pid { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Its home.</summary>
    public required string Home { get; init; }

    /// <summary>Where telemetry goes, without headers; null: nowhere.</summary>
    public string? Destination { get; init; }

    /// <summary>Address of the metrics port; null: on the socket only.</summary>
    public string? MetricsAddress { get; init; }

    /// <summary>Which service manager started it and is kept informed, <c>systemd</c> say; null: none.</summary>
    public string? Service { get; init; }

    /// <summary>How many apps are declared.</summary>
    public int Apps { get; init; }

    /// <summary>How many instances they have.</summary>
    public int Instances { get; init; }

    /// <summary>How many of them have a process.</summary>
    public int Running { get; init; }

    /// <summary>Why the state cannot be saved at present; null: it can. It is tried again by and by.</summary>
    public string? StateError { get; init; }
}

/// <summary>RFC 9457 problem details.</summary>
public sealed record ProblemView
{
    /// <summary>HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>One line for a person: what is wrong and the fix.</summary>
    public required string Detail { get; init; }

    /// <summary>Short kind: not-found, invalid, conflict, spawn-failed, internal.</summary>
    public required string Title { get; init; }
}

/// <summary>Answer of save.</summary>
/// <param name="Path">The file written.</param>
/// <param name="Apps">How many apps are in it.</param>
public sealed record SavedView(string Path, int Apps);

/// <summary>Asks the daemon to let another executable take its place.</summary>
public sealed record UpdateRequest
{
    /// <summary>Absolute path of the executable: a file of root's or of the daemon's user that nobody else can write.</summary>
    public required string Executable { get; init; }

    /// <summary>By what the outcome is asked for: 1 to 64 letters and digits.</summary>
    public required string Id { get; init; }
}

/// <summary>A replacement of the daemon.</summary>
public sealed record UpdateView
{
    /// <summary>As in the request.</summary>
    public required string Id { get; init; }

    /// <summary>Version of the daemon that was replaced.</summary>
    public required string From { get; init; }

    /// <summary>Version of the daemon that took its place; null: that is not known yet, or it failed.</summary>
    public string? To { get; init; }

    /// <summary>What took its place, or should have.</summary>
    public required string Executable { get; init; }

    /// <summary>Process id, the same before and after; null: not known yet.</summary>
    public int? Pid { get; init; }

    /// <summary>Processes of instances that were kept.</summary>
    public int Kept { get; init; }

    /// <summary>From the order to the daemon that answers, seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>Why it failed; null: it did not. The daemon goes on as it was then.</summary>
    public string? Error { get; init; }
}

/// <summary>What a resurrect did.</summary>
public sealed record ResurrectView
{
    /// <summary>The state file that it went by.</summary>
    public required string Source { get; init; }

    /// <summary>One for each app in it, by name.</summary>
    public required IReadOnlyList<ResurrectedView> Apps { get; init; }
}

/// <summary>What a resurrect did to one app.</summary>
public sealed record ResurrectedView
{
    /// <summary>App name.</summary>
    public required string App { get; init; }

    /// <summary>True: it was not there, and is declared again.</summary>
    public required bool Declared { get; init; }

    /// <summary>Instances that were started.</summary>
    public required int Started { get; init; }

    /// <summary>Instances that were up already.</summary>
    public required int Up { get; init; }

    /// <summary>Why it is not as it was; null: it is.</summary>
    public string? Error { get; init; }
}

/// <summary>What an apply does, or did. Never holds a value of an environment variable.</summary>
public sealed record PlanView
{
    /// <summary>The file that it is for.</summary>
    public required string Source { get; init; }

    /// <summary>True: nothing was touched.</summary>
    public required bool DryRun { get; init; }

    /// <summary>One for each app, by name.</summary>
    public required IReadOnlyList<AppPlanView> Apps { get; init; }
}

/// <summary>What an apply does to one app.</summary>
public sealed record AppPlanView
{
    /// <summary>App name.</summary>
    public required string App { get; init; }

    /// <summary>create, update, scale, start, unchanged or delete. An update may scale as well.</summary>
    public required string Action { get; init; }

    /// <summary>What differs, by name; of the environment <c>env +NAME</c>, <c>env -NAME</c>, <c>env NAME</c>.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>Instances before; 0 when there is no such app.</summary>
    public required int From { get; init; }

    /// <summary>Instances after; 0 when it is deleted.</summary>
    public required int To { get; init; }

    /// <summary>Why it was not done; null: it was, or nothing was tried.</summary>
    public string? Error { get; init; }
}
