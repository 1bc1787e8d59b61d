using Pharos.Pm2.Processes;
using Pharos.Pm2.Start;

namespace Pharos.Pm2.Commands;

/// <summary>An order to processes that are there.</summary>
/// <param name="Remote">PM2's name of it, as its messages have it.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Behind the path of the app.</param>
internal sealed record Action(string Remote, string Method, string Path)
{
    public static readonly Action Restart = new("restartProcessId", "POST", "/restart");
    public static readonly Action Reload = new("reloadProcessId", "POST", "/reload");
    public static readonly Action Stop = new("stopProcessId", "POST", "/stop");
    public static readonly Action Delete = new("deleteProcessId", "DELETE", "");
}

/// <summary>stop, restart, reload, delete: by target or by file.</summary>
internal static class ActionCommands
{
    /// <summary>Runs one for each word of the line.</summary>
    public static int Run(Pm2Context it, Action action)
    {
        if (it.Line.Words.Count == 0)
        {
            it.Host.PrintError($"\n  error: missing required argument `{(action == Action.Restart ? "id|name|namespace" : "name")}'\n\n");
            return Pm2Context.Failed;
        }

        if (it.Line.Value("--env") is not null && !it.Line.Words.Exists(AppFile.IsOne))
            return it.Fail("Using --env [env] without passing the ecosystem.config.js does not work");
        var worst = Pm2Context.Ok;
        foreach (var word in it.Line.Words)
            worst = Math.Max(worst, One(it, action, word));
        return Lists.After(it, worst);
    }

    /// <summary>Orders something, telling as PM2 does.</summary>
    /// <param name="it">The command.</param>
    /// <param name="action">What.</param>
    /// <param name="list">Everything that there is.</param>
    /// <param name="chosen">Those that are meant.</param>
    /// <returns>The exit code.</returns>
    public static int Order(Pm2Context it, Action action, IReadOnlyList<Pm2Process> list, IReadOnlyList<Pm2Process> chosen)
    {
        foreach (var app in chosen.GroupBy(p => p.Name))
            it.Tell($"Applying action {action.Remote} on app [{app.Key}](ids: [ {string.Join(", ", app.Select(p => p.Number))} ])");
        if (action != Action.Restart && action != Action.Reload)
            return Request(it, action, list, chosen, action.Path);
        // One that does not run is started, and that is no restart.
        List<Pm2Process> down = [.. chosen.Where(p => p.Status is "stopped" or "errored")];
        var code = Request(it, action, list, [.. chosen.Except(down)], action.Path);
        return Math.Max(code, Request(it, action, list, down, "/start"));
    }

    private static int Request(Pm2Context it, Action action, IReadOnlyList<Pm2Process> list, IReadOnlyList<Pm2Process> chosen, string path)
    {
        var worst = Pm2Context.Ok;
        var everything = chosen.Count == list.Count && chosen.Count > 0;
        foreach (var (selector, processes) in everything ? [("all", chosen)] : Selectors(list, chosen))
        {
            var parallel = path == Action.Reload.Path && it.Line.Value("--parallel") is { } asked && int.TryParse(asked, out var number) ? $"?parallel={number}" : "";
            var answer = it.Daemon.Send(action.Method, $"/v1/apps/{Uri.EscapeDataString(selector)}{path}{parallel}");
            if (!answer.IsOk)
                worst = it.Fail(Pm2Daemon.ErrorOf(answer));
            foreach (var process in processes)
                it.Tell($"[{process.Name}]({process.Number}) {(answer.IsOk ? "✓" : "✘")}");
        }

        return worst;
    }

    private static int One(Pm2Context it, Action action, string word)
    {
        if (word == "-" || AppFile.IsOne(word))
            return FileActions.Run(it, action, word);
        var list = it.Daemon.List(withEnv: true);
        var chosen = Targets.Find(list, word, it.Host.Cwd, out var fault, out var isWarning);
        if (fault is not null)
        {
            if (!isWarning)
                return it.Fail(fault);
            it.Warn(fault);
            return Pm2Context.Failed;
        }

        if (action == Action.Restart || action == Action.Reload)
            return Anew(it, action, list, chosen);
        if (action == Action.Stop)
        {
            foreach (var process in chosen.Where(p => p.App.Cron is not null).DistinctBy(p => p.Name))
                it.Warn($"App {process.Name} stopped but CRON RESTART is still UP {process.App.Cron}");
        }

        return Order(it, action, list, chosen);
    }

    /// <summary>A restart may come with other options and another environment: then the apps are declared anew.</summary>
    private static int Anew(Pm2Context it, Action action, IReadOnlyList<Pm2Process> list, List<Pm2Process> chosen)
    {
        var asked = LineConf.Of(it.Line, it.Variable("PM2_DEEP_MONITORING") is { } deep && deep != "false");
        var refresh = it.Line.Has("--update-env");
        if (!refresh && !asked.Names.Any())
            it.Say("Use --update-env to update environment variables");
        if (!refresh && !asked.Names.Any(n => n != "force"))
            return Order(it, action, list, chosen);

        var worst = Pm2Context.Ok;
        foreach (var app in chosen.GroupBy(p => p.App.Name))
        {
            if (it.Line.Has("--watch"))
                asked["watch"] = !app.First().Watched; // it toggles
            it.Tell($"Applying action {action.Remote} on app [{app.First().Name}](ids: [ {string.Join(", ", app.Select(p => p.Number))} ])");
            worst = Math.Max(worst, Redeclare.Run(it, app.First(), [.. list.Where(p => p.App.Name == app.Key)], asked, refresh));
            foreach (var process in app)
                it.Tell($"[{process.Name}]({process.Number}) {(worst == Pm2Context.Ok ? "✓" : "✘")}");
        }

        return worst;
    }

    // One request for a whole app; the daemon does its instances side by side.
    private static IEnumerable<(string Selector, IReadOnlyList<Pm2Process> Processes)> Selectors(IReadOnlyList<Pm2Process> list, IReadOnlyList<Pm2Process> chosen)
    {
        foreach (var app in chosen.GroupBy(p => p.App.Name))
        {
            if (app.Count() == list.Count(p => p.App.Name == app.Key))
            {
                yield return (app.Key, [.. app]);
                continue;
            }

            foreach (var process in app)
                yield return (process.Selector, [process]);
        }
    }
}
