using System.Globalization;
using System.Text.Json.Nodes;
using Pharos.Contracts;
using Pharos.Pm2.Commands;
using Pharos.Pm2.Home;

namespace Pharos.Pm2.Start;

/// <summary>From what was asked for to what our API is asked for, with PM2's defaults; and what the face notes to show it in PM2's words.</summary>
internal sealed class Declaration
{
    private const string KillTimeout = "1600", MaxRestarts = "16";

    // What the face itself puts into every app's environment, since apps look there. It is no part of the environment that is shown.
    public static readonly string[] OwnVariables = ["name", "namespace", "pm_exec_path", "pm_cwd", "exec_mode", "unique_id"];

    private Declaration()
    {
    }

    /// <summary>What our API is asked for.</summary>
    public required StartRequest Request { get; init; }

    /// <summary>What the face notes.</summary>
    public required JsonObject Options { get; init; }

    /// <summary>Name as the user wrote it.</summary>
    public string Name => Options["name"]!.ToString();

    /// <summary>How many.</summary>
    public int Instances => Request.Instances ?? 1;

    /// <summary>Makes it.</summary>
    /// <param name="it">The command.</param>
    /// <param name="conf">What was asked for.</param>
    /// <param name="env">The complete environment.</param>
    /// <param name="ownName">The daemon's name of the app; null: made from the user's.</param>
    /// <param name="uniqueId">Kept over changes; null: a new one.</param>
    /// <param name="fault">One line; null: none.</param>
    public static Declaration? Of(Pm2Context it, AppConf conf, Dictionary<string, string> env, string? ownName, string? uniqueId, out string? fault)
    {
        fault = conf.Faults.Count > 0 ? string.Join("\n", conf.Faults) : null;
        if (fault is not null)
            return null;
        var script = conf.Text("script") ?? conf.Text("cmd");
        if (string.IsNullOrWhiteSpace(script))
        {
            fault = "No script path - aborting";
            return null;
        }

        var cwd = Path.TrimEndingDirectorySeparator(Path.GetFullPath(conf.Text("cwd") ?? ".", it.Host.Cwd));
        var search = new Search(env.GetValueOrDefault("PATH") ?? it.Variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin");
        var path = Path.GetFullPath(script, cwd);
        var args = conf.Words("args");
        var givenName = conf.Text("name");
        var interpreter = conf.Text("exec_interpreter");
        if (!File.Exists(path))
        {
            if (search.Find(script) is { } command)
            {
                path = command;
            }
            else if (script.Contains(' ') && (search.Find("bash") ?? search.Find("sh")) is { } shell)
            {
                (path, args, interpreter) = (shell, ["-c", script, .. args], Interpreter.None);
                givenName ??= script;
            }
            else
            {
                fault = $"Script not found: {path}";
                return null;
            }
        }

        var name = $"{(conf.Text("name_prefix") is { } prefix ? prefix + ":" : "")}{givenName ?? Path.GetFileNameWithoutExtension(path)}";
        interpreter = interpreter == "python" && search.Find("python") is null ? "python3" : interpreter ?? Interpreter.For(path, search.Find);
        if (interpreter.StartsWith("node@", StringComparison.Ordinal))
            interpreter = Nvm(it, interpreter) ?? Interpreter.Node;
        if (interpreter != Interpreter.None && search.Find(interpreter) is null)
        {
            fault = $"Interpreter {interpreter} is NOT AVAILABLE in PATH. (type 'which {interpreter}' to double check.)";
            return null;
        }

        var isNode = Interpreter.IsNode(interpreter);
        var asked = conf["instances"] is not null;
        var mode = conf.Text("exec_mode") switch
        {
            "cluster" or "cluster_mode" => "cluster_mode",
            "fork" or "fork_mode" => "fork_mode",
            _ => asked && (isNode || Path.GetFileName(interpreter) == "bun") ? "cluster_mode" : "fork_mode",
        };
        var instances = Count(conf.Text("instances"));
        var merge = conf["merge_logs"] is null ? mode == "fork_mode" && !asked : conf.Flag("merge_logs");
        var logs = new LogPaths(it, conf, name, cwd, merge);
        var id = uniqueId ?? Guid.NewGuid().ToString();
        var version = Search.VersionOf(path);
        var ns = conf.Text("namespace") ?? "default";
        var nodeArgs = conf.Words("node_args");
        if (conf.Text("port") is { } port)
            env["PORT"] = port;
        if (Path.GetFileName(interpreter).StartsWith("python", StringComparison.Ordinal))
            env["PYTHONUNBUFFERED"] = "1";
        foreach (var (variable, value) in ((string, string)[])[("name", name), ("namespace", ns), ("pm_exec_path", path), ("pm_cwd", cwd), ("exec_mode", mode), ("unique_id", id)])
            env[variable] = value;
        env["PM2_HOME"] = it.Home.Path;

        var sourceMaps = isNode && !conf.Flag("disable_source_map_support") && (conf.Flag("source_map_support") || File.Exists(path + ".map"));
        var options = OptionsOf(conf);
        options["name"] = name;
        options["namespace"] = ns;
        options["version"] = version;
        options["unique_id"] = id;
        options["username"] = it.Variable("SUDO_USER") ?? it.Variable("USER") ?? it.Variable("LOGNAME") ?? "";
        options["pm_exec_path"] = path;
        options["pm_cwd"] = cwd;
        options["exec_interpreter"] = interpreter;
        options["exec_mode"] = mode;
        options["instances"] = instances;
        options["merge_logs"] = merge;
        options["node_args"] = Json(nodeArgs);
        options["instance_var"] = conf.Text("instance_var") ?? it.Variable("PM2_PROCESS_INSTANCE_VAR") ?? "NODE_APP_INSTANCE";
        if (args.Count > 0)
            options["args"] = Json(args);
        if (logs.Combined is { } combined)
            options["pm_log_path"] = combined;
        Default(options, "autostart", true);
        Default(options, "autorestart", true);
        Default(options, "watch", false);
        Default(options, "treekill", true);
        Default(options, "vizion", true);
        Default(options, "pmx", true);
        Default(options, "automation", true);
        Default(options, "windowsHide", true);
        Default(options, "kill_retry_time", 100);
        if (!conf.Off("pmx") && (isNode || conf.Words("args") is ["serve", "--environment"]))
        {
            // What PM2's agent says of itself; scripts count the name in it.
            options["axm_options"] = new JsonObject { ["error"] = true, ["heapdump"] = true, ["tracing"] = false, ["pid"] = 0, ["module_name"] = name, ["module_version"] = version };
            Default(options, name, new JsonObject());
        }

        if (options["filter_env"] is null)
            options["filter_env"] = new JsonArray();
        var watch = Watching.Of(conf, cwd);
        if (watch is not null && conf.Flag("watch"))
            options["watch"] = true;

        return new()
        {
            Options = options,
            Request = new()
            {
                Script = path,
                Name = ownName ?? OwnName(name),
                Namespace = ns,
                Args = args,
                Cwd = cwd,
                Interpreter = interpreter,
                InterpreterArgs = sourceMaps ? ["--enable-source-maps", .. nodeArgs] : nodeArgs,
                Instances = instances,
                Env = env,
                User = conf.Text("uid"),
                Group = conf.Text("gid"),
                Restart = conf.Off("autorestart") ? "never" : "always",
                Stdin = mode == "fork_mode",
                StopExitCodes = conf["stop_exit_codes"] is JsonArray codes ? [.. codes.Select(c => int.TryParse(c?.ToString(), out var code) ? code : -1).Where(c => c is >= 0 and <= 255)] : [],
                MinUptime = Milliseconds(conf, "min_uptime"),
                RestartDelay = Milliseconds(conf, "restart_delay"),
                Backoff = Milliseconds(conf, "exp_backoff_restart_delay") ?? "0",
                MaxCrashes = int.Parse(conf.Text("max_restarts") ?? MaxRestarts, CultureInfo.InvariantCulture),
                MaxMemory = conf.Text("max_memory_restart"),
                Cron = conf.Text("cron_restart") is { } cron && cron is not ("0" or "null") ? cron : null,
                StopSignal = it.Variable("PM2_KILL_SIGNAL") ?? "SIGINT",
                Grace = (Milliseconds(conf, "kill_timeout") ?? it.Variable("PM2_KILL_TIMEOUT") ?? KillTimeout),
                Version = version == "N/A" ? null : version,
                InstanceVar = options["instance_var"]!.ToString(),
                NumberVar = "pm_id",
                IncrementVar = conf.Text("increment_var"),
                Ready = conf.Flag("wait_ready") ? new() { Check = "ipc", StartPeriod = Milliseconds(conf, "listen_timeout") ?? "3000" } : null,
                Cluster = mode == "cluster_mode" && isNode ? "shared" : null,
                StopMessage = conf.Flag("shutdown_with_message") || it.Variable("PM2_KILL_USE_MESSAGE") is "true" ? "shutdown" : null,
                HttpStats = conf.Off("pmx") || conf.Off("automation") ? false : null,
                Reload = Milliseconds(conf, "listen_timeout") is { } limit ? new() { Timeout = limit } : null,
                Logs = logs.Settings,
                Watch = watch,
                Autostart = conf.Off("autostart") ? false : null,
                OutFile = logs.Out,
                ErrFile = logs.Err,
                PidFile = conf.Text("pid_file") is { } pid ? Path.GetFullPath(pid, cwd) : Path.Combine(it.Home.Pids, $"{Pm2Home.FileName(name)}-{LogPaths.Number}.pid"),
                Annotations = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    [Pm2Annotations.Options] = options.ToJsonString(),
                    [Pm2Annotations.Conf] = Again(conf, script, path, cwd, name),
                },
            },
        };
    }

