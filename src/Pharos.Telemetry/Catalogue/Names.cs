using Pharos.Core.Lifecycle;
using Pharos.Core.Schedules;
using Pharos.Core.Specs;

namespace Pharos.Telemetry.Catalogue;

/// <summary>Attribute keys. Pinned to semantic conventions 1.44; <c>pharos.*</c> is ours.</summary>
public static class AttributeNames
{
    public const string ServiceName = "service.name";
    public const string ServiceNamespace = "service.namespace";
    public const string ServiceInstanceId = "service.instance.id";
    public const string ServiceVersion = "service.version";
    public const string ServiceCriticality = "service.criticality";
    public const string DeploymentEnvironmentName = "deployment.environment.name";
    public const string HostName = "host.name";
    public const string HostId = "host.id";
    public const string OsType = "os.type";
    public const string TelemetrySdkLanguage = "telemetry.sdk.language";
    public const string TelemetrySdkName = "telemetry.sdk.name";
    public const string TelemetrySdkVersion = "telemetry.sdk.version";
    public const string CpuMode = "cpu.mode";
    public const string DiskIoDirection = "disk.io.direction";
    public const string ContextSwitchType = "process.context_switch.type";
    public const string PagingFaultType = "system.paging.fault.type";
    public const string LogIoStream = "log.iostream";
    public const string ErrorType = "error.type";
    public const string ProcessPid = "process.pid";
    public const string ProcessCreationTime = "process.creation.time";
    public const string ProcessExitCode = "process.exit.code";
    public const string ProcessExecutablePath = "process.executable.path";
    public const string InstanceIndex = "pharos.instance.index";
    public const string InstanceState = "pharos.instance.state";
    public const string InstanceIncarnation = "pharos.instance.incarnation";
    public const string AppName = "pharos.app.name";
    public const string RestartReason = "pharos.restart.reason";
    public const string RestartCause = "pharos.restart.cause";
    public const string ReloadOverlap = "pharos.reload.overlap";
    public const string RestartCount = "pharos.restart.count";
    public const string ExitReason = "pharos.exit.reason";
    public const string ExitSignal = "pharos.exit.signal";
    public const string ExitSignalName = "pharos.exit.signal.name";
    public const string ExitUptime = "pharos.exit.uptime";
    public const string ExitLastLines = "pharos.exit.last_lines";
    public const string BackoffDelay = "pharos.backoff.delay";
    public const string FailureReason = "pharos.failure.reason";
    public const string ProbeType = "pharos.probe.type";
    public const string ProbeMessage = "pharos.probe.message";
    public const string ReadinessFrom = "pharos.readiness.from";
    public const string ReadinessTo = "pharos.readiness.to";
    public const string Outcome = "pharos.outcome";
    public const string JobTrigger = "pharos.job.trigger";
    public const string JobScheduledTime = "pharos.job.scheduled_time";
    public const string LogSeverityBand = "pharos.log.severity";
    public const string LogDropReason = "pharos.log.drop.reason";
    public const string LogPart = "pharos.log.part";
    public const string HttpRequestMethod = "http.request.method";
    public const string HttpResponseStatusCode = "http.response.status_code";
    public const string ExceptionType = "exception.type";
    public const string ExceptionMessage = "exception.message";
    public const string ExceptionStacktrace = "exception.stacktrace";
    public const string LogTruncatedFrom = "pharos.log.truncated_from";
    public const string SpanCommand = "pharos.command";
}

/// <summary>Span names: operations.</summary>
public static class SpanNames
{
    public const string Start = "pharos.instance.start";
    public const string Stop = "pharos.instance.stop";
    public const string Restart = "pharos.instance.restart";
    public const string Reload = "pharos.instance.reload";
    public const string Adopt = "pharos.instance.adopt";
    public const string ProbeTransition = "pharos.instance.probe_transition";
    public const string AwaitDependencies = "await-dependencies";
    public const string JobRun = "pharos.job.run";
    public const string Resolve = "resolve";
    public const string Backoff = "backoff";
    public const string Spawn = "spawn";
    public const string WaitReady = "wait-ready";
    public const string Signal = "signal";
    public const string Drain = "drain";
    public const string Kill = "kill";
    public const string OtelTest = "pharos.otel.test";
}

