using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pharos.Pm2.Commands;

/// <summary>The values of <c>pm2 set</c>, module_conf.json.</summary>
internal static class ConfStore
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly char[] Dots = ['.', ':'];

    /// <summary>Reads them; empty when there is no such file, or nothing in it that could be read.</summary>
    public static JsonObject Read(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return [];
        }
    }

    /// <summary>Writes them, aside and then in place.</summary>
    public static void Write(string path, JsonObject values)
    {
        var aside = path + ".new";
        using (var file = new FileStream(aside, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        using (var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = Indented.WriteIndented }))
            values.WriteTo(writer);
        File.Move(aside, path, overwrite: true);
    }

    /// <summary>The parts of a key: <c>app.key</c> and <c>app:key</c> alike.</summary>
    public static string[] Parts(string key) => key.Split(Dots, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Sets a value, making what lies on the way to it.</summary>
    public static void Set(JsonObject values, string[] key, string value)
    {
        var at = values;
        foreach (var part in key[..^1])
        {
            if (at[part] is not JsonObject inner)
                at[part] = inner = [];
            at = inner;
        }

        at[key[^1]] = value;
    }

    /// <summary>Finds a value.</summary>
    public static JsonNode? Get(JsonObject values, string[] key)
    {
        JsonNode? at = values;
        foreach (var part in key)
            at = (at as JsonObject)?[part];
        return at;
    }

    /// <summary>Takes a value away.</summary>
    /// <returns>False when there is none.</returns>
    public static bool Unset(JsonObject values, string[] key) =>
        (key.Length == 1 ? values : Get(values, key[..^1]) as JsonObject)?.Remove(key[^1]) == true;
}
