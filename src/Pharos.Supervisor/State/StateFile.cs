using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Core.Specs.Logs;

namespace Pharos.Supervisor.State;

/// <summary>The state as it stands in the file: plain records, so that the file's form changes only when somebody means it to.</summary>
/// <remarks>Members have setters, not init: generated JSON code gives an init member that the file lacks its type's default and not its initializer,
/// and a file of an earlier version lacks what came later. Test: Members_that_an_older_file_lacks_keep_their_defaults.</remarks>
internal sealed partial record StateFile(StateFile.AppEntry[] Apps, string? BootId = null, int NextNumber = 0)
{
    public static StateFile From(SavedState state) => new([.. state.Apps.Select(a => new AppEntry(
        SpecEntry.From(a.Spec),
        [.. a.Instances.Select(i => new InstanceEntry
        {
            Index = i.Index,
            Number = i.Number,
            CreatedAt = i.CreatedAt,
            Wanted = i.Wanted,
            Incarnation = i.Incarnation,
            Process = i.Process,
            Restarts = i.Restarts.ToDictionary(r => r.Key.ToString(), r => r.Value),
            Exits = i.Exits.ToDictionary(r => r.Key.ToString(), r => r.Value),
            Failure = i.Failure?.ToString(),
            CountersSince = i.CountersSince,
            Counters = i.Counters is null ? null : CountersEntry.From(i.Counters),
            StartedAt = i.StartedAt,
            RestartsShown = i.RestartsShown,
            Run = i.Run is null ? null : RunEntry.From(i.Run),
            LastExit = i.LastExit is null ? null : ExitEntry.From(i.LastExit),
            LastRestart = i.LastRestart?.ToString(),
        })],
        JobRunsEntry.From(a.Job)))], state.BootId, state.NextNumber);

    public SavedState ToState() => new()
    {
        BootId = BootId,
        NextNumber = NextNumber,
        Apps = [.. Apps.Select(a => new SavedApp
        {
            Spec = a.Spec.ToSpec(),
            Instances = [.. a.Instances.Select(i => new SavedInstance
            {
                Index = i.Index,
                Number = i.Number,
                CreatedAt = i.CreatedAt,
                Wanted = i.Wanted,
                Incarnation = i.Incarnation,
                Process = i.Process,
                Restarts = i.Restarts.ToImmutableDictionary(r => Enum.Parse<RestartReason>(r.Key), r => r.Value),
                Exits = i.Exits.ToImmutableDictionary(r => Enum.Parse<ExitReason>(r.Key), r => r.Value),
                Failure = i.Failure is null ? null : Enum.Parse<FailureReason>(i.Failure),
                CountersSince = i.CountersSince,
                Counters = i.Counters?.ToCounters(),
                StartedAt = i.StartedAt,
                RestartsShown = i.RestartsShown,
                Run = i.Run?.ToRun(),
                LastExit = i.LastExit?.ToExit(),
                LastRestart = RunEntry.Parse<RestartReason>(i.LastRestart),
            })],
            Job = a.JobRuns?.ToJob(),
        })],
    };

    internal sealed record AppEntry(SpecEntry Spec, InstanceEntry[] Instances, JobRunsEntry? JobRuns = null);

    internal sealed record InstanceEntry
    {
        public int Index { get; set; }

        public int? Number { get; set; }

        public DateTimeOffset? CreatedAt { get; set; }

        public bool Wanted { get; set; }

        public int Incarnation { get; set; }

        public ProcessIdentity? Process { get; set; }

        public Dictionary<string, long> Restarts { get; set; } = [];

        public Dictionary<string, long> Exits { get; set; } = [];

        public string? Failure { get; set; }

        public DateTimeOffset CountersSince { get; set; }

        public CountersEntry? Counters { get; set; }

        public DateTimeOffset? StartedAt { get; set; }

        public long? RestartsShown { get; set; }

        public RunEntry? Run { get; set; }

        public ExitEntry? LastExit { get; set; }

        public string? LastRestart { get; set; }
    }

    internal sealed record SpecEntry
    {
        public required string Name { get; set; }

        public required string Namespace { get; set; }

        public required string Script { get; set; }

        public string[] Args { get; set; } = [];

        public required string Cwd { get; set; }

        public string? Interpreter { get; set; }

        public string[] InterpreterArgs { get; set; } = [];

        public int Instances { get; set; } = 1;

        public Dictionary<string, string> Env { get; set; } = [];

        public string? User { get; set; }

        public string? Group { get; set; }

        public int? Umask { get; set; }

        public int? Nice { get; set; }

        public ResourceLimit[] Limits { get; set; } = [];

        public long? MaxMemoryBytes { get; set; }

        public string? CronRestart { get; set; }

