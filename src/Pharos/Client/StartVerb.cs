using System.Globalization;
using Pharos.Client.Line;
using Pharos.Client.Wire;
using Pharos.Contracts;

namespace Pharos.Client;

/// <summary>start: declares an app, or starts one that is declared.</summary>
internal static class StartVerb
{
    private const int NotFound = 404;

    // As ConfigurationFile.IsOne has them: asking it would load its library for every start. A test holds them to be the same.
    private static readonly string[] ConfigurationEndings =
        [".config.js", ".config.cjs", ".config.mjs", ".json", ".yml", ".yaml"];

    private static readonly string[] JobOptions = ["--schedule-zone", "--overlap", "--deadline", "--history"];
    private static readonly string[] FileOptions = ["--only", "--profile"];

    /// <summary>Runs it for each script or app.</summary>
    /// <returns>The worst exit code.</returns>
    public static int Run(ParsedLine line, Shell shell)
    {
        if (line.Words.Count > 1 && line.Has("--name"))
        {
            return shell.Fail("--name gives a name to one script, and here are several", ExitCodes.Usage);
        }

        if (!line.Has("--schedule") && Array.Find(JobOptions, line.Has) is { } lonely)
        {
            return shell.Fail($"{lonely} is for jobs: it goes with --schedule PATTERN", ExitCodes.Usage);
        }

        if (LogOptions.Fault(line) is { } contradiction)
        {
            return shell.Fail(contradiction, ExitCodes.Usage);
        }

        if (Environment(line, shell, out var environment) is { } fault)
        {
            return shell.Fail(fault, ExitCodes.Usage);
        }

        var worst = ExitCodes.Ok;
        foreach (var word in line.Words)
        {
            worst = Math.Max(worst, One(line, shell, word, environment));
        }

        return worst;
    }

    /// <summary>The environment of the app: the allowed part of the shell's, and what was declared.</summary>
    /// <returns>Null, or one line that says what is wrong.</returns>
    public static string? Environment(ParsedLine line, Shell shell, out Dictionary<string, string> environment)
    {
        environment = AllowedEnvironment.Of(shell.Variables);
        return Declared(line, shell, environment);
    }

    /// <summary>Lays the variables that the line declares over others.</summary>
    /// <returns>Null, or one line that says what is wrong.</returns>
    public static string? Declared(ParsedLine line, Shell shell, Dictionary<string, string> environment)
    {
        foreach (var declared in line.All("--env"))
        {
            var equals = declared.IndexOf('=');
            if (equals >= 0)
            {
                environment[declared[..equals]] = declared[(equals + 1)..];
            }
            else if (shell.Variables.TryGetValue(declared, out var value))
            {
                environment[declared] = value;
            }
            else
            {
                return $"--env {declared}: this shell has no such variable; --env {declared}=VALUE gives it a value";
            }
        }

        return null;
    }

    /// <summary>What goes over the wire for one script.</summary>
    public static StartRequest RequestOf(ParsedLine line, Shell shell, string script, Dictionary<string, string> environment)
    {
        var cwd = line.Value("--cwd") is { } given ? Path.GetFullPath(given, shell.Cwd) : shell.Cwd;
        return new()
        {
            Script = ScriptSeenFrom(script, cwd, shell),
            Cwd = cwd,
            Name = line.Value("--name"),
            Namespace = line.Value("--namespace"),
            Args = line.Rest,
            Interpreter = line.Value("--interpreter"),
            InterpreterArgs = Split(line.All("--interpreter-args")),
            Instances = line.Value("--instances") is { } n ? InstancesOf(n) : null,
            Env = environment,
            ShellEnv = FromShell(line, environment),
            User = line.Value("--user"),
            Group = line.Value("--group"),
            Umask = line.Value("--umask"),
            Nice = Number(line.Value("--nice")),
            Limits = Limits(line.All("--limit")),
            Stdio = line.Value("--stdio"),
            Restart = line.Has("--no-autorestart") ? "never" : line.Value("--restart"),
            StopExitCodes = Codes(line.Value("--stop-exit-codes")),
            MinUptime = line.Value("--min-uptime"),
            RestartDelay = line.Value("--restart-delay"),
            Backoff = line.Value("--backoff"),
            BackoffCap = line.Value("--backoff-cap"),
            MaxCrashes = Number(line.Value("--max-crashes")),
            CrashWindow = line.Value("--crash-window"),
            RetryFailed = line.Value("--retry-failed"),
            MaxMemory = line.Value("--max-memory"),
            Cron = line.Value("--cron"),
            CronZone = line.Value("--cron-zone"),
            StopSignal = line.Value("--stop-signal"),
            Grace = line.Value("--grace"),
            Version = line.Value("--app-version"),
            InjectOtel = line.Has("--no-otel-inject") ? false : null,
            Ready = Probe(line, "--ready"),
            Live = Probe(line, "--live"),
            DependsOn = Dependencies(line.Value("--depends-on")),
            Listen = Listen(line.Value("--listen")),
            Watch = Watch(line, shell),
            Schedule = line.Value("--schedule") is { } cron
                ? new()
                {
                    Cron = cron,
                    Zone = line.Value("--schedule-zone"),
                    Overlap = line.Value("--overlap"),
                    History = line.Value("--history") is { } history ? Number(history) : null,
                    Deadline = line.Value("--deadline"),
                }
                : null,
            Cluster = line.Value("--cluster"),
            Ipc = line.Has("--no-ipc") ? false : null,
            HttpStats = line.Has("--no-http-stats") ? false : null,
            StopMessage = line.Value("--stop-message"),
            Reload = Reload(line),
            Autostart = line.Has("--no-autostart") ? false : null,
            Logs = LogOptions.Of(line, shell),
            OutFile = Absolute(line.Value("--out-file"), shell),
            ErrFile = Absolute(line.Value("--err-file"), shell),
        };
    }

