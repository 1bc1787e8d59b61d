using System.Text;
using Pharos.Client.Boot;
using Pharos.Client.Line;
using Pharos.Client.Startup;
using Pharos.Client.Wire;

namespace Pharos.Client;

/// <summary><c>pharos startup</c> and <c>unstartup</c>: the daemon as a service of the machine's init system.</summary>
internal static class StartupVerb
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Readable = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Script = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static int Run(ParsedLine line, Shell shell)
    {
        if (ServicePlan.Make(line, shell, out var plan) is { } fault)
        {
            return shell.Fail(fault, ExitCodes.Usage);
        }

        var (init, facts) = (plan!.Init, plan.Facts);
        List<string[]> commands = [.. init.Enable(facts), HandOver(plan), init.Start(facts)];
        if (line.Has("--print"))
        {
            shell.Print($"# {plan.File}\n{init.TextOf(facts)}\n{Block(plan, [], commands)}");
            return ExitCodes.Ok;
        }

        if (!plan.MayWrite)
        {
            shell.Print($"A service of the machine is root's business. To make it, copy and run:\n\n{Block(plan, [Tee(plan)], commands)}");
            return ExitCodes.Failed;
        }

        try
        {
            if (File.Exists(plan.File) && !Settings.IsOurs(plan.File))
            {
                return shell.Fail($"{plan.File} is there, and 'pharos startup' did not make it: move it away, or choose another --name");
            }

            Write(plan, shell);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return shell.Fail($"cannot write {plan.File}: {e.Message}");
        }

        var left = Carry(plan, shell, commands);
        if (left.Count == 0)
        {
            shell.Print($"the service {facts.Name} runs, and starts with the machine\n");
        }
        else
        {
            shell.Print($"{(init.Runs ? "Not everything could be run" : $"{init.Name} does not run here")}. To do the rest, copy and run:\n\n{Block(plan, [], left)}");
        }

        if (!facts.System && !File.Exists($"{init.Root}/var/lib/systemd/linger/{facts.User}"))
        {
            shell.Print($"A service of a user starts at its login. To have it start at boot and outlive the logout: loginctl enable-linger {facts.User}\n");
        }

        return left.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    public static int Undo(ParsedLine line, Shell shell)
    {
        if (ServicePlan.Make(line, shell, out var plan) is { } fault)
        {
            return shell.Fail(fault, ExitCodes.Usage);
        }

        var (init, facts) = (plan!.Init, plan.Facts);
        try
        {
            if (!File.Exists(plan.File))
            {
                shell.Print($"there is no {plan.File}: nothing to undo\n");
                return ExitCodes.Ok;
            }

            if (!Settings.IsOurs(plan.File))
            {
                return shell.Fail($"{plan.File} was not made by 'pharos startup': it is left alone");
            }

            string[] remove = ["rm", plan.File];
            List<string[]> commands = [HandOver(plan), init.Disable(facts), remove, .. init.Forget(facts) is { } forget ? new[] { forget } : []];
            if (line.Has("--print") || !plan.MayWrite)
            {
                shell.Print($"{(line.Has("--print") ? "" : "A service of the machine is root's business. To undo it, copy and run:\n\n")}{Block(plan, [], commands)}");
                return line.Has("--print") ? ExitCodes.Ok : ExitCodes.Failed;
            }

            return Remove(plan, shell);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return shell.Fail($"cannot undo {plan.File}: {e.Message}");
        }
    }

    private static int Remove(ServicePlan plan, Shell shell)
    {
        var (init, facts) = (plan.Init, plan.Facts);
        var active = init.Runs && Subprocess.Run(shell, init.IsActive(facts)).ExitCode == 0;
        if (active && init.IsSystemd)
        {
            Run(plan, shell, HandOver(plan), out _);
        }

        // OpenRC's supervisor starts a daemon that ended again: only its own stop ends it, and that stops the apps until the next daemon.
        List<string[]> commands = [.. active ? new[] { init.Stop(facts) } : [], init.Disable(facts)];
        var left = Carry(plan, shell, commands);
        File.Delete(plan.File);
        if (plan.IsOwn && File.Exists(facts.Variables) && Settings.IsOurs(facts.Variables))
        {
            File.Delete(facts.Variables);
        }

        left.AddRange(Carry(plan, shell, init.Forget(facts) is { } forget && init.Runs ? [forget] : []));
        shell.Print($"removed {plan.File}\n");
        if (active && plan.IsOwn && DaemonStart.Run(shell, new PharosHome(facts.Home)) is { } fault)
        {
            return shell.Fail($"the apps have no daemon now: {fault}");
        }

        if (left.Count > 0)
        {
            shell.Print($"Not everything could be run. To do the rest, copy and run:\n\n{Block(plan, [], left)}");
        }

        return left.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static void Write(ServicePlan plan, Shell shell)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(plan.File)!);
        if (plan.IsOwn && Settings.Text(shell) is { } settings && !File.Exists(plan.Facts.Variables))
        {
            Directory.CreateDirectory(plan.Facts.Home, Private | UnixFileMode.UserExecute);
            Settings.Write(plan.Facts.Variables, settings, Private);
            shell.Print($"wrote {plan.Facts.Variables}\n");
        }

        Settings.Write(plan.File, plan.Init.TextOf(plan.Facts), plan.Init.IsSystemd ? Readable : Script);
        shell.Print($"wrote {plan.File}\n");
    }

    /// <summary>Runs the commands in order.</summary>
    /// <returns>Those that were not run or failed; what comes after a failure is not tried, but for what works without a running init system.</returns>
    private static List<string[]> Carry(ServicePlan plan, Shell shell, List<string[]> commands)
    {
        var left = new List<string[]>();
        foreach (var command in commands)
        {
            var possible = plan.Init.Runs ? left.Count == 0 : !InitSystem.NeedsRunning(command);
            if (!possible)
            {
                left.Add(command);
            }
            else if (!Run(plan, shell, command, out var said))
            {
                left.Add(command);
                shell.Fail($"{string.Join(' ', command)}: {said.ReplaceLineEndings("; ")}");
            }
        }

        return left;
    }

    private static bool Run(ServicePlan plan, Shell shell, string[] command, out string said)
    {
        (var exitCode, said) = Array.IndexOf(command, "--keep-apps") < 0 ? Subprocess.Run(shell, command)
            : Release(plan, shell) is { } fault ? (ExitCodes.Failed, fault) : (ExitCodes.Ok, "");
        return exitCode == ExitCodes.Ok;
    }

    /// <summary>The daemon of this home goes, its apps run on, and whoever comes next takes them over.</summary>
    private static string? Release(ServicePlan plan, Shell shell)
    {
        var socket = $"{plan.Facts.Home}/pharos.sock";
        using (var connection = UnixConnection.Open(socket, out _))
        {
            if (connection is null)
            {
                return null;
            }

            var request = new ThinRequest("startup", "POST", "/v1/shutdown", "keepApps=1");
            if (ThinHttp.Exchange(connection, request.ToBytes(ClientTrace.Begin(shell)), shell).ExitCode != ExitCodes.Ok)
            {
                return "the daemon does not let go of its apps";
            }
        }

        const int patience = 200, pause = 50;
        for (var i = 0; i < patience; i++)
        {
            using var still = UnixConnection.Open(socket, out _);
            if (still is null)
            {
                return null;
            }

            Thread.Sleep(pause);
        }

        return $"the daemon did not end within {patience * pause / 1000} s";
    }

    // In words for a shell; we ourselves ask the socket.
    private static string[] HandOver(ServicePlan plan) => ["env", "PHAROS_HOME=" + plan.Facts.Home, .. plan.Facts.Command, "daemon", "stop", "--keep-apps"];

    private static string Tee(ServicePlan plan) =>
        $"{Sudo(plan)}tee {OpenRcScript.Quoted(plan.File)} >/dev/null <<'END-OF-FILE'\n{plan.Init.TextOf(plan.Facts)}END-OF-FILE"
        + (plan.Init.IsSystemd ? "" : $"\n{Sudo(plan)}chmod 755 {OpenRcScript.Quoted(plan.File)}");

    private static string Block(ServicePlan plan, List<string> first, List<string[]> commands)
    {
        var text = new StringBuilder();
        foreach (var line in first)
        {
            text.Append(line).Append('\n');
        }

        foreach (var command in commands)
        {
            text.Append(Array.IndexOf(command, "--keep-apps") < 0 ? Sudo(plan) : "");
            text.AppendJoin(' ', Array.ConvertAll(command, Plain)).Append('\n');
        }

        return text.ToString();
    }

    private static string Sudo(ServicePlan plan) => plan.Facts.System && !plan.IsRoot ? "sudo " : "";

    private static string Plain(string word)
    {
        foreach (var c in word)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"/._-+:=@,".Contains(c, StringComparison.Ordinal))
            {
                return OpenRcScript.Quoted(word);
            }
        }

        return word;
    }
}
