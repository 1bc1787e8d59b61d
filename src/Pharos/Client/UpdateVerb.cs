using System.Globalization;
using Pharos.Client.Line;
using Pharos.Client.Wire;

namespace Pharos.Client;

/// <summary>update: offers this executable to the daemon, and asks whoever answers then how it went.</summary>
internal static class UpdateVerb
{
    private const int Accepted = 202;
    private const string Self = "/proc/self/exe";
    private const string Deleted = " (deleted)"; // proc_pid_exe(5)

    /// <summary>Runs it.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(ParsedLine line, Shell shell)
    {
        if (File.ResolveLinkTarget(Self, returnFinalTarget: false)?.FullName is not { } executable)
        {
            return shell.Fail($"cannot read {Self}: which executable should the daemon become?");
        }

        if (executable.EndsWith(Deleted, StringComparison.Ordinal))
        {
            return shell.Fail($"this executable was replaced while it ran ({executable}): run 'pharos update' again");
        }

        var id = Random.Shared.NextInt64(long.MaxValue).ToString("x16", CultureInfo.InvariantCulture);
        var body = new JsonText().Begin('{').Name("executable").Value(executable).Name("id").Value(id).End('}').ToBytes();
        var order = Cli.RequestFor(line, shell, "POST", "/v1/update", "") with { Body = body };
        var begun = Cli.Send(shell, order, Cli.WhenDown.Fail, silentStatus: Accepted);
        return begun.Status != Accepted ? begun.ExitCode
            : Cli.Send(shell, Cli.RequestFor(line, shell, "GET", "/v1/update", $"id={id}"), Cli.WhenDown.Fail).ExitCode;
    }
}
