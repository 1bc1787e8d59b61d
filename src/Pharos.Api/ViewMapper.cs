using System.Globalization;
using Pharos.Contracts;
using Pharos.Contracts.Text;
using Pharos.Core.Lifecycle;
using Pharos.Core.Schedules;
using Pharos.Core.Specs;
using Pharos.Core.Specs.Logs;
using Pharos.Supervisor.Actors;
using Pharos.Telemetry.Catalogue;

namespace Pharos.Api;

/// <summary>From the supervisor's snapshots to wire records. Values of environment variables get here only when somebody asks for them.</summary>
internal static class ViewMapper
{
    public static InstanceView Of(InstanceActor actor, AppSpec spec, DateTimeOffset now) => Of(actor, spec, actor.Snapshot, now);

    public static InstanceView Of(InstanceActor actor, AppSpec spec, InstanceSnapshot it, DateTimeOffset now)
    {
        var state = it.State;
        var heard = actor.Heard;
        var traffic = actor.Traffic;
        var sampled = actor.Telemetry.TryGetSample(out var sample, out var cpu) && it.Process is not null;
        return new InstanceView
        {
            App = it.Key.App,
            Index = it.Key.Index,
            Number = it.Number,
            CreatedAt = it.CreatedAt,
            Namespace = spec.Namespace,
            State = Words.Of(state.Phase),
            Readiness = Words.Of(state.Readiness),
            ReadinessReason = state.ReadinessReason,
            Status = state.Status,
            Pid = it.Process?.Pid,
            Incarnation = state.Incarnation,
            Restarts = it.Restarts,
            Crashes = state.Crashes.Count,
            LastRestartReason = it.LastRestart is { } reason ? Words.Of(reason) : null,
            StartedAt = it.StartedAt,
            UptimeSeconds = it.StartedAt is { } at ? Math.Max(0, (now - at).TotalSeconds) : null,
            CpuPercent = sampled && !double.IsNaN(cpu) ? cpu : null,
            MemoryBytes = sampled ? sample.RssBytes : null,
            TreeMemoryBytes = sampled ? sample.TreeRssBytes : null,
            TreeProcesses = sampled ? sample.TreeProcesses : null,
            Limits = LimitText.Of(spec.Resources, it),
            LastExit = it.LastExit is { } exit ? Of(exit) : null,
            Failure = state.Failure is { } failure ? Words.Of(failure) : null,
            Error = state.Error,
            BackoffSeconds = state.Phase == Phase.BackingOff ? state.Backoff.TotalSeconds : null,
            NextRunAt = it.Wanted ? App.NextRun(spec, now) : null,
            OtherPid = actor.OtherPid,
            ReloadError = state.ReloadError,
            RequestsPerSecond = traffic?.PerSecond,
            RequestP95Seconds = traffic?.P95Seconds,
            Channel = heard.Channel,
            Actions = [.. heard.Actions.Select(MessageViews.Of)],
            Measured = MessageViews.Of(heard.Numbers),
            InstanceId = actor.Id.ToString(),
            OutLog = spec.OutFile == LogSpec.NoFile ? LogSpec.NoFile : actor.Log.OutPath, // not where it waits to be shipped
            ErrLog = spec.ErrFile == LogSpec.NoFile ? LogSpec.NoFile : actor.Log.ErrPath,
            PidFile = actor.PidPath,
            User = spec.User,
        };
    }

