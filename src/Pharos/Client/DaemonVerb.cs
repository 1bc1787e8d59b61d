using Pharos.Client.Line;

namespace Pharos.Client;

/// <summary><c>pharos daemon stop</c> and <c>pharos daemon status</c>; without a word it is the daemon itself, and never comes here.</summary>
internal static class DaemonVerb
{
    public static int Run(ParsedLine line, Shell shell)
    {
        switch (line.Words)
        {
            case ["stop"] when !line.Has("--metrics"):
                return Cli.Ask(line, shell, "POST", "/v1/shutdown", line.Has("--keep-apps") ? "keepApps=1" : "forGood=0", Cli.WhenDown.Succeed);
            case ["status"] when line.OwnOptions == 0:
                return Cli.Ask(line, shell, "GET", "/v1/daemon", "status=1", Cli.WhenDown.Fail);
            case ["stop"]:
                return shell.Fail("--metrics goes with a daemon that is to run; see 'pharos help daemon'", ExitCodes.Usage);
            case ["status"]:
                return shell.Fail("'daemon status' takes no option of 'daemon'; see 'pharos help daemon'", ExitCodes.Usage);
            default:
                return shell.Fail($"'{line.Verb.Name}' must be the first word", ExitCodes.Usage);
        }
    }
}
