using Pharos.Client.Boot;
using Pharos.Client.Line;
using Pharos.Client.Wire;

namespace Pharos.Client;

/// <summary><c>pharos resurrect</c>: a daemon that is started brings back by itself what was up; then whatever else was saved is asked for.</summary>
internal static class ResurrectVerb
{
    public static int Run(ParsedLine line, Shell shell)
    {
        if (PharosHome.Find(shell, out var home) is { } noHome)
        {
            return shell.Fail(noHome);
        }

        using (var running = UnixConnection.Open(home!.Socket, out var errno))
        {
            if (running is null && errno is ClientLibc.ENOENT or ClientLibc.ECONNREFUSED)
            {
                if (DaemonStart.Run(shell, home) is { } fault)
                {
                    return shell.Fail(fault);
                }

                if (!line.Has("--json"))
                {
                    shell.Print("started the daemon, which brings back what was up when the last one ended\n");
                }
            }
        }

        var query = line.Value("--file") is { } file ? "file=" + ThinRequest.Escape(Path.GetFullPath(file, shell.Cwd)) : "";
        return Cli.Ask(line, shell, "POST", "/v1/resurrect", query);
    }
}
