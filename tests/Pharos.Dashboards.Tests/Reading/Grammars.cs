using System.Diagnostics;
using System.Text.Json;

namespace Pharos.Dashboards.Tests.Reading;

/// <summary>The grammars and types from npm (<c>tests/dashboards</c>), installed once.</summary>
internal static class Grammars
{
    private static readonly Lazy<Task<string>> Folder = new(InstallAsync);
    private static readonly Lazy<Task<IReadOnlyDictionary<Target, (string Text, Syntax Tree)>>> AllTrees = new(ParseAllAsync);

    /// <summary>Where the packages are.</summary>
    public static Task<string> PackagesAsync() => Folder.Value;

    /// <summary>The trees of all queries in all files; durations that Grafana fills are replaced by constants.</summary>
    public static Task<IReadOnlyDictionary<Target, (string Text, Syntax Tree)>> TreesAsync() => AllTrees.Value;

    /// <summary>Parses.</summary>
    /// <param name="queries">Language and text.</param>
    /// <returns>A tree for each.</returns>
    public static async Task<IReadOnlyList<Syntax>> ParseAsync(IEnumerable<(string Language, string Text)> queries)
    {
        var input = JsonSerializer.Serialize(queries.Select(q => new { language = q.Language, text = q.Text }));
        var (code, output) = await Run("node", [Repository.PathOf("tests", "dashboards", "parse.mjs"), await PackagesAsync()], input);
        Assert.True(code == 0, output);
        return JsonSerializer.Deserialize<IReadOnlyList<Syntax>>(output)!;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code and what it wrote; standard error too when it failed.</returns>
    public static async Task<(int Code, string Output)> Run(string program, string[] arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? await output : $"{program} ended with {process.ExitCode}:\n{await output}{await error}");
    }

    private static async Task<string> InstallAsync()
    {
        var (code, output) = await Run(Repository.PathOf("tests", "dashboards", "install"), [], "");
        Assert.True(code == 0, output);
        return output.Trim();
    }

    private static async Task<IReadOnlyDictionary<Target, (string Text, Syntax Tree)>> ParseAllAsync()
    {
        var targets = BoardFile.All.SelectMany(b => b.Targets.Concat(b.AnnotationTargets)).Where(t => t.Text != "$trace").ToList();
        var texts = targets.Select(t => Placeholders.Durations(t.Text)).ToList();
        var trees = await ParseAsync(targets.Zip(texts, (t, text) => (t.Language, text)));
        return targets.Zip(texts, trees).ToDictionary(x => x.First, x => (x.Second, x.Third));
    }
}