        public string? CronZone { get; set; }

        public string Stdio { get; set; } = nameof(StdioMode.Spool);

        public required PolicyEntry Policy { get; set; }

        public string? Version { get; set; }

        public bool InjectOtel { get; set; } = true;

        public string? InstanceVar { get; set; }

        public string? IncrementVar { get; set; }

        public ProbeEntry? Ready { get; set; }

        public ProbeEntry? Live { get; set; }

        public DependencyEntry[] DependsOn { get; set; } = [];

        public WatchEntry? Watch { get; set; }

        public long? MemoryBytes { get; set; }

        public double? CpuPercent { get; set; }

        public long? Tasks { get; set; }

        public JobEntry? Job { get; set; }

        public bool? Ipc { get; set; }

        public string? StopMessage { get; set; }

        public string? Cluster { get; set; }

        public ListenSpec[] Listen { get; set; } = [];

        public bool? HttpStats { get; set; }

        public ReloadEntry? Reload { get; set; }

        public bool Autostart { get; set; } = true;

        public Dictionary<string, string> Logs { get; set; } = [];

        public string? OutFile { get; set; }

        public string? ErrFile { get; set; }

        public string? PidFile { get; set; }

        public string? NumberVar { get; set; }

        public bool Stdin { get; set; }

        public Dictionary<string, string> Annotations { get; set; } = [];

        public string[] ShellEnv { get; set; } = [];

        public string? Source { get; set; }

        public DateTimeOffset CreatedAt { get; set; }

        public static SpecEntry From(AppSpec s) => new()
        {
            Name = s.Name,
            Namespace = s.Namespace,
            Script = s.Script,
            Args = [.. s.Args],
            Cwd = s.Cwd,
            Interpreter = s.Interpreter,
            InterpreterArgs = [.. s.InterpreterArgs],
            Instances = s.Instances,
            Env = new Dictionary<string, string>(s.Env),
            User = s.User,
            Group = s.Group,
            Umask = s.Umask,
            Nice = s.Nice,
            Limits = [.. s.Limits],
            MaxMemoryBytes = s.MaxMemoryBytes,
            CronRestart = s.CronRestart,
            CronZone = s.CronZone,
            Stdio = s.Stdio.ToString(),
            Policy = PolicyEntry.From(s.Policy),
            Version = s.Version,
            InjectOtel = s.InjectOtel,
            InstanceVar = s.InstanceVar,
            IncrementVar = s.IncrementVar,
            Ready = ProbeEntry.From(s.Ready),
            Live = ProbeEntry.From(s.Live),
            DependsOn = [.. s.DependsOn.Select(d => new DependencyEntry(d.App, d.Condition.ToString(), d.Restart))],
            Watch = s.Watch is { } w ? new([.. w.Paths], [.. w.Ignore], w.Delay.TotalMilliseconds) : null,
            MemoryBytes = s.Resources.MemoryBytes,
            CpuPercent = s.Resources.CpuPercent,
            Tasks = s.Resources.Tasks,
            Job = s.Job is { } j ? new(j.Cron, j.Zone, j.Overlap.ToString(), j.History, j.Deadline?.TotalMilliseconds) : null,
            Ipc = s.Ipc,
            StopMessage = s.StopMessage,
            Cluster = s.Cluster?.ToString(),
            Listen = [.. s.Listen],
            HttpStats = s.HttpStats,
            Reload = new(s.Reload.Timeout.TotalMilliseconds, s.Reload.Drain.TotalMilliseconds, s.Reload.Overlap),
            Autostart = s.Autostart,
            Logs = new(LogSettings.Of(s.Logs)),
            OutFile = s.OutFile,
            ErrFile = s.ErrFile,
            PidFile = s.PidFile,
            NumberVar = s.NumberVar,
            Stdin = s.Stdin,
            Annotations = new Dictionary<string, string>(s.Annotations),
            ShellEnv = [.. s.ShellEnv],
            Source = s.Source,
            CreatedAt = s.CreatedAt,
        };

