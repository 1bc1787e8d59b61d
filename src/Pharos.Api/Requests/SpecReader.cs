using System.Collections.Immutable;
using Pharos.Contracts;
using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Core.Schedules;
using Pharos.Core.Specs;
using Pharos.Supervisor;

namespace Pharos.Api.Requests;

/// <summary>From a start request to an app spec: parse, default, validate everything before anything starts.</summary>
internal sealed partial class SpecReader
{
    private const int MostInstances = 10_000;
    private const int MostAnnotations = 65_536;
    private static readonly string[] LimitNames = ["nofile", "nproc", "core", "as", "fsize", "stack", "data", "memlock", "cputime", "rss"];
    private readonly List<string> _faults = [];

    private SpecReader()
    {
    }

    /// <summary>Reads a request.</summary>
    /// <param name="r">The request.</param>
    /// <param name="now">When it came.</param>
    /// <param name="faults">A line for each fault, naming the key and what is accepted.</param>
    /// <returns>The spec; null when there are faults.</returns>
    public static AppSpec? Read(StartRequest r, DateTimeOffset now, out IReadOnlyList<string> faults)
    {
        var reader = new SpecReader();
        var spec = reader.Read(reader.WithoutNulls(r), now);
        faults = reader._faults;
        return reader._faults.Count == 0 ? spec : null;
    }

    /// <summary>JSON has null where the type says there is none: as if it was not given, or a fault where it must be.</summary>
    private StartRequest WithoutNulls(StartRequest r)
    {
        foreach (var (key, holds) in new (string, bool)[]
        {
            ("args", r.Args?.Any(a => a is null) == true), ("interpreterArgs", r.InterpreterArgs?.Any(a => a is null) == true),
            ("env", r.Env?.Any(e => e.Value is null) == true), ("limits", r.Limits?.Any(l => l.Value is null) == true), ("logs", r.Logs?.Any(l => l.Value is null) == true),
        })
        {
            if (holds)
                _faults.Add($"{key} holds null: write text");
        }

        return r with
        {
            Script = r.Script ?? "",
            Cwd = r.Cwd ?? "",
            Args = [.. (r.Args ?? []).Where(a => a is not null)],
            InterpreterArgs = [.. (r.InterpreterArgs ?? []).Where(a => a is not null)],
            Env = (r.Env ?? new Dictionary<string, string>()).Where(e => e.Value is not null).ToDictionary(),
            Limits = (r.Limits ?? new Dictionary<string, string>()).Where(e => e.Value is not null).ToDictionary(),
            Logs = (r.Logs ?? new Dictionary<string, string>()).Where(e => e.Value is not null).ToDictionary(),
            StopExitCodes = r.StopExitCodes ?? [],
            ShellEnv = [.. (r.ShellEnv ?? []).Where(n => n is not null)],
            Annotations = (r.Annotations ?? new Dictionary<string, string>()).Where(a => a.Value is not null).ToDictionary(),
            DependsOn = [.. (r.DependsOn ?? []).Where(d => d?.App is not null)],
            Listen = [.. (r.Listen ?? []).Where(l => l?.At is not null)],
            Ready = r.Ready is null ? null : r.Ready with { Check = r.Ready.Check ?? "" },
            Live = r.Live is null ? null : r.Live with { Check = r.Live.Check ?? "" },
            Watch = r.Watch is null ? null : r.Watch with { Paths = [.. (r.Watch.Paths ?? []).Where(p => p is not null)], Ignore = [.. (r.Watch.Ignore ?? []).Where(p => p is not null)] },
            Schedule = r.Schedule is null ? null : r.Schedule with { Cron = r.Schedule.Cron ?? "" },
        };
    }

