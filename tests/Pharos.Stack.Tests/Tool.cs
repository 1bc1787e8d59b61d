using System.Diagnostics;
using Pharos.TestKit.Stack;

namespace Pharos.Stack.Tests;

/// <summary>The checkers that come with the servers: promtool, amtool, and the Collector's own.</summary>
internal static class Tool
{
    /// <summary>Runs one that must be content.</summary>
    /// <returns>What it said.</returns>
    public static async Task<string> OkAsync(string name, IEnumerable<string> args, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(Path.Combine(await StackInstaller.BinFolder(), name), args) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (variable, value) in variables)
            start.Environment[variable] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{name} {string.Join(' ', start.ArgumentList)}: exit code {process.ExitCode}\n{await output}\n{await error}");
        return await output;
    }
}
