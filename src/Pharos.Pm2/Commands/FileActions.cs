using System.Text.Json.Nodes;
using Pharos.Pm2.Processes;
using Pharos.Pm2.Start;

namespace Pharos.Pm2.Commands;

/// <summary>An action with a configuration file: on those of its apps that are there; the others are started, where that makes sense.</summary>
internal static class FileActions
{
    private static readonly string[] OverTheFile = ["watch", "ignore_watch", "instances", "uid", "gid", "namespace", "cwd"];
    private static readonly char[] Separators = [',', ' '];

    /// <summary>Does it.</summary>
    public static int Run(Pm2Context it, Action action, string word)
    {
        if (AppFile.Read(it, word, out var fault) is not { } file)
            return it.Fail(fault!);
        var only = it.Line.Value("--only")?.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        List<(JsonObject App, string Name)> apps = [.. file.Apps.Select(app => (app, NameOf(it, app))).Where(a => only is null || only.Contains(a.Item2))];
        var list = it.Daemon.List(withEnv: true);
        if (action == Action.Stop || action == Action.Delete)
        {
            var names = apps.Select(a => a.Name).ToHashSet();
            List<Pm2Process> chosen = [.. list.Where(p => names.Contains(p.Name))];
            foreach (var missing in names.Where(n => chosen.TrueForAll(p => p.Name != n)))
                it.Warn($"Process or Namespace {missing} not found");
            return chosen.Count == 0 ? Pm2Context.Failed : ActionCommands.Order(it, action, list, chosen);
        }

        List<string> unknown = [.. apps.Select(a => a.Name).Where(n => list.TrueForAll(p => p.Name != n))];
        if (unknown.Count > 0 && unknown.Count < apps.Count || action != Action.Restart)
        {
            if (unknown.Count > 0)
                it.Warn($"Applications {string.Join(", ", unknown)} not running, starting...");
        }

        var worst = Pm2Context.Ok;
        foreach (var (app, name) in apps)
        {
            var running = list.FindAll(p => p.Name == name);
            worst = Math.Max(worst, running.Count == 0 ? Launch(it, app, file.Deploy, list) : Again(it, action, app, file.Deploy, running));
        }

        return worst;
    }

    private static int Launch(Pm2Context it, JsonObject app, JsonObject? deploy, List<Pm2Process> list)
    {
        var (conf, env) = ConfAndEnv(it, app, deploy);
        return Launching.Run(it, conf, env, list, d => $"App [{d.Name}] launched ({d.Instances} instances)");
    }

    private static int Again(Pm2Context it, Action action, JsonObject app, JsonObject? deploy, List<Pm2Process> running)
    {
        var (conf, env) = ConfAndEnv(it, app, deploy);
        it.Tell($"Applying action {action.Remote} on app [{running[0].Name}](ids: [ {string.Join(", ", running.Select(p => p.Number))} ])");
        var code = Redeclare.Apply(it, conf, env, running[0], action.Path);
        foreach (var process in running)
            it.Tell($"[{process.Name}]({process.Number}) {(code == Pm2Context.Ok ? "✓" : "✘")}");
        return code;
    }

    private static string NameOf(Pm2Context it, JsonObject app)
    {
        var conf = AppConf.Of(app);
        var script = conf.Text("script") ?? conf.Text("cmd") ?? "";
        var name = conf.Text("name") ?? (script.Contains(' ') && !File.Exists(it.Absolute(script)) ? script : Path.GetFileNameWithoutExtension(script));
        return (conf.Text("name_prefix") is { } prefix ? prefix + ":" : "") + name + (conf.Flag("append_env_to_name") && it.Line.Value("--env") is { } profile ? "-" + profile : "");
    }

    private static (AppConf Conf, Dictionary<string, string> Env) ConfAndEnv(Pm2Context it, JsonObject app, JsonObject? deploy)
    {
        var conf = AppConf.Of(app);
        var profile = it.Line.Value("--env");
        var asked = LineConf.Of(it.Line, it.Variable("PM2_DEEP_MONITORING") is { } deep && deep != "false");
        foreach (var name in OverTheFile.Where(n => asked[n] is not null))
            conf[name] = asked[name]!.DeepClone();
        if (asked["deep_monitoring"] is { } monitoring)
            conf["deep_monitoring"] = monitoring.DeepClone();
        conf["name"] = NameOf(it, app);
        conf.Remove("name_prefix");
        var env = ShellEnvironment.Of(it, conf["filter_env"]);
        if (profile is not null && deploy?[profile] is JsonObject target)
            ShellEnvironment.Lay(env, target["env"] as JsonObject);
        ShellEnvironment.Lay(env, conf.Object("env"));
        if (profile is not null && conf.Profiles.TryGetValue(profile, out var over))
            ShellEnvironment.Lay(env, over);
        else if (profile is not null && (deploy?[profile] is null))
            it.Warn($"Environment [{profile}] is not defined in process file");
        ShellEnvironment.LayConf(it, env, conf.Text("name")!);
        ServeCommand.Prepare(it, conf, env);
        return (conf, env);
    }
}