    /// <summary>The environment without what the face put there itself.</summary>
    public static IReadOnlyDictionary<string, string>? Shown(IReadOnlyDictionary<string, string>? env) =>
        env?.Where(v => !OwnVariables.Contains(v.Key)).ToDictionary(StringComparer.Ordinal);

    /// <summary>A name that our daemon takes.</summary>
    public static string OwnName(string name)
    {
        const int longest = 90;
        var own = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-'));
        own = own.Length > longest ? own[..longest] : own;
        return own.Trim('.', '-') is { Length: 0 } ? "app" : own is "all" ? "all-" : own;
    }

    // Paths are absolute in it: it is asked for from another folder next time.
    private static string Again(AppConf conf, string script, string path, string cwd, string name)
    {
        conf["script"] = path.EndsWith("/bash", StringComparison.Ordinal) || path.EndsWith("/sh", StringComparison.Ordinal) ? script : path;
        conf["cwd"] = cwd;
        conf["name"] = name;
        conf.Remove("cmd");
        conf.Remove("name_prefix");
        return conf.ToJson();
    }

    private static int Count(string? text)
    {
        var processors = Environment.ProcessorCount;
        if (text is null)
            return 1;
        if (text == "max" || !int.TryParse(text, out var number) || number == 0)
            return processors;
        return number > 0 ? number : Math.Max(1, processors + number);
    }

