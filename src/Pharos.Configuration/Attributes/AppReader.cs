using Pharos.Configuration.Syntax;
using Pharos.Configuration.Variables;
using Pharos.Contracts;
using Pharos.Contracts.Text;
using Pharos.Core.Identity;

namespace Pharos.Configuration.Attributes;

/// <summary>Reads one app. Every attribute is looked at, whatever was wrong before.</summary>
internal sealed partial class AppReader(Node.Mapping app, string path, string folder, ConfigurationOptions options, Reporter reporter)
{
    private const string Profiled = "env_";
    private readonly Dictionary<string, Member> _members = [];
    private readonly HashSet<string> _removed = []; // variables that the file takes away

    /// <summary>Names of the attributes that were asked for: a test holds that these are the supported ones.</summary>
    internal HashSet<string> Asked { get; } = [];

    /// <summary>NAME of <c>env_NAME</c>.</summary>
    /// <returns>Null for every other key.</returns>
    public static string? ProfileOf(string key) =>
        key.StartsWith(Profiled, StringComparison.Ordinal) && key.Length > Profiled.Length && AttributeTable.Find(AttributeTable.All, key) is null ? key[Profiled.Length..] : null;

    /// <summary>Reads it.</summary>
    /// <returns>The request; null when it has no usable script or name. Faults went to the reporter.</returns>
    public StartRequest? Read()
    {
        var before = reporter.Count;
        Sort(app, AttributeTable.All, path, _members);
        var script = Get("script", Values.Text, AttributeKind.Text);
        if (script is null && !_members.ContainsKey("script"))
            reporter.Fault(app.Line, $"{path}.script", "is missing; accepted: a path or a command");
        if (string.IsNullOrWhiteSpace(script) && script is not null)
            reporter.Fault(_members["script"].Line, Path("script"), "is blank; accepted: a path or a command");
        var name = NameFor(script);
        var cwd = Get("cwd", Values.Text, AttributeKind.Text);
        var stop = Part("stop");
        var signal = Inner(stop, "stop", "signal", Values.Signal, AttributeKind.Signal);
        var grace = Inner(stop, "stop", "grace", Values.Duration, AttributeKind.Duration);
        var killTimeout = Get("kill_timeout", Values.Duration, AttributeKind.Duration);
        var env = Env(out var shell);
        var request = new StartRequest
        {
            Script = script ?? "",
            Name = name,
            Namespace = Get("namespace", Values.Name, AttributeKind.Name),
            Version = Get("version", Values.Name, AttributeKind.Name),
            Cwd = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(cwd ?? ".", folder)),
            Args = Get("args", Values.Words, AttributeKind.Words) ?? [],
            Interpreter = Get("interpreter", Values.Text, AttributeKind.Text),
            InterpreterArgs = Get("interpreter_args", Values.Words, AttributeKind.Words) ?? [],
            Instances = Number("instances", n => Values.Instances(n, options.Processors), AttributeKind.Instances),
            Env = env,
            ShellEnv = shell,
            InstanceVar = Get("instance_var", Values.VariableName, AttributeKind.VariableName),
            IncrementVar = Get("increment_var", Values.VariableName, AttributeKind.VariableName),
            Restart = Get("autorestart", Values.Restart, AttributeKind.Restart),
            StopExitCodes = Get("stop_exit_codes", Values.ExitCodes, AttributeKind.ExitCodes) ?? [],
            MinUptime = Get("min_uptime", Values.Duration, AttributeKind.Duration),
            MaxCrashes = Number("max_restarts", n => Values.Whole(n, 0, int.MaxValue), AttributeKind.Number),
            CrashWindow = Get("crash_window", Values.Duration, AttributeKind.Duration),
            RestartDelay = Get("restart_delay", Values.Duration, AttributeKind.Duration),
            Backoff = Get("exp_backoff_restart_delay", Values.Duration, AttributeKind.Duration),
            BackoffCap = Get("backoff_cap", Values.Duration, AttributeKind.Duration),
            RetryFailed = Get("retry_failed", Values.Duration, AttributeKind.Duration),
            MaxMemory = Get("max_memory_restart", Values.Size, AttributeKind.Size),
            Cron = Get("cron_restart", Values.Cron, AttributeKind.Cron) is { } cron && cron != "0" ? cron : null,
            CronZone = Get("cron_zone", Values.Zone, AttributeKind.Zone),
            Grace = grace ?? killTimeout,
            StopSignal = signal,
            User = Get("user", Values.Name, AttributeKind.Name),
            Group = Get("group", Values.Name, AttributeKind.Name),
            Umask = Get("umask", Values.Umask, AttributeKind.Umask),
            Nice = Number("nice", n => Values.Whole(n, -20, 19), AttributeKind.Nice),
            Limits = Limits(),
            Stdio = Get("stdio", Values.Stdio, AttributeKind.Stdio),
            Ready = Ready(),
            Live = Probe("live"),
            DependsOn = Dependencies(),
            Listen = Listen(),
            Watch = Watch(),
            Schedule = Schedule(),
            Ipc = Flag("ipc"),
            StopMessage = StopMessage(stop),
            Cluster = Cluster(),
            HttpStats = Flag("http_stats"),
            Reload = Reload(),
            Autostart = Get("autostart", n => Values.Flag(n)?.ToString(), AttributeKind.Flag) is { } auto ? auto == bool.TrueString : null,
            Logs = Logs(),
            OutFile = LogFile("out_file", "out"),
            ErrFile = LogFile("error_file", "err"),
            InjectOtel = Inner(Part("otel"), "otel", "inject", n => Values.Flag(n)?.ToString(), AttributeKind.Flag) is { } inject ? inject == bool.TrueString : null,
        };
        CheckIncrement(request);
        if (request is { Schedule: not null, DependsOn.Count: > 0 })
            reporter.Fault(_members["depends_on"].Line, Path("depends_on"), "goes with what runs all the time, and a run of a job does not wait; accepted: schedule or depends_on");
        CheckSchedule(request);
        return reporter.Count == before ? request : null;
    }

    private string Path(string key) => $"{path}.{(_members.TryGetValue(key, out var member) ? member.Key : key)}";

    /// <summary>Puts each key to its attribute; says which are unknown, come twice, or have no effect.</summary>
    private void Sort(Node.Mapping from, AppAttribute[] table, string prefix, Dictionary<string, Member> into)
    {
        foreach (var member in from.Members)
        {
            if (member.Key == "$schema")
                continue; // for editors
            var key = $"{prefix}.{member.Key}";
            if (table == AttributeTable.All && ProfileOf(member.Key) is not null)
            {
                if (member.Value is not Node.Mapping)
                    reporter.Wrong(member.Value, key, AttributeKind.Variables);
                continue;
            }

            if (AttributeTable.Find(table, member.Key) is not { } attribute)
            {
                var supported = table.Where(a => a.Supported).SelectMany(a => a.Spellings).ToList();
                reporter.Fault(member.Line, key, $"is unknown{Nearest.DidYouMean(member.Key, table.SelectMany(a => a.Spellings))}; accepted: {(table == AttributeTable.All ? "an attribute of docs/configuration.md" : string.Join(", ", supported))}");
            }
            else if (!attribute.Supported)
            {
                if (!(member.Value is Node.Scalar value && attribute.Harmless.Contains(value.Text)))
                    reporter.Warn(member.Line, key, "is not supported yet, ignored");
            }
            else if (!into.TryAdd(attribute.Name, member))
            {
                reporter.Fault(member.Line, key, $"says the same as {into[attribute.Name].Key}; accepted: one of them");
            }
        }
    }

    private T? Get<T>(string name, Func<Node, T?> read, AttributeKind kind)
        where T : class
    {
        Asked.Add(name);
        if (!_members.TryGetValue(name, out var member) || member.Value is Node.Scalar { Kind: ScalarKind.Null })
            return null;
        var value = read(member.Value);
        if (value is null)
            reporter.Wrong(At(member), Path(name), kind);
        return value;
    }

    private int? Number(string name, Func<Node, int?> read, AttributeKind kind) => Get(name, n => read(n)?.ToString(), kind) is { } text ? int.Parse(text) : null;

    // A value in a YAML block may begin on the line after its key; the key is what the user looks for.
    private static Node At(Member member) => member.Value with { Line = member.Line };

    private Dictionary<string, Member>? Part(string name)
    {
        Asked.Add(name);
        if (!_members.TryGetValue(name, out var member) || member.Value is Node.Scalar { Kind: ScalarKind.Null })
            return null;
        if (member.Value is not Node.Mapping parts)
        {
            reporter.Wrong(At(member), Path(name), AttributeKind.Parts);
            return null;
        }

        var sorted = new Dictionary<string, Member>();
        Sort(parts, AttributeTable.Find(AttributeTable.All, name)!.Parts, Path(name), sorted);
        return sorted;
    }

    private string? Inner(Dictionary<string, Member>? part, string name, string key, Func<Node, string?> read, AttributeKind kind)
    {
        if (part is null || !part.TryGetValue(key, out var member) || member.Value is Node.Scalar { Kind: ScalarKind.Null })
            return null;
        var value = read(member.Value);
        if (value is null)
            reporter.Wrong(At(member), $"{Path(name)}.{member.Key}", kind);
        return value;
    }

    private string NameFor(string? script)
    {
        var given = Get("name", Values.Name, AttributeKind.Name);
        var prefix = Get("name_prefix", Values.Name, AttributeKind.Name);
        var append = Get("append_env_to_name", n => Values.Flag(n)?.ToString(), AttributeKind.Flag) == bool.TrueString && options.Profile is not null;
        if (given is null && (script is null || _members.ContainsKey("name")))
            return ""; // said already
        var name = $"{(prefix is null ? "" : prefix + "-")}{given ?? AppName.OfScript(script!)}{(append ? "-" + options.Profile : "")}";
        if (!AppName.IsUsable(name) || name == "all")
        {
            var line = _members.GetValueOrDefault("name")?.Line ?? _members.GetValueOrDefault("script")?.Line ?? app.Line;
            reporter.Fault(line, $"{path}.name", $"'{name}' cannot be an app's name; accepted: letters, digits, dot, dash and underscore, 100 at most, and not 'all'");
        }

        return name;
    }

    private Dictionary<string, string> Limits()
    {
        var limits = new Dictionary<string, string>();
        var part = Part("limits");
        foreach (var name in part?.Keys.ToList() ?? [])
        {
            var attribute = Array.Find(AttributeTable.Find(AttributeTable.All, "limits")!.Parts, a => a.Name == name)!;
            if (Inner(part, "limits", name, n => LimitOf(n, attribute.Kind), attribute.Kind) is { } limit)
                limits[name == "files" ? "nofile" : name] = limit;
        }

        return limits;
    }

    /// <summary>Shell, env_file, env, env_PROFILE, command line: each wins over those before it.</summary>
    private SortedDictionary<string, string> Env(out IReadOnlyList<string> fromShell)
    {
        var env = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in FromFiles())
            env[name] = value;
        if (Number("port", n => Values.Whole(n, 1, 65535), AttributeKind.Port) is { } port)
            env["PORT"] = port.ToString();
        Lay(env, Get("env", n => n as Node.Mapping, AttributeKind.Variables), "env");
        if (options.Profile is { } profile && app.Find(Profiled + profile) is Node.Mapping over)
            Lay(env, over, Profiled + profile);
        foreach (var (name, value) in options.CommandEnv)
            env[name] = value;
        var shell = Filtered();
        fromShell = [.. shell.Keys.Where(n => !env.ContainsKey(n) && !_removed.Contains(n)).Order(StringComparer.Ordinal)];
        foreach (var name in fromShell)
            env[name] = shell[name];
        return env;
    }

    private Dictionary<string, string> Filtered()
    {
        var left = new Dictionary<string, string>(options.BaseEnv);
        Asked.Add("filter_env");
        if (!_members.TryGetValue("filter_env", out var member) || member.Value is Node.Scalar { Kind: ScalarKind.Null })
            return left;
        if (Values.Flag(member.Value) is { } all)
            return all ? [] : left;
        if (Values.Texts(member.Value) is not { } texts)
            reporter.Wrong(At(member), Path("filter_env"), AttributeKind.Filter);
        else
            foreach (var name in options.BaseEnv.Keys.Where(n => member.Value is Node.Sequence ? texts.Any(t => n.Contains(t, StringComparison.Ordinal)) : texts[0] == n))
                left.Remove(name);
        return left;
    }

    private void Lay(SortedDictionary<string, string> env, Node.Mapping? layer, string key)
    {
        foreach (var member in layer?.Members ?? [])
        {
            var value = Values.Variable(member.Value);
            if (member.Key.Length == 0 || member.Key.Contains('=') || member.Key.Contains('\0') || value?.Contains('\0') == true)
                reporter.Fault(member.Line, $"{path}.{key}.{member.Key.Replace("\0", "\\0")}", "is not a variable that a process can have; accepted: a name without '=', and no zero character");
            else if (value is null)
                Remove(env, member.Key);
            else
                Set(env, member.Key, value);
        }
    }

    private void Remove(SortedDictionary<string, string> env, string name)
    {
        env.Remove(name);
        _removed.Add(name);
    }

    private void Set(SortedDictionary<string, string> env, string name, string value)
    {
        env[name] = value;
        _removed.Remove(name);
    }

    private List<KeyValuePair<string, string>> FromFiles()
    {
        List<KeyValuePair<string, string>> variables = [];
        foreach (var name in Get("env_file", Values.Texts, AttributeKind.Files) ?? [])
        {
            var file = System.IO.Path.GetFullPath(name, folder);
            try
            {
                variables.AddRange(DotEnv.Parse(File.ReadAllText(file), options.ShellEnv, out var faults));
                foreach (var fault in faults)
                    reporter.FaultIn(_members["env_file"].Line, file, fault.Line, fault.Text);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                reporter.Fault(_members["env_file"].Line, Path("env_file"), $"{file} cannot be read ({e.Message}); accepted: a file that is there");
            }
        }

        return variables;
    }

    private void CheckIncrement(StartRequest request)
    {
        if (request.IncrementVar is { } name && !(request.Env.TryGetValue(name, out var value) && int.TryParse(value, out _)))
            reporter.Fault(_members["increment_var"].Line, Path("increment_var"), $"'{name}' is no whole number in env; accepted: a variable that env gives a number");
    }
}
