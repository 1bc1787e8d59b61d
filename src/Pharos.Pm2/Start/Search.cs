namespace Pharos.Pm2.Start;

/// <summary>Commands on PATH, and what belongs to a script.</summary>
internal sealed class Search(string path)
{
    /// <summary>Finds a command.</summary>
    /// <returns>Its path; null when there is none.</returns>
    public string? Find(string command)
    {
        if (command.Length == 0 || command.Contains('/'))
            return File.Exists(command) ? command : null;
        foreach (var folder in path.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            var file = Path.Combine(folder, command);
            if (File.Exists(file))
                return file;
        }

        return null;
    }

    /// <summary>Version of the package that a script belongs to, <c>N/A</c> when there is none.</summary>
    public static string VersionOf(string script)
    {
        for (var folder = Path.GetDirectoryName(script); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var package = Path.Combine(folder, "package.json");
            if (!File.Exists(package))
                continue;
            try
            {
                return System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(package)) is System.Text.Json.Nodes.JsonObject read && read["version"] is { } version ? version.ToString() : "N/A";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
            {
                return "N/A";
            }
        }

        return "N/A";
    }
}
