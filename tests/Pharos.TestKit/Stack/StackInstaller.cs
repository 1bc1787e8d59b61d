using System.Diagnostics;

namespace Pharos.TestKit.Stack;

/// <summary>Runs <c>tests/stack/install</c> once in this process; the script itself locks out other processes and knows when nothing is to do.</summary>
public static class StackInstaller
{
    private static readonly Lazy<Task<string>> Once = new(InstallAsync);

    /// <summary>The folder with the servers.</summary>
    /// <exception cref="InvalidOperationException">The script failed; the message has what it said.</exception>
    public static Task<string> BinFolder() => Once.Value;

    private static async Task<string> InstallAsync()
    {
        var prefix = Repository.PathOf("artifacts", "stack");
        using var install = Process.Start(new ProcessStartInfo(Repository.PathOf("tests", "stack", "install"), [prefix])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        install.StandardInput.Close();
        var said = await install.StandardError.ReadToEndAsync();
        await install.WaitForExitAsync();
        return install.ExitCode == 0
            ? Path.Combine(prefix, "bin")
            : throw new InvalidOperationException($"tests/stack/install failed with {install.ExitCode}:\n{said}");
    }
}