    private static JsonObject OptionsOf(AppConf conf)
    {
        var options = new JsonObject();
        string[] inner = ["script", "cmd", "name_prefix", "env", "out_file", "error_file", "log_file", "pid_file", "args", "node_args", "port", "execute_command", "write", "force", "uid", "gid", "append_env_to_name"];
        foreach (var name in conf.Names.Where(n => !inner.Contains(n)))
            options[name] = conf[name]!.DeepClone();
        foreach (var name in (string[])["uid", "gid"])
        {
            if (conf[name] is { } value)
                options[name] = value.DeepClone();
        }

        return options;
    }

    private static void Default(JsonObject options, string name, JsonNode value)
    {
        if (!options.ContainsKey(name))
            options[name] = value;
    }

    private static string? Nvm(Pm2Context it, string interpreter)
    {
        var node = it.Variable("NVM_DIR") is { } nvm ? Path.Combine(nvm, "versions/node", "v" + interpreter["node@".Length..], "bin/node") : null;
        if (node is not null && File.Exists(node))
            return node;
        it.Fail(node is null ? "NVM is not available in PATH" : $"{node} does not exist: nvm install {interpreter["node@".Length..]}");
        return null;
    }

    private static JsonArray Json(List<string> words) => new([.. words.Select(w => (JsonNode)JsonValue.Create(w))]);

    private static string? Milliseconds(AppConf conf, string name) => conf.Number(name) is { } number ? $"{(long)number}" : null;
}
