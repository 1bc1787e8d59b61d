namespace Pharos.Core.Specs;

/// <summary>Which program runs a script, by its extension. The table is PM2's, and a few that PM2's users ask for.</summary>
public static class Interpreters
{
    /// <summary>The word that turns interpretation off.</summary>
    public const string None = "none";

    /// <summary>Candidates for a script's extension, best first; empty when the file is run directly.</summary>
    /// <param name="script">File name or path.</param>
    /// <returns>Program names to look up on PATH, each with arguments that go before the script.</returns>
    public static IReadOnlyList<(string Program, string[] Args)> For(string script)
    {
        var dot = script.LastIndexOf('.');
        var extension = dot > script.LastIndexOf('/') ? script[dot..].ToLowerInvariant() : "";
        return extension switch
        {
            ".sh" => [("bash", []), ("sh", [])],
            ".py" => [("python3", []), ("python", [])],
            ".rb" => [("ruby", [])],
            ".php" => [("php", [])],
            ".pl" => [("perl", [])],
            ".js" or ".cjs" or ".mjs" => [("node", [])],
            ".ts" or ".tsx" => [("bun", []), ("node", ["--experimental-strip-types"])],
            ".coffee" => [("coffee", [])],
            ".ls" => [("lsc", [])],
            ".dll" => [("dotnet", [])],
            ".jar" => [("java", ["-jar"])],
            ".lua" => [("lua", [])],
            _ => [],
        };
    }

    /// <summary>Whether a program block-buffers a stdout that is no terminal unless <c>PYTHONUNBUFFERED</c> is set.</summary>
    /// <param name="program">Program name or path.</param>
    /// <returns>True for python.</returns>
    public static bool IsPython(string program) =>
        program[(program.LastIndexOf('/') + 1)..].StartsWith("python", StringComparison.Ordinal);
}
