using System.Text.Json.Nodes;
using Pharos.Configuration;
using Pharos.Pm2.Commands;

namespace Pharos.Pm2.Start;

/// <summary>What a configuration file of PM2's holds.</summary>
/// <param name="Apps">Its apps, <c>static</c> ones among them.</param>
/// <param name="Deploy">Its deployments; null: none.</param>
internal sealed record AppFile(IReadOnlyList<JsonObject> Apps, JsonObject? Deploy)
{
    private static readonly string[] Endings = [".json", ".yml", ".yaml", ".config.js", ".config.cjs", ".config.mjs"];

    /// <summary>Whether a word names a configuration file. The ending may stand anywhere in it, as always.</summary>
    public static bool IsOne(string word) => Array.Exists(Endings, e => word.Contains(e, StringComparison.Ordinal));

    /// <summary>Reads one.</summary>
    /// <param name="it">The command.</param>
    /// <param name="word">The file; <c>-</c>: stdin.</param>
    /// <param name="fault">What PM2 says of it; null: nothing.</param>
    public static AppFile? Read(Pm2Context it, string word, out string? fault)
    {
        fault = null;
        string? json, wrong;
        if (word == "-")
        {
            (json, wrong) = Text(it, it.Host.ReadInput());
        }
        else
        {
            var path = it.Absolute(word);
            if (!File.Exists(path))
            {
                fault = $"File {word} not found";
                return null;
            }

            (json, wrong) = ConfigurationTree.Read(path, new ConfigurationOptions { ShellCwd = it.Host.Cwd, ShellEnv = it.Host.Variables });
            if (json is null && path.Contains(".json", StringComparison.Ordinal))
                (json, wrong) = Text(it, File.ReadAllText(path));
        }

        if (json is not null && JsonNode.Parse(json) is { } root)
            return Of(root);
        fault = $"File {(word == "-" ? "pipe" : word)} malformated{(wrong is null ? "" : $": {wrong}")}";
        return null;
    }

    // PM2 takes JSON for an expression of JavaScript, and some wrote one: then node says what it comes to.
    private static (string? Json, string? Fault) Text(Pm2Context it, string text)
    {
        var (json, fault) = ConfigurationTree.Parse(text);
        if (json is not null)
            return (json, null);
        var (exitCode, said) = it.Host.Capture(["node", "-e", "process.stdout.write(JSON.stringify(eval('(' + process.argv[1] + '\\n)')))", text]);
        return exitCode == 0 ? (said, null) : (null, fault);
    }

    private static AppFile Of(JsonNode root)
    {
        var file = root as JsonObject;
        var apps = file?["apps"] ?? file?["pm2"] ?? (file?["static"] is null ? root : null);
        List<JsonObject> all = apps switch
        {
            JsonArray list => [.. list.OfType<JsonObject>()],
            JsonObject one => [one],
            _ => [],
        };
        foreach (var site in (file?["static"] as JsonArray ?? []).OfType<JsonObject>())
            all.Add(ServeApp(site));
        return new(all, file?["deploy"] as JsonObject);
    }

    private static JsonObject ServeApp(JsonObject site)
    {
        var env = new JsonObject();
        void Put(string variable, JsonNode? value)
        {
            if (value is not null)
                env[variable] = value.ToString();
        }

        Put("PM2_SERVE_PORT", site["port"] ?? 8080);
        Put("PM2_SERVE_HOST", site["host"]);
        Put("PM2_SERVE_PATH", site["path"] ?? ".");
        Put("PM2_SERVE_SPA", site["spa"]);
        Put("PM2_SERVE_FTP", site["ftp"]);
        Put("PM2_SERVE_DIRECTORY", site["directory"]);
        if (site["basic_auth"] is JsonObject auth)
        {
            env["PM2_SERVE_BASIC_AUTH"] = "true";
            Put("PM2_SERVE_BASIC_AUTH_USERNAME", auth["username"]);
            Put("PM2_SERVE_BASIC_AUTH_PASSWORD", auth["password"]);
        }

        return new JsonObject { ["name"] = site["name"]?.ToString() ?? $"static-page-server-{site["port"] ?? 8080}", ["script"] = "serve", ["env"] = env };
    }
}