/// <summary>Event names: log records with the EventName field, on the instance's resource.</summary>
public static class EventNames
{
    public const string Started = "pharos.instance.started";
    public const string Ready = "pharos.instance.ready";
    public const string Unready = "pharos.instance.unready";
    public const string Exited = "pharos.instance.exited";
    public const string RestartScheduled = "pharos.instance.restart_scheduled";
    public const string GaveUp = "pharos.instance.gave_up";
    public const string Adopted = "pharos.instance.adopted";
    public const string Exception = "pharos.app.exception";

    public static IReadOnlyList<(string Name, string Description)> All { get; } =
    [
        (Started, "A process was spawned."),
        (Ready, "It can do its work."),
        (Unready, "It runs and cannot do its work, and what its probe said."),
        (Exited, "A process ended: code or signal, reason, uptime and the last lines that it printed."),
        (RestartScheduled, "A further process follows, and after which delay."),
        (GaveUp, "Nothing spawns until somebody asks, and why."),
        (Adopted, "A process that outlived its daemon was taken back."),
        (Exception, "The app itself reported an error that was thrown in it, with its stack (`@pm2/io`)."),
    ];
}

/// <summary>The closed sets as the words that go on the wire.</summary>
public static class Words
{
    public static string Of(ExitReason reason) => reason switch
    {
        ExitReason.Success => "success",
        ExitReason.ErrorCode => "error_code",
        ExitReason.Signal => "signal",
        ExitReason.OomKill => "oom_kill",
        ExitReason.MemoryLimit => "memory_limit",
        ExitReason.StopRequested => "stop_requested",
        ExitReason.StopTimeoutKill => "stop_timeout_kill",
        ExitReason.ProbeFailed => "probe_failed",
        ExitReason.SpawnFailed => "spawn_failed",
        ExitReason.Lost => "lost",
    };

    public static string Of(RestartReason reason) => reason switch
    {
        RestartReason.Crash => "crash",
        RestartReason.Exit => "exit",
        RestartReason.MemoryLimit => "memory_limit",
        RestartReason.Probe => "probe",
        RestartReason.Watch => "watch",
        RestartReason.Schedule => "schedule",
        RestartReason.Manual => "manual",
        RestartReason.Reload => "reload",
        RestartReason.Deploy => "deploy",
        RestartReason.Dependency => "dependency",
    };

    public static string Of(Phase phase) => phase switch
    {
        Phase.Stopped => "stopped",
        Phase.Starting => "starting",
        Phase.Running => "running",
        Phase.Stopping => "stopping",
        Phase.BackingOff => "backing_off",
        Phase.Failed => "failed",
    };

    public static string Of(Readiness readiness) => readiness switch
    {
        Readiness.NotReady => "not_ready",
        Readiness.Ready => "ready",
        Readiness.Unready => "unready",
    };

    public static string Of(FailureReason reason) => reason switch
    {
        FailureReason.CrashLoop => "crash_loop",
        FailureReason.SpawnFailed => "spawn_failed",
        FailureReason.NotRestarted => "not_restarted",
        FailureReason.DependencyFailed => "dependency_failed",
    };

    public static string Of(ProbeKind kind) => kind switch
    {
        ProbeKind.Http => "http",
        ProbeKind.Tcp => "tcp",
        ProbeKind.Exec => "exec",
        ProbeKind.Notify => "notify",
        ProbeKind.Log => "log",
        ProbeKind.Ipc => "ipc",
    };

    public static string Of(RunTrigger trigger) => trigger switch
    {
        RunTrigger.Schedule => "schedule",
        RunTrigger.Manual => "manual",
        RunTrigger.Retry => "retry",
    };

    public static string Of(RunOutcome outcome) => outcome switch
    {
        RunOutcome.Success => "success",
        RunOutcome.Failure => "failure",
        RunOutcome.Skipped => "skipped",
        RunOutcome.Deadline => "deadline",
    };

    public static IReadOnlyList<RunOutcome> RunOutcomes { get; } = Enum.GetValues<RunOutcome>();

    public static IReadOnlyList<ExitReason> ExitReasons { get; } = Enum.GetValues<ExitReason>();

    public static IReadOnlyList<RestartReason> RestartReasons { get; } = Enum.GetValues<RestartReason>();

    public static IReadOnlyList<Phase> Phases { get; } = Enum.GetValues<Phase>();
}