    public static AppView Of(App app, string? interpreter, DateTimeOffset now, bool withEnv = false)
    {
        var spec = app.Spec;
        var credentials = new Dictionary<string, string>();
        if (spec.User is not null)
            credentials["user"] = spec.User;
        if (spec.Group is not null)
            credentials["group"] = spec.Group;
        if (spec.Umask is { } umask)
            credentials["umask"] = Convert.ToString(umask, 8).PadLeft(3, '0');
        if (spec.Nice is { } nice)
            credentials["nice"] = nice.ToString();
        foreach (var limit in spec.Limits)
            credentials["limit " + limit.Resource] = $"{Limit(limit.Soft)}:{Limit(limit.Hard)}";
        if (spec.Resources.MemoryBytes is { } memory)
            credentials["limit memory"] = Humanize.Bytes(memory);
        if (spec.Resources.CpuPercent is { } cpu)
            credentials["limit cpu"] = string.Create(CultureInfo.InvariantCulture, $"{cpu} % of a core");
        if (spec.Resources.Tasks is { } tasks)
            credentials["limit tasks"] = tasks.ToString(CultureInfo.InvariantCulture);
        return new AppView
        {
            Name = spec.Name,
            Namespace = spec.Namespace,
            Version = spec.Version,
            Script = spec.Script,
            Args = [.. spec.Args],
            Cwd = spec.Cwd,
            Interpreter = interpreter,
            InterpreterArgs = [.. spec.InterpreterArgs],
            EnvNames = [.. spec.Env.Keys],
            Env = withEnv ? spec.Env : null,
            InstanceVar = spec.InstanceVar,
            IncrementVar = spec.IncrementVar,
            Annotations = spec.Annotations,
            Source = spec.Source,
            Autostart = spec.Autostart,
            Stdio = spec.Stdio == StdioMode.Fifo ? "fifo" : "spool",
            Stdin = spec.Stdin,
            RestartMode = spec.Policy.Mode switch { RestartMode.Always => "always", RestartMode.OnFailure => "on-failure", RestartMode.Never => "never" },
            StopSignal = SignalNames.Of(spec.Policy.StopSignal),
            GraceSeconds = spec.Policy.Grace.TotalSeconds,
            MaxMemoryBytes = spec.MaxMemoryBytes,
            Cron = spec.CronRestart,
            CronZone = spec.CronZone,
            Ready = spec.Ready?.Check,
            Live = spec.Live?.Check,
            Listen = [.. spec.Listen.Select(l => l.At)],
            DependsOn = [.. spec.DependsOn.Select(d => d.App)],
            Watch = [.. spec.Watch?.Paths ?? []],
            WatchIgnore = [.. spec.Watch?.Ignore ?? []],
            Job = spec.Job is { } job ? Of(app, job, now) : null,
            Credentials = credentials,
            Logs = LogSettings.Of(spec.Logs),
            CreatedAt = spec.CreatedAt,
            Instances = [.. app.Instances.Select(i => Of(i, spec, now))],
        };
    }

    public static RunView Of(string app, JobRun run) => new()
    {
        App = app,
        Number = run.Number,
        First = run.First,
        Trigger = Words.Of(run.Trigger),
        DueAt = run.DueAt,
        StartedAt = run.StartedAt,
        Index = run.Index,
        Outcome = run.Outcome is { } outcome ? Words.Of(outcome) : null,
        DurationSeconds = run.Duration?.TotalSeconds,
        Reason = run.Reason is { } reason ? Words.Of(reason) : null,
        Code = run.Code,
        Signal = run.Signal,
        SignalName = run.Signal is { } signal ? SignalNames.Of(signal) : null,
        Times = run.Times,
    };

    private static JobView Of(App app, JobSpec job, DateTimeOffset now) => new()
    {
        Cron = job.Cron,
        Zone = job.Zone,
        Overlap = job.Overlap switch { JobOverlap.Forbid => "forbid", JobOverlap.Allow => "allow", JobOverlap.Replace => "replace" },
        DeadlineSeconds = job.Deadline?.TotalSeconds,
        NextRunAt = app.Instances.Any(i => i.Snapshot.Wanted) ? App.NextRun(app.Spec, now) : null,
        Runs = [.. (app.Runs?.Runs ?? []).Reverse().Select(r => Of(app.Spec.Name, r))],
    };

    private static ExitView Of(ExitRecord exit) => new()
    {
        Reason = Words.Of(exit.Reason),
        Code = exit.Status.Code,
        Signal = exit.Status.Signal,
        SignalName = exit.Status.Signal is { } signal ? SignalNames.Of(signal) : null,
        At = exit.At,
        UptimeSeconds = exit.Uptime.TotalSeconds,
        LastLines = exit.LastLines,
    };

    private static string Limit(ulong value) => value == ulong.MaxValue ? "unlimited" : value.ToString();
}