        public AppSpec ToSpec() => new()
        {
            Name = Name,
            Namespace = Namespace,
            Script = Script,
            Args = [.. Args],
            Cwd = Cwd,
            Interpreter = Interpreter,
            InterpreterArgs = [.. InterpreterArgs],
            Instances = Instances,
            Env = Env.ToImmutableSortedDictionary(StringComparer.Ordinal),
            User = User,
            Group = Group,
            Umask = Umask,
            Nice = Nice,
            Limits = [.. Limits],
            MaxMemoryBytes = MaxMemoryBytes,
            CronRestart = CronRestart,
            CronZone = CronZone,
            Stdio = Enum.Parse<StdioMode>(Stdio),
            Policy = Policy.ToPolicy(),
            Version = Version,
            InjectOtel = InjectOtel,
            InstanceVar = InstanceVar,
            IncrementVar = IncrementVar,
            Ready = Ready?.ToProbe(),
            Live = Live?.ToProbe(),
            DependsOn = [.. DependsOn.Select(d => new Dependency(d.App, Enum.Parse<DependencyCondition>(d.Condition), d.Restart))],
            Watch = Watch is { } w ? new WatchSpec { Paths = [.. w.Paths], Ignore = [.. w.Ignore], Delay = TimeSpan.FromMilliseconds(w.Delay) } : null,
            Resources = new ResourceSpec { MemoryBytes = MemoryBytes, CpuPercent = CpuPercent, Tasks = Tasks },
            Job = Job is { } j ? new JobSpec { Cron = j.Cron, Zone = j.Zone, Overlap = Enum.Parse<JobOverlap>(j.Overlap), History = j.History, Deadline = j.Deadline is { } ms ? TimeSpan.FromMilliseconds(ms) : null } : null,
            Ipc = Ipc,
            StopMessage = StopMessage,
            Cluster = RunEntry.Parse<ClusterBalance>(Cluster),
            Listen = [.. Listen],
            HttpStats = HttpStats,
            Reload = Reload is { } reload ? new ReloadSpec { Timeout = TimeSpan.FromMilliseconds(reload.Timeout), Drain = TimeSpan.FromMilliseconds(reload.Drain), Overlap = reload.Overlap } : new(),
            Autostart = Autostart,
            Logs = LogSettings.Read(Logs),
            OutFile = OutFile,
            ErrFile = ErrFile,
            PidFile = PidFile,
            NumberVar = NumberVar,
            Stdin = Stdin,
            Annotations = Annotations.ToImmutableSortedDictionary(StringComparer.Ordinal),
            ShellEnv = [.. ShellEnv],
            Source = Source,
            CreatedAt = CreatedAt,
        };
    }

    /// <summary>Durations are milliseconds.</summary>
    internal sealed record ReloadEntry(double Timeout, double Drain, bool? Overlap);

    /// <summary>Durations are milliseconds.</summary>
    internal sealed record PolicyEntry
    {
        public required string Mode { get; set; }

        public int[] StopExitCodes { get; set; } = [];

        public double MinUptime { get; set; }

        public double RestartDelay { get; set; }

        public double BackoffBase { get; set; }

        public double BackoffCap { get; set; }

        public double Jitter { get; set; }

        public double HealthyAfter { get; set; }

        public int MaxCrashes { get; set; }

        public double CrashWindow { get; set; }

        public double? RetryFailedAfter { get; set; }

        public double Grace { get; set; }

        public int StopSignal { get; set; }

        public static PolicyEntry From(RestartPolicy p) => new()
        {
            Mode = p.Mode.ToString(),
            StopExitCodes = [.. p.StopExitCodes],
            MinUptime = p.MinUptime.TotalMilliseconds,
            RestartDelay = p.RestartDelay.TotalMilliseconds,
            BackoffBase = p.BackoffBase.TotalMilliseconds,
            BackoffCap = p.BackoffCap.TotalMilliseconds,
            Jitter = p.Jitter,
            HealthyAfter = p.HealthyAfter.TotalMilliseconds,
            MaxCrashes = p.MaxCrashes,
            CrashWindow = p.CrashWindow.TotalMilliseconds,
            RetryFailedAfter = p.RetryFailedAfter?.TotalMilliseconds,
            Grace = p.Grace.TotalMilliseconds,
            StopSignal = p.StopSignal,
        };

        public RestartPolicy ToPolicy() => new()
        {
            Mode = Enum.Parse<RestartMode>(Mode),
            StopExitCodes = [.. StopExitCodes],
            MinUptime = TimeSpan.FromMilliseconds(MinUptime),
            RestartDelay = TimeSpan.FromMilliseconds(RestartDelay),
            BackoffBase = TimeSpan.FromMilliseconds(BackoffBase),
            BackoffCap = TimeSpan.FromMilliseconds(BackoffCap),
            Jitter = Jitter,
            HealthyAfter = TimeSpan.FromMilliseconds(HealthyAfter),
            MaxCrashes = MaxCrashes,
            CrashWindow = TimeSpan.FromMilliseconds(CrashWindow),
            RetryFailedAfter = RetryFailedAfter is { } later ? TimeSpan.FromMilliseconds(later) : null,
            Grace = TimeSpan.FromMilliseconds(Grace),
            StopSignal = StopSignal,
        };
    }
}

/// <summary>Source-generated JSON of the state file.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StateFile))]
internal sealed partial class StateJson : JsonSerializerContext;