    private static string? Absolute(string? path, Shell shell) => path is null or "NULL" ? path : Path.GetFullPath(path, shell.Cwd);

    private static ProbeRequest? Probe(ParsedLine line, string option) => line.Value(option) is not { } check ? null : new()
    {
        Check = check,
        StartPeriod = line.Value("--start-period"),
        Interval = line.Value("--probe-interval"),
    };

    private static List<DependencyRequest> Dependencies(string? apps)
    {
        var dependencies = new List<DependencyRequest>();
        foreach (var app in apps?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            dependencies.Add(new() { App = app });
        }

        return dependencies;
    }

    private static List<ListenRequest> Listen(string? addresses)
    {
        var listen = new List<ListenRequest>();
        foreach (var at in addresses?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            listen.Add(new() { At = at });
        }

        return listen;
    }

    /// <summary>As PM2 has it: 0 and max are one per processor, a negative number is that many less, and one at least.</summary>
    private static int InstancesOf(string text) =>
        text == "max" ? System.Environment.ProcessorCount : int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) is > 0 and var number ? number
        : Math.Max(1, System.Environment.ProcessorCount + int.Parse(text, System.Globalization.CultureInfo.InvariantCulture));

    private static ReloadRequest? Reload(ParsedLine line)
    {
        var reload = new ReloadRequest { Timeout = line.Value("--reload-timeout"), Drain = line.Value("--drain"), Overlap = line.Has("--reload-overlap") ? true : null };
        return reload == new ReloadRequest() ? null : reload;
    }

    private static WatchRequest? Watch(ParsedLine line, Shell shell)
    {
        var paths = new List<string>();
        foreach (var path in line.All("--watch-path"))
        {
            paths.Add(Path.GetFullPath(path, shell.Cwd));
        }

        return line.Has("--watch") || paths.Count > 0 ? new() { Paths = paths, Ignore = line.All("--ignore-watch"), Delay = line.Value("--watch-delay") } : null;
    }

    private static int One(ParsedLine line, Shell shell, string word, Dictionary<string, string> environment)
    {
        if (IsConfiguration(word))
        {
            return Apply(line, shell, word);
        }

        foreach (var option in FileOptions)
        {
            if (line.Has(option))
            {
                return shell.Fail($"{option} goes with a configuration file, and '{word}' is none", ExitCodes.Usage);
            }
        }

        var isFile = File.Exists(Path.GetFullPath(word, shell.Cwd));
        // Options say how an app is to be declared: a word with options is never the name of one that exists already.
        if (!isFile && line.OwnOptions == 0 && line.Rest.Count == 0 && !word.Contains('/'))
        {
            var silent = word == "all" ? 0 : NotFound;
            var request = Cli.RequestFor(line, shell, "POST", Cli.AppPath(word) + "/start", "");
            var answer = Cli.Send(shell, request, silentStatus: silent);
            if (silent == 0 || answer.Status != NotFound)
            {
                return answer.ExitCode;
            }
        }

        var body = StartRequestJson.Write(RequestOf(line, shell, word, environment));
        return Cli.Send(shell, Cli.RequestFor(line, shell, "POST", "/v1/apps", "") with { Body = body }).ExitCode;
    }

    // The daemon looks for the script in the app's folder; the user may have meant the one in the folder he typed it in.
    private static string ScriptSeenFrom(string script, string cwd, Shell shell)
    {
        var here = Path.GetFullPath(script, shell.Cwd);
        return cwd != shell.Cwd && File.Exists(here) && !File.Exists(Path.GetFullPath(script, cwd)) ? here : script;
    }

    // The file says how its apps run: what the line can still add is which of them, with which profile and which variables.
    private static int Apply(ParsedLine line, Shell shell, string file)
    {
        foreach (var option in StartOptions.Verb.Options)
        {
            if (option.Name is not ("--only" or "--profile" or "--env") && line.Has(option.Name))
            {
                return shell.Fail($"{option.Name} goes with a script; in '{file}' the file itself says so", ExitCodes.Usage);
            }
        }

        return line.Rest.Count > 0
            ? shell.Fail($"arguments after -- go with a script; in '{file}' the file itself says so", ExitCodes.Usage)
            : ApplyVerb.Run(line, shell, file, start: true);
    }

    private static List<string> FromShell(ParsedLine line, Dictionary<string, string> environment)
    {
        var names = new List<string>(environment.Keys);
        foreach (var declared in line.All("--env"))
        {
            var equals = declared.IndexOf('=');
            names.Remove(equals < 0 ? declared : declared[..equals]);
        }

        return names;
    }

    /// <summary>Whether a word names a configuration file.</summary>
    internal static bool IsConfiguration(string word)
    {
        foreach (var ending in ConfigurationEndings)
        {
            if (word.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static int? Number(string? text) => text is null ? null : int.Parse(text, CultureInfo.InvariantCulture);

    private static List<string> Split(List<string> values)
    {
        var words = new List<string>();
        foreach (var value in values)
        {
            words.AddRange(value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        return words;
    }

    private static Dictionary<string, string> Limits(List<string> given)
    {
        var limits = new Dictionary<string, string>();
        foreach (var limit in given)
        {
            var equals = limit.IndexOf('=');
            limits[limit[..equals]] = limit[(equals + 1)..];
        }

        return limits;
    }

    private static List<int> Codes(string? text)
    {
        var codes = new List<int>();
        foreach (var code in text?.Split(',') ?? [])
        {
            codes.Add(int.Parse(code, CultureInfo.InvariantCulture));
        }

        return codes;
    }
}
