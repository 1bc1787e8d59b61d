using System.Text.Json;
using System.Text.Json.Nodes;
using Pharos.Contracts;
using Pharos.Core.Specs;

using Pharos.Pm2.Start;

namespace Pharos.Pm2.Shape;

/// <summary>One instance as <c>jlist</c>, <c>getMonitorData</c> and the bus show a process: <c>{pid, name, pm_id, monit, pm2_env}</c>.</summary>
internal static class ProcessShape
{
    /// <summary>The process.</summary>
    /// <param name="app">Its app; with its environment when that is to be in <c>pm2_env</c>.</param>
    /// <param name="it">The instance.</param>
    /// <param name="mask">Values of variables whose names say that they are secrets are not shown: for whatever is printed.</param>
    public static JsonObject Of(AppView app, InstanceView it, bool mask)
    {
        var env = EnvOf(app, it, mask);
        var online = env["status"]!.GetValue<string>() == StatusWord.Online;
        return new JsonObject
        {
            ["pid"] = it.Pid ?? 0,
            ["name"] = env["name"]!.DeepClone(),
            ["pm2_env"] = env,
            ["pm_id"] = it.Number,
            ["monit"] = new JsonObject
            {
                ["memory"] = online ? it.MemoryBytes ?? 0 : 0,
                ["cpu"] = online ? Math.Round((it.CpuPercent ?? 0) * 10, MidpointRounding.AwayFromZero) / 10 : 0,
            },
        };
    }

    /// <summary>All processes of a list, in the order of their numbers.</summary>
    public static JsonArray OfAll(IEnumerable<AppView> apps, bool mask) =>
        new([.. apps.SelectMany(app => app.Instances.Select(it => (app, it))).OrderBy(p => p.it.Number).Select(p => (JsonNode)Of(p.app, p.it, mask))]);

    /// <summary><c>pm2_env</c>.</summary>
    public static JsonObject EnvOf(AppView app, InstanceView it, bool mask)
    {
        var env = Declared(app);
        var waits = env["wait_ready"] is JsonValue wait && wait.GetValueKind() == JsonValueKind.True;
        if (app.Env is { } variables)
            env["env"] = Variables(variables, mask);
        env["pm_out_log_path"] ??= it.OutLog;
        env["pm_err_log_path"] ??= it.ErrLog;
        (env["pm_out_log_path"], env["pm_err_log_path"]) = (it.OutLog, it.ErrLog);
        if (env["pm_log_path"]?.ToString() is { } combined)
            env["pm_log_path"] = combined.Replace(LogPaths.Number, it.Number.ToString(), StringComparison.Ordinal);
        if (it.PidFile is not null)
            env["pm_pid_path"] = it.PidFile;
        env["km_link"] = false;
        env["vizion_running"] = false;
        if (app.InstanceVar is { } slot)
            env[slot] = it.Index;
        foreach (var (name, value) in app.Env ?? new Dictionary<string, string>())
        {
            // As there, the app's variables stand beside the options; what an option says is not to be hidden by a variable of the same name.
            if (!env.ContainsKey(name))
                env[name] = Shown(name, value, mask);
        }

        if (app.IncrementVar is { } grows && app.Env?.TryGetValue(grows, out var first) == true && long.TryParse(first, out var number))
        {
            // A number, as in PM2, where it was counted up; beside the options and in the environment alike.
            env[grows] = number + it.Index;
            if (env["env"] is JsonObject counted)
                counted[grows] = number + it.Index;
        }

        env["unique_id"] = it.InstanceId;
        State(env, app, it, waits);
        return env;
    }

    private static void State(JsonObject env, AppView app, InstanceView it, bool waits)
    {
        env["status"] = StatusWord.Of(it, waits);
        env["pm_uptime"] = Milliseconds(it.StartedAt ?? (it.LastExit is { } exit ? exit.At - TimeSpan.FromSeconds(exit.UptimeSeconds) : it.CreatedAt ?? app.CreatedAt));
        env["axm_actions"] = new JsonArray([.. it.Actions.Select(a => (JsonNode)Action(a))]);
        env["axm_monitor"] = new JsonObject(it.Measured.Select(m => KeyValuePair.Create(m.Key, JsonNode.Parse(m.Value.GetRawText()))));
        env["axm_options"] ??= new JsonObject();
        env["axm_dynamic"] ??= new JsonObject();
        env["created_at"] = Milliseconds(it.CreatedAt ?? app.CreatedAt);
        env["pm_id"] = it.Number;
        env["restart_time"] = it.Restarts;
        env["unstable_restarts"] = it.Crashes;
        if (it.LastExit is { } last)
            env["exit_code"] = last.Code ?? 0;
        if (it.BackoffSeconds is { } delay)
            env["prev_restart_delay"] = (long)(delay * 1000);
        env["version"] ??= app.Version ?? "N/A";
    }

    private static JsonObject Action(AppActionView action)
    {
        var shape = new JsonObject { ["action_name"] = action.Name, ["action_type"] = action.Kind };
        if (action.Options is { } options)
            shape["opts"] = JsonNode.Parse(options.GetRawText());
        shape["arity"] = action.Arity;
        return shape;
    }

    /// <summary>What was noted when it was declared; of an app that another command declared, what follows from its spec.</summary>
    private static JsonObject Declared(AppView app)
    {
        var noted = app.Annotations.TryGetValue(Pm2Annotations.Options, out var text) ? Parse(text) : null;
        var env = noted ?? [];
        env["name"] ??= app.Name;
        env["namespace"] ??= app.Namespace;
        if (noted is null && app.Args.Count > 0)
            env["args"] = Texts(app.Args);
        foreach (var (name, value) in Defaults(app))
            env[name] ??= value;
        return env;
    }

    private static IEnumerable<KeyValuePair<string, JsonNode>> Defaults(AppView app)
    {
        yield return new("filter_env", new JsonArray());
        yield return new("vizion", true);
        yield return new("autostart", app.Autostart);
        yield return new("autorestart", app.RestartMode != "never");
        yield return new("watch", app.Watch.Count > 0);
        yield return new("instance_var", app.InstanceVar ?? "NODE_APP_INSTANCE");
        yield return new("pmx", true);
        yield return new("automation", true);
        yield return new("treekill", true);
        yield return new("username", app.Credentials.TryGetValue("user", out var user) ? user : Environment.UserName);
        yield return new("windowsHide", true);
        yield return new("kill_retry_time", 100);
        yield return new("node_args", Texts(app.InterpreterArgs));
        yield return new("pm_exec_path", Path.GetFullPath(app.Script, app.Cwd));
        yield return new("pm_cwd", app.Cwd);
        yield return new("exec_interpreter", app.Interpreter is { } program ? Path.GetFileName(program) : "none");
        yield return new("exec_mode", "fork_mode");
        yield return new("instances", app.Instances.Count);
    }

    /// <summary>Reads an object; a text that is none says nothing.</summary>
    public static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null; // somebody else's annotation of the same name: the spec says enough
        }
    }

    private static JsonObject Variables(IReadOnlyDictionary<string, string> variables, bool mask)
    {
        var env = new JsonObject();
        foreach (var (name, value) in variables)
            env[name] = Shown(name, value, mask);
        return env;
    }

    private static string Shown(string name, string value, bool mask) => mask && SecretNames.IsSecret(name) ? SecretNames.Redacted : value;

    private static JsonArray Texts(IReadOnlyList<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);

    private static long Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds();
}
