using Pharos.Pm2.Start;

namespace Pharos.Pm2.Commands;

/// <summary>startup, unstartup: the daemon of a user as a service of the machine.</summary>
internal static class StartupCommand
{
    private const UnixFileMode Script = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public static int Run(Pm2Context it)
    {
        if (Prepare(it, "startup", out var code) is not { } system)
            return code;
        var (user, service, home) = Facts(it);
        var path = system.PathOf(service);
        var text = system.FileFor(service, user, home, it.Host.Executable, it.Variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin", it.Line.Has("--wait-ip"));
        it.Tell($"Init System found: {system.Name}");
        it.Say($"Platform {system.Name}\nTemplate\n{text}Target path\n{path}");
        it.Tell($"Writing init configuration in {path}");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
            if (system.Name != "systemd")
                File.SetUnixFileMode(path, Script);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return it.Fail($"cannot write {path}: {e.Message}");
        }

        it.Tell("Making script booting at startup...");
        code = Execute(it, system.Enable(service));
        it.Say("+---------------------------------------+");
        it.Tell("Freeze a process list on reboot via:\n$ pm2 save\n");
        it.Tell($"Remove init script via:\n$ pm2 unstartup {system.Name}");
        return code;
    }

    public static int Undo(Pm2Context it)
    {
        if (Prepare(it, "unstartup", out var code) is not { } system)
            return code;
        var (_, service, _) = Facts(it);
        var path = system.PathOf(service);
        code = Execute(it, system.Disable(service));
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return it.Fail($"cannot remove {path}: {e.Message}");
        }

        it.Tell("Init file disabled.");
        return code;
    }

    private static InitSystem? Prepare(Pm2Context it, string verb, out int code)
    {
        var word = it.Line.Words.FirstOrDefault();
        var search = new Search(it.Variable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin");
        code = Pm2Context.Ok;
        if (InitSystem.Find(word, command => search.Find(command) is not null) is not { } system)
        {
            code = it.Fail(word is null ? "Init system not found" : $"Platform {word} is not known: {string.Join(", ", InitSystem.All.SelectMany(s => s.Words))}");
            return null;
        }

        if (Environment.IsPrivilegedProcess)
            return system;
        it.Tell($"Init System found: {system.Name}");
        it.Tell($"To {(verb == "startup" ? "setup" : "unsetup")} the Startup Script, copy/paste the following command:");
        it.Print($"sudo env PATH=$PATH:{Path.GetDirectoryName(it.Host.Executable)} {it.Host.Executable} pm2 {verb} {system.Name} -u {it.Variable("USER") ?? Environment.UserName} --hp {it.Variable("HOME")}\n");
        code = Pm2Context.Failed;
        return null;
    }

    private static (string User, string Service, string Home) Facts(Pm2Context it)
    {
        var user = it.Line.Value("--user") ?? it.Variable("USER") ?? "root";
        var home = it.Line.Value("--hp") is { } given ? Path.Combine(given, ".pm2") : it.Home.Path;
        return (user, it.Line.Value("--service-name") ?? $"pm2-{user}", home);
    }

    // A machine may have the files of an init system without its commands: an image that is being built, say. Then the file is what counts.
    private static int Execute(Pm2Context it, IReadOnlyList<string[]> commands)
    {
        var search = new Search(it.Variable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin");
        foreach (var command in commands)
        {
            var line = string.Join(' ', command);
            if (search.Find(command[0]) is null)
            {
                it.Warn($"{command[0]} is not on PATH; to be run where it is: {line}");
                continue;
            }

            it.Tell($"[-] Executing: {line}...");
            var (code, said) = it.Host.Capture(command);
            if (said.Length > 0)
                it.Say(said);
            if (code != 0)
                it.Warn($"'{line}' ended with exit code {code}");
            else
                it.Tell("[v] Command successfully executed.");
        }

        return Pm2Context.Ok;
    }
}
