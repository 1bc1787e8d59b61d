using Pharos.Core.Specs;
using Pharos.Core.Specs.Logs;

namespace Pharos.Supervisor.Apply;

/// <summary>From what is and what is wanted to what is to be done. Pure.</summary>
public static class ApplyPlan
{
    /// <summary>Makes the plan.</summary>
    /// <param name="current">What there is.</param>
    /// <param name="wanted">What the file says; each name once.</param>
    /// <param name="source">The file.</param>
    /// <param name="start">Whether unchanged apps that do not run are started.</param>
    /// <param name="prune">Which apps of the same file are deleted when they are not in it; null: none.</param>
    /// <returns>One change for each app that is meant, by name.</returns>
    public static IReadOnlyList<AppChange> Compute(IReadOnlyDictionary<string, CurrentApp> current, IReadOnlyList<AppSpec> wanted, string source, bool start, Func<string, bool>? prune)
    {
        var changes = wanted.Select(spec => Of(current.GetValueOrDefault(spec.Name), spec, start));
        var gone = prune is null ? [] : current.Values
            .Where(c => c.Spec.Source == source && prune(c.Spec.Name) && wanted.All(w => w.Name != c.Spec.Name))
            .Select(c => new AppChange(c.Spec.Name, ChangeKind.Delete, [], c.Spec.Instances, 0, null));
        return [.. changes.Concat(gone).OrderBy(c => c.Name, StringComparer.Ordinal)];
    }

    /// <summary>Names of what differs between two specs of an app, the number of instances left out.</summary>
    /// <param name="a">Before.</param>
    /// <param name="b">After.</param>
    /// <returns>Names as the configuration file has them; empty exactly when the specs are equal but for the instances.</returns>
    public static IReadOnlyList<string> Differences(AppSpec a, AppSpec b)
    {
        List<string> names = [];
        void Differ(string name, bool differs)
        {
            if (differs)
                names.Add(name);
        }

        Differ("namespace", a.Namespace != b.Namespace);
        Differ("script", a.Script != b.Script);
        Differ("args", a.Args != b.Args);
        Differ("cwd", a.Cwd != b.Cwd);
        Differ("interpreter", a.Interpreter != b.Interpreter);
        Differ("interpreter_args", a.InterpreterArgs != b.InterpreterArgs);
        Differ("user", a.User != b.User);
        Differ("group", a.Group != b.Group);
        Differ("umask", a.Umask != b.Umask);
        Differ("nice", a.Nice != b.Nice);
        Differ("limits", a.Limits != b.Limits);
        Differ("stdio", a.Stdio != b.Stdio);
        Differ("stdin", a.Stdin != b.Stdin);
        Differ("version", a.Version != b.Version);
        Differ("otel.inject", a.InjectOtel != b.InjectOtel);
        Differ("instance_var", a.InstanceVar != b.InstanceVar);
        Differ("number_var", a.NumberVar != b.NumberVar);
        Differ("increment_var", a.IncrementVar != b.IncrementVar);
        Differ("autorestart", a.Policy.Mode != b.Policy.Mode);
        Differ("stop_exit_codes", a.Policy.StopExitCodes != b.Policy.StopExitCodes);
        Differ("min_uptime", a.Policy.MinUptime != b.Policy.MinUptime);
        Differ("restart_delay", a.Policy.RestartDelay != b.Policy.RestartDelay);
        Differ("exp_backoff_restart_delay", a.Policy.BackoffBase != b.Policy.BackoffBase);
        Differ("backoff_cap", a.Policy.BackoffCap != b.Policy.BackoffCap);
        Differ("max_restarts", a.Policy.MaxCrashes != b.Policy.MaxCrashes);
        Differ("crash_window", a.Policy.CrashWindow != b.Policy.CrashWindow);
        Differ("kill_timeout", a.Policy.Grace != b.Policy.Grace);
        Differ("retry_failed", a.Policy.RetryFailedAfter != b.Policy.RetryFailedAfter);
        Differ("max_memory_restart", a.MaxMemoryBytes != b.MaxMemoryBytes);
        Differ("cron_restart", a.CronRestart != b.CronRestart);
        Differ("cron_zone", a.CronZone != b.CronZone);
        Differ("ready", a.Ready != b.Ready);
        Differ("live", a.Live != b.Live);
        Differ("depends_on", a.DependsOn != b.DependsOn);
        Differ("watch", a.Watch != b.Watch);
        Differ("limits.memory", a.Resources.MemoryBytes != b.Resources.MemoryBytes);
        Differ("limits.cpu", a.Resources.CpuPercent != b.Resources.CpuPercent);
        Differ("limits.tasks", a.Resources.Tasks != b.Resources.Tasks);
        Differ("schedule", a.Job != b.Job);
        Differ("autostart", a.Autostart != b.Autostart);
        Differ("out_file", a.OutFile != b.OutFile);
        Differ("error_file", a.ErrFile != b.ErrFile);
        foreach (var setting in LogSettings.All)
            Differ("logs." + setting.Key, setting.Get(a.Logs) != setting.Get(b.Logs));
        Differ("pid_file", a.PidFile != b.PidFile);
        Differ("stop.signal", a.Policy.StopSignal != b.Policy.StopSignal);
        // What came along from the shell differs from terminal to terminal (XDG_SESSION_ID): that alone restarts nothing.
        bool Declared(AppSpec spec, string name) => spec.Env.ContainsKey(name) && !spec.ShellEnv.Contains(name);
        foreach (var name in a.Env.Keys.Union(b.Env.Keys).Where(n => Declared(a, n) || Declared(b, n)).Order(StringComparer.Ordinal))
        {
            var (was, now) = (a.Env.GetValueOrDefault(name), b.Env.GetValueOrDefault(name));
            Differ(was is null ? "env +" + name : now is null ? "env -" + name : "env " + name, was != now);
        }

        // Whatever a later hand adds to the spec and forgets here still counts as a change.
        Differ("settings", names.Count == 0 && a != b with { Instances = a.Instances, Env = a.Env });
        return names;
    }

    private static AppChange Of(CurrentApp? current, AppSpec wanted, bool start)
    {
        if (current is not { Spec: var spec })
            return new(wanted.Name, ChangeKind.Create, [], 0, wanted.Instances, wanted);
        var fields = Differences(spec, wanted);
        var kind = fields.Count > 0 ? ChangeKind.Update
            : spec.Instances != wanted.Instances ? ChangeKind.Scale
            : start && wanted.Autostart && !current.AllUp ? ChangeKind.Start
            : ChangeKind.Unchanged;
        return new(wanted.Name, kind, fields, spec.Instances, wanted.Instances, wanted with { CreatedAt = spec.CreatedAt });
    }
}
