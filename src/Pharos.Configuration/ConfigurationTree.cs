using Pharos.Configuration.Syntax;
using Pharos.Configuration.Variables;

namespace Pharos.Configuration;

/// <summary>What a file holds, before anybody asks what it means: for who reads other attributes from it than ours.</summary>
public static class ConfigurationTree
{
    /// <summary>Reads a file of any of the formats.</summary>
    /// <param name="path">The file, absolute or relative to <see cref="ConfigurationOptions.ShellCwd"/>.</param>
    /// <param name="options">The shell; JavaScript files are evaluated by its node.</param>
    /// <returns>The tree as JSON, or one line that says what is wrong.</returns>
    public static (string? Json, string? Fault) Read(string path, ConfigurationOptions options)
    {
        var source = Path.GetFullPath(path, options.ShellCwd);
        try
        {
            return Outcome(Has(".config.js", ".config.cjs", ".config.mjs") ? JavaScriptFile.Evaluate(source, options, ".json, .yml and .yaml")
                : Has(".yml", ".yaml") ? YamlText.Parse(File.ReadAllText(source))
                : LenientJson.Parse(File.ReadAllText(source)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"cannot be read: {e.Message}");
        }

        bool Has(params ReadOnlySpan<string> endings)
        {
            foreach (var ending in endings)
            {
                if (Path.GetFileName(source).Contains(ending, StringComparison.OrdinalIgnoreCase))
                    return true;
            }

            return false;
        }
    }

    /// <summary>Reads JSON as people write it.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The tree as JSON, or one line that says what is wrong.</returns>
    public static (string? Json, string? Fault) Parse(string text) => Outcome(LenientJson.Parse(text));

    /// <summary>Splits a line into words at blanks, as a shell does.</summary>
    /// <param name="line">The line.</param>
    /// <returns>Its words.</returns>
    public static IReadOnlyList<string> Words(string line) => CommandWords.Split(line);

    private static (string?, string?) Outcome(Parsed parsed) =>
        parsed.Fault is { } fault ? (null, fault.Line > 0 ? $"line {fault.Line}: {fault.Text}" : fault.Text) : (parsed.Root?.ToJson(), null);
}
