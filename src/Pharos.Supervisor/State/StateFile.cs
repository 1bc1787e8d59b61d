using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;

namespace Pharos.Supervisor.State;

/// <summary>The state as it stands in the file: plain records, so that the file's form changes only when somebody means it to.</summary>
internal sealed record StateFile(StateFile.AppEntry[] Apps, string? BootId = null)
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
            StartedAt = i.StartedAt,
            Run = i.Run is null ? null : RunEntry.From(i.Run),
            LastExit = i.LastExit is null ? null : ExitEntry.From(i.LastExit),
            LastRestart = i.LastRestart?.ToString(),
        })]))], state.BootId);

    public SavedState ToState() => new()
    {
        BootId = BootId,
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
                StartedAt = i.StartedAt,
                Run = i.Run?.ToRun(),
                LastExit = i.LastExit?.ToExit(),
                LastRestart = RunEntry.Parse<RestartReason>(i.LastRestart),
            })],
        })],
    };

    internal sealed record AppEntry(SpecEntry Spec, InstanceEntry[] Instances);

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

        public DateTimeOffset? StartedAt { get; init; }

        public RunEntry? Run { get; init; }

        public ExitEntry? LastExit { get; init; }

        public string? LastRestart { get; init; }
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
