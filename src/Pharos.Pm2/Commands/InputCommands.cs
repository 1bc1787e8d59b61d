using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Pharos.Pm2.Processes;
using Pharos.Pm2.Start;

namespace Pharos.Pm2.Commands;

/// <summary>What is said to a process: a line on its stdin, an action.</summary>
internal static class InputCommands
{
    public static int Send(Pm2Context it)
    {
        if (it.Line.Words.Count < 2)
            return it.Fail("missing arguments: pm2 send ID LINE");
        return Find(it, it.Line.Words[0], out var code) is { } process ? SendLine(it, process, it.Line.Words[1] + "\n") : code;
    }

    public static int Attach(Pm2Context it)
    {
        var word = it.Line.Words.FirstOrDefault() ?? "";
        if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return it.Fail("pm_id must be a process number (not a process name)");
        if (Find(it, word, out var code) is not { } process)
            return code;
        var format = LogFormat.Of(it, [process]);
        // It waits in read(2) for as long as there is a terminal, and goes with this process.
        new Thread(() =>
        {
            while (Console.In.ReadLine() is { } line)
                SendLine(it, process, line + "\n");
        })
        { IsBackground = true, Name = "stdin" }.Start();
        it.Host.Follow(it.Home.State, $"/v1/logs?app={Uri.EscapeDataString(process.Selector)}&lines=0&follow=1", "application/x-ndjson", text =>
        {
            if (System.Text.Json.JsonSerializer.Deserialize(text, Contracts.ContractsJson.Default.LogLineView) is { } line)
                it.Print(format.Line(process, line));
            return true;
        });
        return Pm2Context.Ok;
    }

    public static int Trigger(Pm2Context it)
    {
        if (it.Line.Words.Count < 2)
            return it.Fail("missing arguments: pm2 trigger ID|NAME|all ACTION [PARAMS]");
        return Act(it, it.Line.Words[0], it.Line.Words[1], it.Line.Words.ElementAtOrDefault(2));
    }

    public static int Inspect(Pm2Context it) =>
        it.Line.Words.Count == 0 ? it.Fail("missing argument: pm2 inspect NAME") : Act(it, it.Line.Words[0], "internal:inspect", null);

    /// <summary>A mark that the list shows.</summary>
    public static int Monitor(Pm2Context it, bool on)
    {
        var word = it.Line.Words.FirstOrDefault() ?? "all";
        var list = it.Daemon.List(withEnv: true);
        var chosen = Targets.Find(list, word, it.Host.Cwd, out var fault, out _);
        if (fault is not null)
            return it.Fail(fault);
        foreach (var app in chosen.GroupBy(p => p.App.Name))
        {
            var conf = Redeclare.ConfOf(app.First());
            var options = (JsonObject)app.First().Options.DeepClone();
            options["_km_monitored"] = on;
            Redeclare.Note(it, app.First(), conf, options, app.Count());
        }

        it.Tell($"{(on ? "Monitoring" : "Not monitoring")} {word}");
        return Lists.After(it, Pm2Context.Ok);
    }

    private static int Act(Pm2Context it, string word, string action, string? parameter)
    {
        var list = it.Daemon.List();
        var chosen = Targets.Find(list, word, it.Host.Cwd, out _, out _).FindAll(p => p.Status is "online" or "launching");
        var (heard, worst) = (0, Pm2Context.Ok);
        foreach (var process in chosen)
        {
            var body = new JsonObject { ["action"] = action };
            if (parameter is not null)
                body["parameter"] = parameter;
            var answer = it.Daemon.Send("POST", $"/v1/instances/{Uri.EscapeDataString(process.Selector)}/action", Encoding.UTF8.GetBytes(body.ToJsonString()));
            if (!answer.IsOk)
            {
                it.Warn(Pm2Daemon.ErrorOf(answer));
                worst = Pm2Context.Failed;
                continue;
            }

            heard++;
            it.Print($"[{process.Name}:{process.Number}:{process.Namespace}]={Encoding.UTF8.GetString(answer.Body).Trim()}\n");
        }

        if (heard == 0)
            return it.Fail("Not any process has received a command (offline or unexistent)");
        it.Tell($"{heard} processes have received command {action}");
        return worst;
    }

    private static Pm2Process? Find(Pm2Context it, string word, out int code)
    {
        code = Pm2Context.Failed;
        var process = it.Daemon.List().Find(p => p.Number.ToString(CultureInfo.InvariantCulture) == word);
        if (process is null)
            it.Fail($"Process with ID <{word}> unknown.");
        else if (process.Mode == "cluster_mode")
            it.Fail("Cannot send line to processes in cluster mode");
        return process?.Mode == "cluster_mode" ? null : process;
    }

    private static int SendLine(Pm2Context it, Pm2Process process, string line)
    {
        var answer = it.Daemon.Send("POST", $"/v1/instances/{Uri.EscapeDataString(process.Selector)}/stdin", Encoding.UTF8.GetBytes(line));
        return answer.IsOk ? Pm2Context.Ok : it.Fail(Pm2Daemon.ErrorOf(answer));
    }
}
