using System.Text.Json.Nodes;
using Pharos.Pm2.Start;

namespace Pharos.Pm2.Commands;

/// <summary>pm2-dev: an app in the foreground that starts anew when its files change; nothing of it is left afterwards.</summary>
internal static class DevCommand
{
    public static int Run(Pm2Context it)
    {
        var words = it.Line.Words;
        if (words.Count > 0 && words[0] == "start")
            words.RemoveAt(0);
        if (words.Count == 0)
            return HelpCommand.Usage(it);
        if (it.Line.Has("--post-exec"))
            it.Warn("--post-exec is not done by this supervisor: let the app itself run it at its start");
        it.Silent = true;
        if (it.Daemon.Ensure() is { } refused)
        {
            it.Host.PrintError($"{Pm2Context.Error}{refused}\n");
            return Pm2Context.Failed;
        }

        try
        {
            it.Silent = false;
            foreach (var word in words)
            {
                var code = AppFile.IsOne(word) ? FileActions.Run(it, Action.Restart, word) : One(it, word);
                if (code != Pm2Context.Ok)
                    return code;
            }

            it.Silent = true;
            it.Host.Print("===============================================================================\n--- PM2 development mode ------------------------------------------------------\n");
            return RuntimeCommand.Stay(it, autoExit: it.Line.Has("--auto-exit"));
        }
        finally
        {
            KillCommand.Run(it);
        }
    }

    private static int One(Pm2Context it, string word)
    {
        const long delay = 1000;
        var conf = LineConf.Of(it.Line, deepMonitoring: false);
        conf["script"] = word;
        conf["watch"] ??= JsonValue.Create(true);
        conf["restart_delay"] ??= JsonValue.Create(delay);
        if (it.Line.Value("--ignore") is { } ignored)
            conf["ignore_watch"] = new JsonArray([.. ignored.Split(',').Append("node_modules").Append(".*").Select(i => (JsonNode)JsonValue.Create(i))]);
        var env = ShellEnvironment.Of(it, null);
        return Launching.Run(it, conf, env, it.Daemon.List(), null);
    }
}
