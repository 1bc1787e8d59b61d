using System.Text.Json.Nodes;
using Pharos.Pm2.Start;

namespace Pharos.Pm2.Commands;

/// <summary>install, uninstall: npm packages that run as apps of their own kind.</summary>
internal static class ModuleCommands
{
    private const string Known = "module-db-v2";

    public static int Install(Pm2Context it)
    {
        var word = it.Line.Words.FirstOrDefault();
        if (word is null)
            return it.Fail("missing argument: pm2 install NAME");
        if (it.Home.Create() is { } fault)
            return it.Fail(fault);
        var local = word is "." || word.StartsWith("./", StringComparison.Ordinal) || word.StartsWith('/');
        var source = local ? it.Absolute(word) : word;
        var name = local ? NameIn(source) : NameOf(word);
        if (name is null)
            return it.Fail($"{source} holds no package.json with a name");
        var folder = Path.Combine(it.Home.Modules, name);
        Directory.CreateDirectory(folder);
        if (!File.Exists(Path.Combine(folder, "package.json")))
            File.WriteAllText(Path.Combine(folder, "package.json"), "{}\n");
        it.Say($"[PM2][Module] Installing NPM {name} module");
        if (it.Host.Run(["npm", "install", source, "--loglevel=error", "--no-audit", "--no-fund", "--prefix", folder]) is not 0 and var code)
            return it.Fail($"npm install {source} ended with exit code {code}");
        var root = Path.Combine(folder, "node_modules", name);
        if (!Directory.Exists(root))
            return it.Fail($"npm installed no {name}");
        it.Say("[PM2][Module] Module downloaded");
        var values = ConfStore.Read(it.Home.Conf);
        ConfStore.Set(values, [Known, name, "source"], source);
        ConfStore.Write(it.Home.Conf, values);
        return Lists.After(it, Launch(it, name, root));
    }

    public static int Uninstall(Pm2Context it)
    {
        var word = it.Line.Words.FirstOrDefault();
        if (word is null)
            return it.Fail("missing argument: pm2 uninstall NAME|all");
        var values = ConfStore.Read(it.Home.Conf);
        List<string> names = word == "all" ? [.. (values[Known] as JsonObject ?? []).Select(m => m.Key)] : [word];
        var list = it.Daemon.List();
        foreach (var name in names)
        {
            var running = list.FindAll(p => p.Name == name && p.IsModule);
            var folder = Path.Combine(it.Home.Modules, name);
            if (running.Count == 0 && !Directory.Exists(folder))
                return it.Fail($"module {name} is not installed");
            if (running.Count > 0)
                ActionCommands.Order(it, Action.Delete, list, running);
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            ConfStore.Unset(values, [Known, name]);
            it.Say($"[PM2][Module] Module {name} uninstalled");
        }

        ConfStore.Write(it.Home.Conf, values);
        return Lists.After(it, Pm2Context.Ok);
    }

    private static int Launch(Pm2Context it, string name, string root)
    {
        if (JsonNode.Parse(File.ReadAllText(Path.Combine(root, "package.json"))) is not JsonObject package)
            return it.Fail($"{root}/package.json cannot be read");
        var list = it.Daemon.List(withEnv: true);
        var before = list.FindAll(p => p.Name == name);
        if (before.Count > 0)
            ActionCommands.Order(it, Action.Delete, list, before);
        var asked = (package["apps"] is JsonArray apps ? apps.FirstOrDefault() : package["apps"]) as JsonObject ?? [];
        var conf = AppConf.Of(asked);
        conf["name"] = name;
        conf["cwd"] = root;
        conf["script"] ??= JsonValue.Create(package["main"]?.ToString() ?? (package["bin"] is JsonValue bin ? bin.ToString() : "index.js"));
        conf["pmx_module"] = true;
        var env = ShellEnvironment.Of(it, null);
        ShellEnvironment.Lay(env, conf.Object("env"));
        // Defaults of the package, below what was set by hand.
        var values = package["config"] as JsonObject ?? [];
        foreach (var (key, value) in values)
            env[key] = value?.ToString() ?? "";
        if (values.Count > 0)
            env[name] = values.ToJsonString();
        ShellEnvironment.LayConf(it, env, name);
        return Launching.Run(it, conf, env, it.Daemon.List(), d => $"[Module] {d.Name} launched");
    }

    private static string? NameIn(string folder) =>
        File.Exists(Path.Combine(folder, "package.json")) && JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "package.json"))) is JsonObject package ? package["name"]?.ToString() : null;

    // name, name@version, @scope/name@version, owner/repository.
    private static string NameOf(string word)
    {
        var at = word.LastIndexOf('@');
        var bare = at > 0 ? word[..at] : word;
        return bare.Contains('/') && bare[0] != '@' ? Path.GetFileNameWithoutExtension(bare) : bare;
    }
}