    private AppSpec Read(StartRequest r, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(r.Script))
            _faults.Add("script is empty: name a file or a command");
        if (!r.Cwd.StartsWith('/'))
            _faults.Add($"cwd '{r.Cwd}' is not an absolute path");
        var name = r.Name ?? AppName.OfScript(r.Script);
        if (!Selection.IsAppName(name) && (r.Name is not null || name.Length > 0))
            _faults.Add($"name '{name}' is not usable: letters, digits, dot, dash and underscore, 100 at most, and not 'all'; give one with --name");
        if (r.Instances is < 1 or > MostInstances)
            _faults.Add($"instances {r.Instances} is out of range: 1 to {MostInstances}");
        if (r.Nice is < -20 or > 19)
            _faults.Add($"nice {r.Nice} is out of range: -20 to 19");
        if (r.MaxCrashes is < 0)
            _faults.Add($"max-crashes {r.MaxCrashes} is negative: 0 turns it off");
        foreach (var code in r.StopExitCodes.Where(c => c is < 0 or > 255))
            _faults.Add($"stop-exit-codes {code} is out of range: 0 to 255");
        if (r.Args.Concat(r.InterpreterArgs).Append(r.Script).Append(r.Cwd).Any(a => a.Contains('\0')))
            _faults.Add("script, cwd or an argument holds a NUL, which no process can be given");
        foreach (var (key, value) in r.Env)
        {
            if (key.Length == 0 || key.Contains('=') || key.Contains('\0') || value.Contains('\0'))
                _faults.Add($"env '{key.Replace("\0", "\\0", StringComparison.Ordinal)}' is not a variable that a process can have");
        }

