using System.Diagnostics;

namespace Pharos.EndToEnd.Tests.Node;

/// <summary>The binaries of several majors of Node; installed by <c>tests/node/install</c> when they are not there.</summary>
internal static class Nodes
{
    private static readonly Lazy<string> Folder = new(Install);

    /// <summary>Path of one.</summary>
    public static string Of(string version) => Path.Combine(Folder.Value, version, "node");

    private static string Install()
    {
        using var install = Process.Start(new ProcessStartInfo(Repository.PathOf("tests", "node", "install")) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var folder = install.StandardOutput.ReadToEnd().Trim();
        install.WaitForExit();
        return install.ExitCode == 0 ? folder : throw new InvalidOperationException("tests/node/install failed: it says why above");
    }
}
