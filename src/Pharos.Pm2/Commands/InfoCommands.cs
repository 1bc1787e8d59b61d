using System.Globalization;
using System.Text;
using Pharos.Pm2.Screens;

namespace Pharos.Pm2.Commands;

/// <summary>What is asked about processes: describe, env, pid, id, ping.</summary>
internal static class InfoCommands
{
    public static int Describe(Pm2Context it)
    {
        if (it.Line.Words.Count == 0)
            return it.Fail("missing required argument `name|id'");
        var list = it.Daemon.List(withEnv: true);
        var word = it.Line.Words[0];
        var found = list.FindAll(p => p.Name == word || p.Number.ToString(CultureInfo.InvariantCulture) == word);
        if (found.Count == 0)
        {
            it.Warn($"{word} doesn't exist");
            return Pm2Context.Failed;
        }

        foreach (var process in found)
            it.Say(Describing.Draw(process, it.Host.Variables, it.Color));
        return Pm2Context.Ok;
    }

    public static int Environment(Pm2Context it)
    {
        var word = it.Line.Words.FirstOrDefault() ?? "";
        if (it.Daemon.List(withEnv: true).Find(p => p.Number.ToString(CultureInfo.InvariantCulture) == word) is not { } process)
            return it.Fail($"Modules with id {word} not found");
        var text = new StringBuilder();
        foreach (var (name, value) in process.App.Env ?? new Dictionary<string, string>())
            text.Append(name).Append(": ").Append(value).Append('\n');
        it.Say(text.ToString().TrimEnd('\n'));
        return Pm2Context.Ok;
    }

    public static int Pid(Pm2Context it)
    {
        var name = it.Line.Words.FirstOrDefault();
        var text = new StringBuilder();
        foreach (var process in it.Daemon.List().Where(p => name is null || name == "all" || p.Name == name || p.Number.ToString(CultureInfo.InvariantCulture) == name))
            text.Append(process.Instance.Pid ?? 0).Append('\n');
        it.Print(text.ToString());
        return Pm2Context.Ok;
    }

    public static int Id(Pm2Context it)
    {
        var name = it.Line.Words.FirstOrDefault() ?? "";
        var numbers = it.Daemon.List().Where(p => p.Name == name).Select(p => p.Number).ToList();
        it.Print(numbers.Count == 0 ? "[]\n" : $"[ {string.Join(", ", numbers)} ]\n");
        return Pm2Context.Ok;
    }

    public static int Ping(Pm2Context it)
    {
        if (it.Daemon.Ensure() is { } refused)
            return it.Fail(refused);
        it.Print("{ msg: 'pong' }\n");
        return Pm2Context.Ok;
    }
}