        if (r.Annotations.Sum(a => (long)a.Key.Length + a.Value.Length) > MostAnnotations)
            _faults.Add($"annotations hold more than {MostAnnotations} characters");
        if (r.Schedule is not null && r.DependsOn.Count > 0)
            _faults.Add("dependsOn goes with what runs all the time: a run of a job does not wait; take schedule or dependsOn away");
        var variables = LogVariables(r);
        return new AppSpec
        {
            Name = name,
            Namespace = string.IsNullOrEmpty(r.Namespace) ? "default" : r.Namespace,
            Script = r.Script,
            Args = [.. r.Args],
            Cwd = r.Cwd,
            Interpreter = r.Interpreter,
            InterpreterArgs = [.. r.InterpreterArgs],
            Instances = r.Instances ?? 1,
            Env = r.Env.ToImmutableSortedDictionary(StringComparer.Ordinal),
            ShellEnv = [.. r.ShellEnv],
            User = r.User,
            Group = r.Group,
            Umask = Umask(r.Umask),
            Nice = r.Nice,
            Limits = [.. r.Limits.Where(l => !ResourceNames.Contains(l.Key)).Select(l => Limit(l.Key, l.Value))],
            Resources = Resources(r.Limits),
            Ready = Probe("ready", r.Ready),
            Live = Probe("live", r.Live),
            DependsOn = [.. r.DependsOn.Select(d => Dependency(d, name))],
            Listen = [.. Listen(r)],
            Watch = Watch(r.Watch, r.Cwd),
            Job = Job(r.Schedule),
            Cluster = r.Cluster is null ? null : Choice("cluster", r.Cluster, ClusterBalance.Shared, ("shared", ClusterBalance.Shared), ("round_robin", ClusterBalance.RoundRobin), ("reuseport", ClusterBalance.ReusePort)),
            HttpStats = r.HttpStats,
            Reload = Reload(r),
            Ipc = r.Ipc,
            StopMessage = r.StopMessage is { } stop ? $"\"{System.Text.Json.JsonEncodedText.Encode(stop)}\"" : null,
            Autostart = r.Autostart ?? true,
            Stdin = r.Stdin ?? false,
            Logs = Logs(r, name, variables),
            OutFile = LogFile("outFile", r.OutFile, r.Cwd) ?? UsualFile(variables, r.Cwd, $"{name}-out.log"),
            ErrFile = LogFile("errFile", r.ErrFile, r.Cwd) ?? UsualFile(variables, r.Cwd, $"{name}-error.log"),
            PidFile = LogFile("pidFile", r.PidFile, r.Cwd),
            Annotations = r.Annotations.ToImmutableSortedDictionary(StringComparer.Ordinal),
            MaxMemoryBytes = Size("max-memory", r.MaxMemory),
            CronRestart = Cron(r.Cron),
            CronZone = Zone(r.CronZone),
            Stdio = Choice("stdio", r.Stdio, StdioMode.Spool, ("spool", StdioMode.Spool), ("fifo", StdioMode.Fifo)),
            Version = r.Version,
            InjectOtel = r.InjectOtel ?? true,
            InstanceVar = Variable("instanceVar", r.InstanceVar),
            NumberVar = Variable("numberVar", r.NumberVar),
            IncrementVar = Increment(Variable("incrementVar", r.IncrementVar), r.Env),
            CreatedAt = now,
            Policy = Policy(r),
        };
    }

    private string? Variable(string key, string? name)
    {
        if (name is { Length: 0 } || name?.AsSpan().ContainsAny('=', '\0') == true)
            _faults.Add($"{key} is not the name of a variable: write one without '='");
        return name;
    }

    private string? Increment(string? name, IReadOnlyDictionary<string, string> env)
    {
        if (name is not null && !(env.TryGetValue(name, out var value) && int.TryParse(value, out _)))
            _faults.Add($"incrementVar '{name}' is no whole number in env: give it one");
        return name;
    }

    private TimeSpan Duration(string key, string? text, TimeSpan fallback)
    {
        if (text is null)
            return fallback;
        if (!Durations.TryParse(text, out var value))
            _faults.Add($"{key} '{text}' is not a duration: write 500ms, 5s, 2m, 1h or a number of milliseconds");
        return value;
    }

    private int Signal(string? text, int fallback)
    {
        if (text is null)
            return fallback;
        if (!SignalNames.TryParse(text, out var number))
            _faults.Add($"stop-signal '{text}' is not a signal: write a name such as SIGTERM, or a number from 1 to 64");
        return number;
    }

    private long? Size(string key, string? text)
    {
        if (text is null)
            return null;
        if (Durations.TryParseLimit(text, out var bytes) && bytes is > 0 and < long.MaxValue)
            return (long)bytes;
        _faults.Add($"{key} '{text}' is not a size: write bytes, or 300k, 150m, 1g");
        return null;
    }

    private string? Cron(string? text, string key = "cron")
    {
        if (text is not null && !CronExpression.TryParse(text, out _, out var error))
            _faults.Add($"{key} '{text}' {error}");
        return text;
    }

    private string? Zone(string? text, string key = "cron-zone")
    {
        if (text is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(text, out _))
            _faults.Add($"{key} '{text}' is not a time zone of this machine: write an IANA name such as Europe/Berlin");
        return text;
    }

    private int? Umask(string? text)
    {
        if (text is null)
            return null;
        if (text.Length is > 0 and <= 4 && text.All(c => c is >= '0' and <= '7') && Convert.ToInt32(text, 8) <= 0x1FF)
            return Convert.ToInt32(text, 8);
        _faults.Add($"umask '{text}' is not octal: write it as 022");
        return null;
    }

    private ResourceLimit Limit(string name, string text)
    {
        if (!LimitNames.Contains(name))
            _faults.Add($"limit {name} is not known: use one of {string.Join(", ", LimitNames)}, {string.Join(", ", ResourceNames)}");
        var parts = text.Split(':');
        ulong hard = 0;
        var ok = Durations.TryParseLimit(parts[0], out var soft) && (parts.Length == 1 || (parts.Length == 2 && Durations.TryParseLimit(parts[1], out hard)));
        if (parts.Length == 1)
            hard = soft;
        if (!ok || soft > hard)
            _faults.Add($"limit {name}={text} is not valid: write soft or soft:hard, numbers with k, m, g or 'unlimited', soft not above hard");
        return new ResourceLimit(name == "cputime" ? "cpu" : name, soft, hard);
    }

    private T Choice<T>(string key, string? text, T fallback, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        if (text is null)
            return fallback;
        List<string> words = [];
        foreach (var (word, value) in choices)
        {
            if (word == text)
                return value;
            words.Add(word);
        }

        _faults.Add($"{key} '{text}' is not one of {string.Join(", ", words)}");
        return fallback;
    }
}
