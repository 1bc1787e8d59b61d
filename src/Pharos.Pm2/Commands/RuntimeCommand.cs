using System.Text.Json;
using Pharos.Contracts;
using Pharos.Pm2.Processes;
using Pharos.Pm2.Start;

namespace Pharos.Pm2.Commands;

/// <summary>
/// pm2-runtime: an app in the foreground, its output on ours, until a signal comes or nothing runs any more. The daemon is a process beside this one
/// and goes with it.
/// </summary>
internal static class RuntimeCommand
{
    private const int NothingOnline = 2, Looks = 4;
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(4), NextLook = TimeSpan.FromSeconds(2);

    public static int Run(Pm2Context it)
    {
        var words = it.Line.Words;
        if (words.Count > 0 && words[0] == "start")
            words.RemoveAt(0);
        if (words.Count == 0)
            return HelpCommand.Usage(it);
        it.Silent = true;
        if (it.Line.Value("--delay") is { } delay && double.TryParse(delay, System.Globalization.CultureInfo.InvariantCulture, out var seconds) && it.Host.WaitForEnd(TimeSpan.FromSeconds(seconds)))
            return Pm2Context.Ok;
        if (it.Daemon.Ensure() is { } refused)
            return Say(it, refused);
        try
        {
            return Start(it, words) is not Pm2Context.Ok and var code ? code : Stay(it, autoExit: !it.Line.Has("--no-auto-exit"));
        }
        finally
        {
            KillCommand.Run(it);
        }
    }

    /// <summary>Does a command and stays with what it started: both end together.</summary>
    public static int WithDaemon(Pm2Context it, Func<int> command)
    {
        try
        {
            return command() is not Pm2Context.Ok and var code ? code : Stay(it, autoExit: false);
        }
        finally
        {
            KillCommand.Run(it);
        }
    }

    /// <summary>Shows output until a signal comes, or nothing is online any more.</summary>
    public static int Stay(Pm2Context it, bool autoExit)
    {
        new Thread(() => Follow(it)) { IsBackground = true, Name = "output" }.Start(); // ends with the daemon, or with this process
        var (wait, empty) = (FirstLook, 0);
        while (!it.Host.WaitForEnd(wait))
        {
            wait = NextLook;
            if (!autoExit)
                continue;
            var answer = it.Host.Send(it.Home.State, "GET", "/v1/apps/all");
            var apps = answer.IsOk ? JsonSerializer.Deserialize(answer.Body, ContractsJson.Default.AppViewArray) : null;
            var online = apps?.SelectMany(a => a.Instances.Select(i => Pm2Process.Of(a, i))).Count(p => !p.IsModule && p.Status is "online" or "launching" or "waiting restart") ?? 0;
            if (online > 0)
            {
                empty = 0;
                continue;
            }

            it.Host.PrintError($"0 application online, retry = {Looks - 1 - empty}\n");
            if (++empty == Looks)
                return NothingOnline;
        }

        return Pm2Context.Ok;
    }

    private static int Start(Pm2Context it, List<string> words)
    {
        var worst = Pm2Context.Ok;
        foreach (var word in words)
        {
            // In a container output goes to whoever reads ours: no files, unless they were asked for.
            it.Silent = false;
            worst = Math.Max(worst, word == "-" || AppFile.IsOne(word) ? FileActions.Run(it, Action.Restart, word) : One(it, word));
            it.Silent = true;
        }

        return worst;
    }

    private static int One(Pm2Context it, string word)
    {
        var conf = LineConf.Of(it.Line, it.Variable("PM2_DEEP_MONITORING") is { } deep && deep != "false");
        conf["script"] = word;
        conf["out_file"] ??= LogPaths.Nowhere;
        conf["error_file"] ??= LogPaths.Nowhere;
        var env = ShellEnvironment.Of(it, conf["filter_env"]);
        ShellEnvironment.LayConf(it, env, conf.Text("name") ?? Path.GetFileNameWithoutExtension(word));
        return Launching.Run(it, conf, env, it.Daemon.List(), static d => $"App [{d.Name}] launched ({d.Instances} instances)");
    }

    private static void Follow(Pm2Context it)
    {
        Dictionary<string, Pm2Process> known = [];
        var people = it.Line.Has("--formatted") || it.Line.Has("--json") || it.Line.Has("--format");
        it.Host.Follow(it.Home.State, "/v1/logs?app=all&lines=1000&follow=1", "application/x-ndjson", text =>
        {
            if (JsonSerializer.Deserialize(text, ContractsJson.Default.LogLineView) is not { } line)
                return true;
            if (!people)
            {
                if (line.Stream == "stderr")
                    it.Host.PrintError(line.Line + "\n");
                else
                    it.Host.Print(line.Line + "\n");
                return true;
            }

            if (!known.TryGetValue($"{line.App}:{line.Index}", out var process))
            {
                foreach (var one in it.Daemon.List())
                    known[one.Selector] = one;
                if (!known.TryGetValue($"{line.App}:{line.Index}", out process))
                    return true;
            }

            it.Host.Print(LogFormat.Of(it, [process]).Line(process, line));
            return true;
        });
    }

    private static int Say(Pm2Context it, string fault)
    {
        it.Host.PrintError($"{Pm2Context.Error}{fault}\n");
        return Pm2Context.Failed;
    }
}
