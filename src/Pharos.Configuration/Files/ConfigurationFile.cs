using Pharos.Configuration.Attributes;
using Pharos.Configuration.Syntax;
using Pharos.Contracts;

namespace Pharos.Configuration;

/// <summary>A file in, validated apps out: parse, read, validate everything, and only then answer.</summary>
public static class ConfigurationFile
{
    private const string PackageJson = "package.json";

    /// <summary>Formats that need no other program, for messages.</summary>
    private const string NeedNone = ".json, .yml, .yaml and package.json";

    private static readonly string[] JavaScript = [".config.js", ".config.cjs", ".config.mjs"];

    /// <summary>Whether a file of this name describes apps.</summary>
    /// <param name="path">Path or name.</param>
    /// <returns>False for scripts and everything else.</returns>
    public static bool IsOne(string path) => IsJavaScript(path) || Ends(path, ".json") || IsYaml(path);

    /// <summary>Reads a file. Never throws for what a file holds.</summary>
    /// <param name="path">The file, absolute or relative to <see cref="ConfigurationOptions.ShellCwd"/>.</param>
    /// <param name="options">The shell and the line.</param>
    /// <returns>Its apps, or its faults.</returns>
    public static ConfigurationResult Read(string path, ConfigurationOptions options)
    {
        var source = Path.GetFullPath(path, options.ShellCwd);
        var reporter = new Reporter(path);
        var apps = Apps(source, options, reporter);
        return new() { Apps = reporter.Count == 0 ? apps : [], Faults = reporter.Faults, Warnings = reporter.Warnings, Source = source };
    }

    private static List<StartRequest> Apps(string source, ConfigurationOptions options, Reporter reporter)
    {
        if (Tree(source, options, reporter) is not { } root)
            return [];
        List<(StartRequest App, int Line, string Key)> read = [];
        foreach (var (node, key) in RootShape.AppsOf(root, Path.GetFileName(source) == PackageJson, reporter))
        {
            if (node is not Node.Mapping mapping)
                reporter.Fault(node.Line, key, $"{node.Describe()} is no app; accepted: an object with a script");
            else if (new AppReader(mapping, key, Path.GetDirectoryName(source)!, options, reporter).Read() is { } app)
                read.Add((app, mapping.Line, key));
        }

        foreach (var (app, line, key) in read.Where((r, i) => read.FindIndex(o => o.App.Name == r.App.Name) < i))
            reporter.Fault(line, $"{key}.name", $"'{app.Name}' is the name of an app above; accepted: a name that is used once");
        Profiles(root, Path.GetFileName(source) == PackageJson, options, reporter);
        if (reporter.Count == 0 && !options.OnlyMayBeGone)
        {
            foreach (var name in options.Only.Where(o => read.TrueForAll(r => r.App.Name != o)).ToList())
                reporter.Fault(0, "--only", $"no app '{name}' in the file; accepted: {string.Join(", ", read.Select(r => r.App.Name))}");
        }

        return [.. read.Select(r => r.App).Where(a => options.Only.Count == 0 || options.Only.Contains(a.Name!))];
    }

    private static void Profiles(Node root, bool packageJson, ConfigurationOptions options, Reporter reporter)
    {
        if (options.Profile is not { } profile || reporter.Count > 0)
            return;
        var known = RootShape.AppsOf(root, packageJson, new Reporter("")).Select(a => a.Node).OfType<Node.Mapping>()
            .SelectMany(a => a.Members).Where(m => AppReader.ProfileOf(m.Key) is not null).Select(m => AppReader.ProfileOf(m.Key)!).Distinct().Order().ToList();
        if (!known.Contains(profile))
            reporter.Fault(0, $"env_{profile}", $"no app has it; accepted for --profile: {(known.Count > 0 ? string.Join(", ", known) : "nothing, as no app has an env_NAME")}");
    }

    private static Node? Tree(string source, ConfigurationOptions options, Reporter reporter)
    {
        if (!File.Exists(source))
        {
            reporter.Fault(0, "", "there is no such file; accepted: " + string.Join(", ", JavaScript) + ", " + NeedNone);
            return null;
        }

        Parsed parsed;
        try
        {
            parsed = IsJavaScript(source) ? JavaScriptFile.Evaluate(source, options, NeedNone)
                : IsYaml(source) ? YamlText.Parse(File.ReadAllText(source))
                : LenientJson.Parse(File.ReadAllText(source));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reporter.Fault(0, "", $"cannot be read: {e.Message}");
            return null;
        }

        if (parsed.Fault is { } fault)
            reporter.Fault(fault.Line, "", fault.Text);
        return parsed.Root;
    }

    private static bool IsJavaScript(string path) => JavaScript.Any(e => Ends(path, e));

    private static bool IsYaml(string path) => Ends(path, ".yml") || Ends(path, ".yaml");

    private static bool Ends(string path, string ending) => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
}
