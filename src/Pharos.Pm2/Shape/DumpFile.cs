using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pharos.Pm2.Shape;

/// <summary>The saved list, <c>dump.pm2</c>: an array of <c>pm2_env</c>. Ours is written aside, fsynced and renamed, and only its owner can read it.</summary>
/// <remarks>It holds values of secrets: what is resurrected from it after a boot could not run without them.</remarks>
internal static class DumpFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The entries of a list: what another daemon, or PM2 itself, needs to bring the processes back.</summary>
    /// <param name="processes">As <see cref="ProcessShape.OfAll"/> gives them, values and all.</param>
    public static JsonArray Of(JsonArray processes)
    {
        var saved = new JsonArray();
        foreach (var env in processes.Select(p => p!["pm2_env"]!.DeepClone().AsObject()))
        {
            if (env["pmx_module"] is JsonValue module && module.GetValueKind() == JsonValueKind.True)
                continue;
            foreach (var name in (string[])["instances", "pm_id", "prev_restart_delay"])
                env.Remove(name);
            saved.Add((JsonNode)env);
        }

        return saved;
    }

    /// <summary>Writes it; the list that was there becomes the backup.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="entries">As <see cref="Of"/> gives them.</param>
    /// <exception cref="IOException">It cannot be written; what was there is still there.</exception>
    public static void Write(string path, JsonArray entries)
    {
        var aside = path + ".tmp";
        File.Delete(aside);
        using (var file = new FileStream(aside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(NodeJson.Write(entries, indent: 2)));
            file.Flush(flushToDisk: true);
        }

        if (File.Exists(path))
        {
            File.Copy(path, path + ".bak", overwrite: true);
            File.SetUnixFileMode(path + ".bak", OwnerOnly);
        }

        File.Move(aside, path, overwrite: true);
    }

    /// <summary>Reads it, or its backup when it is not whole.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="fault">One line about what was passed over; null: nothing was.</param>
    /// <returns>The entries; null when neither is there and whole.</returns>
    public static IReadOnlyList<JsonObject>? Read(string path, out string? fault)
    {
        fault = null;
        foreach (var candidate in (string[])[path, path + ".bak"])
        {
            if (!File.Exists(candidate))
                continue;
            try
            {
                if (JsonNode.Parse(File.ReadAllText(candidate)) is JsonArray entries)
                    return [.. entries.OfType<JsonObject>()];
                fault ??= $"{candidate} is no list of processes";
            }
            catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
            {
                fault ??= $"{candidate} cannot be read: {e.Message}";
            }
        }

        return null;
    }
}
