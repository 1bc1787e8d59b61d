using Pharos.Contracts;

namespace Pharos.Client.Wire;

/// <summary>A StartRequest as the daemon reads it. A test holds that ContractsJson reads back the same.</summary>
internal static class StartRequestJson
{
    /// <summary>The body of <c>POST /v1/apps</c>.</summary>
    public static byte[] Write(StartRequest request)
    {
        var json = new JsonText().Begin('{');
        Text(json, "script", request.Script);
        Text(json, "name", request.Name);
        Text(json, "namespace", request.Namespace);
        Array(json, "args", request.Args);
        Text(json, "cwd", request.Cwd);
        Text(json, "interpreter", request.Interpreter);
        Array(json, "interpreterArgs", request.InterpreterArgs);
        Number(json, "instances", request.Instances);
        Map(json, "env", request.Env);
        Array(json, "shellEnv", request.ShellEnv);
        Text(json, "user", request.User);
        Text(json, "group", request.Group);
        Text(json, "umask", request.Umask);
        Number(json, "nice", request.Nice);
        Map(json, "limits", request.Limits);
        Text(json, "stdio", request.Stdio);
        Text(json, "restart", request.Restart);
        json.Name("stopExitCodes").Begin('[');
        foreach (var code in request.StopExitCodes)
        {
            json.Value(code);
        }

        json.End(']');
        Text(json, "minUptime", request.MinUptime);
        Text(json, "restartDelay", request.RestartDelay);
        Text(json, "backoff", request.Backoff);
        Text(json, "backoffCap", request.BackoffCap);
        Number(json, "maxCrashes", request.MaxCrashes);
        Text(json, "crashWindow", request.CrashWindow);
        Text(json, "retryFailed", request.RetryFailed);
        Text(json, "maxMemory", request.MaxMemory);
        Text(json, "cron", request.Cron);
        Text(json, "cronZone", request.CronZone);
        Text(json, "stopSignal", request.StopSignal);
        Text(json, "grace", request.Grace);
        Text(json, "version", request.Version);
        Text(json, "instanceVar", request.InstanceVar);
        Text(json, "numberVar", request.NumberVar);
        Text(json, "incrementVar", request.IncrementVar);
        Flag(json, "injectOtel", request.InjectOtel);
        Probe(json, "ready", request.Ready);
        Probe(json, "live", request.Live);
        json.Name("dependsOn").Begin('[');
        foreach (var dependency in request.DependsOn)
        {
            json.Begin('{');
            Text(json, "app", dependency.App);
            Text(json, "condition", dependency.Condition);
            Flag(json, "restart", dependency.Restart);
            json.End('}');
        }

        json.End(']');
        json.Name("listen").Begin('[');
        foreach (var listen in request.Listen)
        {
            json.Begin('{');
            Text(json, "at", listen.At);
            Text(json, "name", listen.Name);
            Number(json, "backlog", listen.Backlog);
            Flag(json, "reusePort", listen.ReusePort);
            json.End('}');
        }

        json.End(']');
        Watch(json, request.Watch);
        Schedule(json, request.Schedule);
        Text(json, "cluster", request.Cluster);
        Flag(json, "httpStats", request.HttpStats);
        Reload(json, request.Reload);
        Flag(json, "ipc", request.Ipc);
        Text(json, "stopMessage", request.StopMessage);
        Flag(json, "autostart", request.Autostart);
        Map(json, "logs", request.Logs);
        Text(json, "outFile", request.OutFile);
        Text(json, "errFile", request.ErrFile);
        Text(json, "pidFile", request.PidFile);
        Map(json, "annotations", request.Annotations);
        return json.End('}').ToBytes();
    }

    private static void Probe(JsonText json, string name, ProbeRequest? probe)
    {
        if (probe is null)
        {
            return;
        }

        json.Name(name).Begin('{');
        Text(json, "check", probe.Check);
        Text(json, "status", probe.Status);
        Text(json, "body", probe.Body);
        Text(json, "interval", probe.Interval);
        Text(json, "timeout", probe.Timeout);
        Text(json, "startPeriod", probe.StartPeriod);
        Number(json, "failures", probe.Failures);
        Number(json, "successes", probe.Successes);
        Text(json, "deadline", probe.Deadline);
        json.End('}');
    }

    private static void Reload(JsonText json, ReloadRequest? reload)
    {
        if (reload is null)
        {
            return;
        }

        json.Name("reload").Begin('{');
        Text(json, "timeout", reload.Timeout);
        Text(json, "drain", reload.Drain);
        Flag(json, "overlap", reload.Overlap);
        json.End('}');
    }

    private static void Watch(JsonText json, WatchRequest? watch)
    {
        if (watch is null)
        {
            return;
        }

        json.Name("watch").Begin('{');
        Array(json, "paths", watch.Paths);
        Array(json, "ignore", watch.Ignore);
        Text(json, "delay", watch.Delay);
        json.End('}');
    }

    private static void Schedule(JsonText json, ScheduleRequest? schedule)
    {
        if (schedule is null)
        {
            return;
        }

        json.Name("schedule").Begin('{');
        Text(json, "cron", schedule.Cron);
        Text(json, "zone", schedule.Zone);
        Text(json, "overlap", schedule.Overlap);
        Number(json, "history", schedule.History);
        Text(json, "deadline", schedule.Deadline);
        json.End('}');
    }

    private static void Flag(JsonText json, string name, bool? value)
    {
        if (value is { } flag)
        {
            json.Name(name).Value(flag);
        }
    }

    private static void Text(JsonText json, string name, string? value)
    {
        if (value is not null)
        {
            json.Name(name).Value(value);
        }
    }

    private static void Number(JsonText json, string name, int? value)
    {
        if (value is { } number)
        {
            json.Name(name).Value(number);
        }
    }

    private static void Array(JsonText json, string name, IReadOnlyList<string> values)
    {
        json.Name(name).Begin('[');
        foreach (var value in values)
        {
            json.Value(value);
        }

        json.End(']');
    }

    private static void Map(JsonText json, string name, IReadOnlyDictionary<string, string> values)
    {
        json.Name(name).Begin('{');
        foreach (var (key, value) in values)
        {
            json.Name(key).Value(value);
        }

        json.End('}');
    }
}
