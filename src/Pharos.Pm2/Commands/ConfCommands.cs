using System.Text;
using System.Text.Json.Nodes;
using Pharos.Pm2.Start;

namespace Pharos.Pm2.Commands;

/// <summary>set, get, conf, multiset, unset: values that are kept, and go into the environment of the app whose name they begin with.</summary>
internal static class ConfCommands
{
    public static int Set(Pm2Context it)
    {
        if (it.Line.Words.Count == 0)
            return Edit(it);
        if (it.Line.Words.Count == 1)
            return it.Fail("a value is missing: pm2 set KEY VALUE");
        return Change(it, [(it.Line.Words[0], string.Join(' ', it.Line.Words.Skip(1)))]);
    }

    public static int MultiSet(Pm2Context it)
    {
        var words = Configuration.ConfigurationTree.Words(string.Join(' ', it.Line.Words));
        if (words.Count == 0 || words.Count % 2 != 0)
            return it.Fail("pairs are expected: pm2 multiset \"KEY VALUE KEY VALUE\"");
        return Change(it, [.. words.Chunk(2).Select(p => (p[0], p[1]))]);
    }

    public static int Get(Pm2Context it)
    {
        var values = ConfStore.Read(it.Home.Conf);
        if (it.Line.Words.Count == 0 || it.Line.Words[0] == "all")
        {
            it.Print(Lines(values, ""));
            return Pm2Context.Ok;
        }

        switch (ConfStore.Get(values, ConfStore.Parts(it.Line.Words[0])))
        {
            case JsonObject inner:
                it.Print(Lines(inner, it.Line.Words[0] + "."));
                break;
            case { } value:
                it.Print(value + "\n");
                break;
            default:
                it.Print("undefined\n");
                break;
        }

        return Pm2Context.Ok;
    }

    public static int Conf(Pm2Context it) => it.Line.Words.Count switch { 0 => Edit(it), 1 => Get(it), _ => Set(it) };

    public static int Unset(Pm2Context it)
    {
        if (it.Line.Words.Count == 0)
            return it.Fail("a key is missing: pm2 unset KEY|all");
        it.Home.Create();
        var key = it.Line.Words[0];
        var values = ConfStore.Read(it.Home.Conf);
        if (key == "all")
            values.Clear();
        else
            ConfStore.Unset(values, ConfStore.Parts(key));
        ConfStore.Write(it.Home.Conf, values);
        it.Say(Lines(values, "").TrimEnd('\n'));
        return Pm2Context.Ok;
    }

    private static int Change(Pm2Context it, IReadOnlyList<(string Key, string Value)> pairs)
    {
        if (it.Home.Create() is { } fault)
            return it.Fail(fault);
        var values = ConfStore.Read(it.Home.Conf);
        foreach (var (key, value) in pairs)
        {
            if (ConfStore.Parts(key) is not { Length: > 0 } parts)
                return it.Fail($"'{key}' is not a key: write NAME, or APP.NAME");
            ConfStore.Set(values, parts, value);
            it.Tell($"Module {parts[0]} {(parts.Length > 1 ? "option " + string.Join('.', parts.Skip(1)) : "value")} set");
        }

        ConfStore.Write(it.Home.Conf, values);
        return Restart(it, [.. pairs.Select(p => ConfStore.Parts(p.Key)).Where(p => p.Length > 1).Select(p => p[0]).Distinct()]);
    }

    private static int Restart(Pm2Context it, IReadOnlyList<string> names)
    {
        var worst = Pm2Context.Ok;
        if (names.Count == 0 || !it.Daemon.IsUp())
            return worst;
        var list = it.Daemon.List(withEnv: true);
        foreach (var app in list.Where(p => names.Contains(p.Name)).GroupBy(p => p.App.Name))
            worst = Math.Max(worst, Redeclare.Run(it, app.First(), [.. app], new AppConf(), refresh: true));
        return Lists.After(it, worst);
    }

    private static int Edit(Pm2Context it)
    {
        it.Home.Create();
        var editor = it.Variable("VISUAL") ?? it.Variable("EDITOR") ?? "vi";
        return it.Host.Run(["sh", "-c", $"{editor} \"$1\"", "editor", it.Home.Conf]);
    }

    private static string Lines(JsonObject values, string prefix)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in values)
            text.Append(value is JsonObject inner ? Lines(inner, $"{prefix}{key}:") : $"$ pm2 set {prefix}{key} {value}\n");
        return text.ToString();
    }
}
