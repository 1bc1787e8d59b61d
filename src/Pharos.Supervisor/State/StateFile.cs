using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;

namespace Pharos.Supervisor.State;

/// <summary>The state as it stands in the file: plain records, so that the file's form changes only when somebody means it to.</summary>
internal sealed partial record StateFile(StateFile.AppEntry[] Apps)
{
    public static StateFile From(SavedState state) => new([.. state.Apps.Select(a => new AppEntry(
        SpecEntry.From(a.Spec),
        [.. a.Instances.Select(i => new InstanceEntry
        {
            Index = i.Index,
            Wanted = i.Wanted,
            Incarnation = i.Incarnation,
            Process = i.Process,
            Restarts = i.Restarts.ToDictionary(r => r.Key.ToString(), r => r.Value),
            Exits = i.Exits.ToDictionary(r => r.Key.ToString(), r => r.Value),
            Failure = i.Failure?.ToString(),
            CountersSince = i.CountersSince,
        })],
        JobRunsEntry.From(a.Job)))]);

    public SavedState ToState() => new()
    {
        Apps = [.. Apps.Select(a => new SavedApp
        {
            Spec = a.Spec.ToSpec(),
            Instances = [.. a.Instances.Select(i => new SavedInstance
            {
                Index = i.Index,
                Wanted = i.Wanted,
                Incarnation = i.Incarnation,
                Process = i.Process,
                Restarts = i.Restarts.ToImmutableDictionary(r => Enum.Parse<RestartReason>(r.Key), r => r.Value),
                Exits = i.Exits.ToImmutableDictionary(r => Enum.Parse<ExitReason>(r.Key), r => r.Value),
                Failure = i.Failure is null ? null : Enum.Parse<FailureReason>(i.Failure),
                CountersSince = i.CountersSince,
            })],
            Job = a.JobRuns?.ToJob(),
        })],
    };

    internal sealed record AppEntry(SpecEntry Spec, InstanceEntry[] Instances, JobRunsEntry? JobRuns = null);

    internal sealed record InstanceEntry
    {
        public int Index { get; init; }

        public bool Wanted { get; init; }

        public int Incarnation { get; init; }

        public ProcessIdentity? Process { get; init; }

        public Dictionary<string, long> Restarts { get; init; } = [];

        public Dictionary<string, long> Exits { get; init; } = [];

        public string? Failure { get; init; }

        public DateTimeOffset CountersSince { get; init; }
    }

    internal sealed record SpecEntry
    {
        public required string Name { get; init; }

        public required string Namespace { get; init; }

        public required string Script { get; init; }

        public string[] Args { get; init; } = [];

        public required string Cwd { get; init; }

        public string? Interpreter { get; init; }

        public string[] InterpreterArgs { get; init; } = [];

        public int Instances { get; init; } = 1;

        public Dictionary<string, string> Env { get; init; } = [];

        public string? User { get; init; }

        public string? Group { get; init; }

        public int? Umask { get; init; }

        public int? Nice { get; init; }

        public ResourceLimit[] Limits { get; init; } = [];

        public long? MaxMemoryBytes { get; init; }

        public string? CronRestart { get; init; }

        public string? CronZone { get; init; }

        public string Stdio { get; init; } = nameof(StdioMode.Spool);

        public required PolicyEntry Policy { get; init; }

        public string? Version { get; init; }

        public bool InjectOtel { get; init; } = true;

        public string? InstanceVar { get; init; }

        public string? IncrementVar { get; init; }

        public ProbeEntry? Ready { get; init; }

        public ProbeEntry? Live { get; init; }

        public DependencyEntry[] DependsOn { get; init; } = [];

        public WatchEntry? Watch { get; init; }

        public long? MemoryBytes { get; init; }

        public double? CpuPercent { get; init; }

        public long? Tasks { get; init; }

        public JobEntry? Job { get; init; }

        public bool Autostart { get; init; } = true;

        public string? OutFile { get; init; }

        public string? ErrFile { get; init; }

        public string[] ShellEnv { get; init; } = [];

        public string? Source { get; init; }

        public DateTimeOffset CreatedAt { get; init; }

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
            Autostart = s.Autostart,
            OutFile = s.OutFile,
            ErrFile = s.ErrFile,
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
            Autostart = Autostart,
            OutFile = OutFile,
            ErrFile = ErrFile,
            ShellEnv = [.. ShellEnv],
            Source = Source,
            CreatedAt = CreatedAt,
        };
    }

    /// <summary>Durations are milliseconds.</summary>
    internal sealed record PolicyEntry
    {
        public required string Mode { get; init; }

        public int[] StopExitCodes { get; init; } = [];

        public double MinUptime { get; init; }

        public double RestartDelay { get; init; }

        public double BackoffBase { get; init; }

        public double BackoffCap { get; init; }

        public double Jitter { get; init; }

        public double HealthyAfter { get; init; }

        public int MaxCrashes { get; init; }

        public double CrashWindow { get; init; }

        public double? RetryFailedAfter { get; init; }

        public double Grace { get; init; }

        public int StopSignal { get; init; }

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
