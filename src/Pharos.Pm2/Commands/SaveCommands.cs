using System.Text.Json.Nodes;
using Pharos.Pm2.Shape;
using Pharos.Pm2.Start;

namespace Pharos.Pm2.Commands;

/// <summary>save, resurrect, cleardump, update: the list in a file.</summary>
internal static class SaveCommands
{
    public static int Save(Pm2Context it)
    {
        it.Tell("Saving current process list...");
        var entries = DumpFile.Of(ProcessShape.OfAll(it.Daemon.Apps(withEnv: true), mask: false));
        if (entries.Count == 0 && !it.Line.Has("--force") && it.Variable("FORCE") is null)
        {
            it.Warn("PM2 is not managing any process, skipping save...");
            it.Warn("To force saving use: pm2 save --force");
            return Pm2Context.Ok;
        }

        return Write(it, entries) ?? Told(it, $"Successfully saved in {it.Home.Dump}");
    }

    public static int Clear(Pm2Context it)
    {
        if (it.Home.Create() is { } fault)
            return it.Fail(fault);
        return Write(it, []) ?? Told(it, $"Successfully created {it.Home.Dump}");
    }

    public static int Resurrect(Pm2Context it)
    {
        it.Tell("Resurrecting");
        var saved = Read(it, it.Home.Dump, isBackup: false) ?? Read(it, it.Home.DumpBackup, isBackup: true);
        if (saved is null)
        {
            it.Warn("No processes saved; DUMP file doesn't exist");
            return Lists.After(it, it.Daemon.Ensure() is { } refused ? it.Fail(refused) : Pm2Context.Ok);
        }

        var list = it.Daemon.List(withEnv: true);
        var running = list.Select(p => p.Name).ToHashSet();
        var worst = Pm2Context.Ok;
        foreach (var app in saved.Where(e => !running.Contains(Name(e))).GroupBy(e => (Name(e), e["pm_exec_path"]?.ToString(), e["unique_group"]?.ToString())))
            worst = Math.Max(worst, Restore(it, [.. app]));
        return Lists.After(it, worst);
    }

    /// <summary>A new version takes the daemon over; the apps do not notice.</summary>
    public static int Update(Pm2Context it)
    {
        if (it.Daemon.Ensure() is { } refused)
            return it.Fail(refused);
        Save(it);
        var silent = it.Silent;
        var code = it.Host.Own(it.Home.State, ["update"]);
        if (code != Pm2Context.Ok)
            return it.Fail("the daemon was not replaced and goes on as it was");
        if (!silent)
            it.Say(">>>>>>>>>> PM2 updated");
        return Lists.After(it, code);
    }

    private static string Name(JsonObject entry) => entry["name"]?.ToString() ?? "";

    private static List<JsonObject>? Read(Pm2Context it, string path, bool isBackup)
    {
        if (!File.Exists(path))
            return null;
        it.Tell($"Restoring processes located in {path}");
        try
        {
            if (JsonNode.Parse(File.ReadAllText(path)) is JsonArray entries)
                return [.. entries.OfType<JsonObject>()];
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or IOException or UnauthorizedAccessException)
        {
            it.Fail($"{path} cannot be read: {e.Message}");
        }

        // As PM2 does: a broken list is of no use to anybody, and the one before it is tried.
        if (!isBackup)
            File.Delete(path);
        return null;
    }

    private static int Restore(Pm2Context it, List<JsonObject> entries)
    {
        var entry = entries[0];
        var (conf, env) = Dumped.Of(entry, entries.Count);
        var stopped = entries.TrueForAll(e => e["status"]?.ToString() is "stopped" or "errored");
        if (stopped)
            conf["autostart"] = false;
        var code = Launching.Run(it, conf, env, it.Daemon.List(), d => $"Process {d.Options["pm_exec_path"]} restored");
        return code;
    }

    private static int? Write(Pm2Context it, JsonArray entries)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(it.Home.Dump)!);
            DumpFile.Write(it.Home.Dump, entries);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return it.Fail($"cannot write {it.Home.Dump}: {e.Message}");
        }
    }

    private static int Told(Pm2Context it, string text)
    {
        it.Tell(text);
        return Pm2Context.Ok;
    }
}
