using Pharos.Client.Boot;
using Pharos.Client.Line;

namespace Pharos.Client.Startup;

/// <summary>What startup and unstartup are about, worked out of the command line and the machine.</summary>
/// <param name="Init">The init system.</param>
/// <param name="Facts">The service.</param>
/// <param name="File">Its file.</param>
/// <param name="IsRoot">Whether we may write it and command the init system.</param>
/// <param name="IsOwn">The daemon is ours, not another user's.</param>
internal sealed record ServicePlan(InitSystem Init, ServiceFacts Facts, string File, bool IsRoot, bool IsOwn)
{
    /// <summary>A service of the machine is root's business.</summary>
    public bool MayWrite => IsRoot || !Facts.System;

    public static string? Make(ParsedLine line, Shell shell, out ServicePlan? plan)
    {
        plan = null;
        if (InitSystem.Find(shell, line.Words is [var asked] ? asked : null, out var init) is { } noInit)
        {
            return noInit;
        }

        if (line.Has("--user") && line.Has("--system"))
        {
            return "--user and --system exclude each other";
        }

        var uid = ClientLibc.geteuid();
        var root = uid == 0;
        if (!init!.IsSystemd && line.Has("--user"))
        {
            return "a service of a user is possible with systemd only: use --system";
        }

        var system = !init.IsSystemd || line.Has("--system") || line.Has("--for") || (root && !line.Has("--user"));
        if (system != true && line.Has("--for"))
        {
            return "--for goes with --system";
        }

        var (me, _) = Account(a => a[2] == $"{uid}");
        var user = line.Value("--for") ?? me ?? $"{uid}";
        var own = user == (me ?? $"{uid}");
        if (Home(shell, user, own, out var home) is { } noHome)
        {
            return noHome;
        }

        var name = line.Value("--name") ?? (system && user != "root" ? $"pharos-{user}" : "pharos");
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"-_.:".Contains(c, StringComparison.Ordinal))
            {
                return $"a service cannot be called '{name}': letters, digits, dash, underscore, dot and colon";
            }
        }

        var command = Command(shell);
        foreach (var part in (string[])[home!.Path, user, .. command])
        {
            if (part.AsSpan().IndexOfAny('\n', '\r', '\0') >= 0)
            {
                return $"'{part.ReplaceLineEndings("?")}' cannot stand in a service file: it has a line break in it";
            }
        }

        var facts = new ServiceFacts(name, command, home.Path, user, system);
        plan = new ServicePlan(init, facts, init.FileOf(facts, shell), root, own);
        return null;
    }

    private static string? Home(Shell shell, string user, bool own, out PharosHome? home)
    {
        if (own || shell.Variable("PHAROS_HOME") is not null)
        {
            return PharosHome.Find(shell, out home);
        }

        home = null;
        var (_, folder) = Account(a => a[0] == user);
        return folder is null
            ? $"there is no user '{user}' in /etc/passwd: if there is one elsewhere, set PHAROS_HOME to the home of that daemon"
            : PharosHome.Find(name => name == "HOME" ? folder : null, shell.Cwd, out home);
    }

    private static (string? Name, string? Folder) Account(Func<string[], bool> wanted)
    {
        foreach (var line in System.IO.File.Exists("/etc/passwd") ? System.IO.File.ReadAllLines("/etc/passwd") : [])
        {
            if (line.Split(':') is { Length: >= 6 } account && wanted(account))
            {
                return (account[0], account[5]);
            }
        }

        return (null, null);
    }

    // By the name on PATH where that leads to this program: a link stays when a new version comes, a versioned folder does not.
    private static string[] Command(Shell shell)
    {
        var self = Environment.ProcessPath!;
        if (Path.GetFileName(self) == "dotnet")
        {
            return [self, Path.Combine(AppContext.BaseDirectory, "pharos.dll")];
        }

        return Subprocess.Find(shell, "pharos") is { } link && Path.IsPathRooted(link)
            && (System.IO.File.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName ?? link) == self ? [link] : [self];
    }
}
