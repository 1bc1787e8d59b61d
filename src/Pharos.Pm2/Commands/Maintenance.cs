using System.Globalization;
using Pharos.Contracts;
using Pharos.Core.Lifecycle;
using Pharos.Pm2.Processes;
using Pharos.Pm2.Start;

namespace Pharos.Pm2.Commands;

/// <summary>reset, sendSignal, flush, reloadLogs, scale.</summary>
internal static class Maintenance
{
    public static int Reset(Pm2Context it)
    {
        var word = it.Line.Words.FirstOrDefault() ?? "";
        var list = it.Daemon.List();
        var chosen = word == "all" ? list : list.FindAll(p => p.Name == word || p.Number.ToString(CultureInfo.InvariantCulture) == word);
        if (chosen.Count == 0)
            return it.Fail("Unknown process name");
        foreach (var process in chosen)
        {
            var answer = it.Daemon.Send("POST", $"/v1/apps/{Uri.EscapeDataString(process.Selector)}/reset");
            if (!answer.IsOk)
                return it.Fail(Pm2Daemon.ErrorOf(answer));
            it.Tell($"Resetting meta for process id {process.Number}");
        }

        return Lists.After(it, Pm2Context.Ok);
    }

    public static int Signal(Pm2Context it)
    {
        if (it.Line.Words.Count < 2)
            return it.Fail("missing arguments: pm2 sendSignal SIGNAL NAME|ID");
        var signal = it.Line.Words[0];
        if (!SignalNames.TryParse(signal, out _))
            return it.Fail($"Unknown signal: {signal}");
        var list = it.Daemon.List();
        var word = it.Line.Words[1];
        var chosen = word == "all" ? list : list.FindAll(p => p.Name == word);
        if (chosen.Count == 0)
            chosen = list.FindAll(p => p.Number.ToString(CultureInfo.InvariantCulture) == word);
        if (chosen.Count == 0)
            return it.Fail("Unknown process name");
        foreach (var process in chosen)
        {
            var answer = it.Daemon.Send("POST", $"/v1/apps/{Uri.EscapeDataString(process.Selector)}/signal?signal={Uri.EscapeDataString(signal)}");
            if (!answer.IsOk)
                return it.Fail(Pm2Daemon.ErrorOf(answer));
        }

        it.Tell($"Successfully sent signal {signal} to process {(chosen.Count == 1 && chosen[0].Name != word ? "id" : "name")} {word}");
        return Lists.After(it, Pm2Context.Ok);
    }

    public static int Flush(Pm2Context it)
    {
        var word = it.Line.Words.FirstOrDefault();
        var list = it.Daemon.List();
        var chosen = word is null or "all" ? list : Targets.Find(list, word, it.Host.Cwd, out _, out _);
        List<string> paths = [.. chosen.SelectMany(p => (string[])[p.Instance.OutLog, p.Instance.ErrLog]).Where(p => p != LogPaths.Nowhere).Distinct()];
        if (word is null)
            paths.Insert(0, it.Home.LogFile);
        foreach (var path in paths)
        {
            it.Tell($"Flushing {path}");
            try
            {
                // Whoever writes appends: a file that is cut off goes on from its new end.
                using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
                file.SetLength(0);
            }
            catch (FileNotFoundException)
            {
                // Nothing was printed yet.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return it.Fail($"cannot empty {path}: {e.Message}");
            }
        }

        it.Tell("Logs flushed");
        return Pm2Context.Ok;
    }

    public static int ReloadLogs(Pm2Context it)
    {
        it.Tell("Reloading all logs...");
        var answer = it.Daemon.Send("POST", "/v1/logs/reopen");
        if (!answer.IsOk)
            return it.Fail(Pm2Daemon.ErrorOf(answer));
        it.Tell("All logs reloaded");
        return Lists.After(it, Pm2Context.Ok);
    }

    public static int Scale(Pm2Context it)
    {
        if (it.Line.Words.Count == 0)
            return it.Fail("missing arguments: pm2 scale NAME N|+N|-N");
        var name = it.Line.Words[0];
        var all = it.Daemon.List(withEnv: true);
        var list = all.FindAll(p => p.Name == name);
        if (list.Count == 0)
            return it.Fail($"Application {name} not found");
        var asked = it.Line.Words.ElementAtOrDefault(1) ?? it.Line.Value("--instances") ?? "";
        if (!int.TryParse(asked, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return it.Fail($"'{asked}' is not a number: write N, +N or -N");
        var target = asked[0] is '+' or '-' ? list.Count + number : number;
        if (target < 0)
            return it.Fail($"there are {list.Count} instances of {name}: {-number} cannot be taken away");
        if (target == list.Count)
            return it.Fail("Nothing to do");
        it.Tell("Scaling up application");
        if (target == 0)
            return Lists.After(it, ActionCommands.Order(it, Action.Delete, all, list));
        if (target < list.Count)
            return Lists.After(it, ActionCommands.Order(it, Action.Delete, all, [.. list.Take(list.Count - target)]));
        return Lists.After(it, Grow(it, list, target));
    }

    private static int Grow(Pm2Context it, List<Pm2Process> list, int target)
    {
        var conf = Redeclare.ConfOf(list[0]);
        conf["instances"] = target.ToString(CultureInfo.InvariantCulture);
        var declaration = Declaration.Of(it, conf, Redeclare.EnvOf(list[0]), list[0].App.Name, list[0].Text("unique_id"), out var fault);
        if (declaration is null)
            return it.Fail(fault!);
        var request = new ApplyRequest { Apps = [declaration.Request], Source = list[0].App.Source ?? Path.Combine(it.Home.Path, "dump.pm2") };
        var answer = it.Daemon.Send("POST", "/v1/apply", System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(request, ContractsJson.Default.ApplyRequest));
        return answer.IsOk ? Pm2Context.Ok : it.Fail(Pm2Daemon.ErrorOf(answer));
    }
}
