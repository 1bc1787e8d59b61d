using System.Text.Json.Nodes;
using Pharos.Pm2.Processes;
using Pharos.Pm2.Start;

namespace Pharos.Pm2.Commands;

/// <summary>start: what is there is started again, what is not is declared.</summary>
internal static class StartCommand
{
    private const string DefaultFile = "ecosystem.config.js";

    /// <summary>Runs it for each word of the line.</summary>
    public static int Run(Pm2Context it)
    {
        if (it.Line.Has("--container") || it.Line.Has("--dist") || it.Line.Has("--dockerdaemon"))
            return it.Fail("containers are not built by this supervisor: write a Dockerfile whose CMD is pm2-runtime");
        var words = it.Line.Words.Count > 0 ? it.Line.Words : [DefaultFile];
        if (it.Line.Value("--env") is not null && !words.Exists(AppFile.IsOne))
            return it.Fail("Using --env [env] without passing the ecosystem.config.js does not work");
        var worst = Pm2Context.Ok;
        foreach (var word in words)
            worst = Math.Max(worst, word == "-" || AppFile.IsOne(word) ? FileActions.Run(it, Action.Restart, word) : One(it, word));
        return Lists.After(it, worst);
    }

    private static int One(Pm2Context it, string word)
    {
        var list = it.Daemon.List(withEnv: true);
        var asked = LineConf.Of(it.Line, it.Variable("PM2_DEEP_MONITORING") is { } deep && deep != "false");
        if (!it.Line.Has("--force"))
        {
            if (Known(it, list, word) is { Count: > 0 } known)
                return Again(it, list, known, asked);
            var script = it.Absolute(word);
            var name = asked.Text("name") ?? Path.GetFileNameWithoutExtension(word);
            var same = list.FindAll(p => p.Script == script && p.Name == name);
            if (same.Count > 0)
            {
                var down = same.FindAll(p => p.Status is "stopped" or "errored");
                return down.Count > 0 ? Again(it, list, down, asked) : it.Fail("Script already launched, add -f option to force re-execution");
            }
        }

        asked["script"] = JsonValue.Create(word);
        var env = ShellEnvironment.Of(it, asked["filter_env"]);
        ShellEnvironment.LayConf(it, env, asked.Text("name") ?? Path.GetFileNameWithoutExtension(word));
        var code = Launching.Run(
            it, asked, env, list, static _ => "Done.",
            static d => $"Starting {d.Options["pm_exec_path"]} in {d.Options["exec_mode"]} ({d.Instances} instance{(d.Instances > 1 ? "s" : "")})");
        return code;
    }

    private static List<Pm2Process> Known(Pm2Context it, List<Pm2Process> list, string word)
    {
        if (word.Contains('/') || Path.HasExtension(word) || (File.Exists(it.Absolute(word)) && list.TrueForAll(p => p.Name != word && p.Namespace != word)))
            return Targets.IsPattern(word) ? Targets.Find(list, word, it.Host.Cwd, out _, out _) : [];
        if (word == Targets.All)
            return [.. list];
        var named = list.FindAll(p => p.Name == word);
        if (named.Count == 0)
            named = list.FindAll(p => p.Namespace == word);
        return named.Count > 0 || !int.TryParse(word, out var number) ? named : list.FindAll(p => p.Number == number);
    }

    private static int Again(Pm2Context it, List<Pm2Process> list, List<Pm2Process> known, AppConf asked)
    {
        var changes = asked.Names.Any();
        var code = Pm2Context.Ok;
        if (!changes && !it.Line.Has("--update-env"))
        {
            code = ActionCommands.Order(it, Action.Restart, list, known);
        }
        else
        {
            foreach (var app in known.GroupBy(p => p.App.Name))
                code = Math.Max(code, Redeclare.Run(it, app.First(), list.FindAll(p => p.App.Name == app.Key), asked, it.Line.Has("--update-env")));
        }

        if (code == Pm2Context.Ok)
            it.Tell("Process successfully started");
        return code;
    }
}
