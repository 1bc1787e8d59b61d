namespace Pharos.Client.Startup;

/// <summary>One init system, and how a service is made known to it.</summary>
/// <param name="Name">systemd or openrc.</param>
/// <param name="Root">Folder under which everything of the machine lies; empty: the machine itself.</param>
internal sealed record InitSystem(string Name, string Root)
{
    /// <summary>Variable that moves /etc and /run of the machine to below a folder. For tests and for making images.</summary>
    public const string RootVariable = "PHAROS_STARTUP_ROOT";

    public bool IsSystemd => Name == "systemd";

    /// <summary>It runs this machine now, so services can be started.</summary>
    public bool Runs => Directory.Exists(Root + (IsSystemd ? "/run/systemd/system" : "/run/openrc"));

    /// <summary>Finds the init system: the one that runs, else one whose tools are there.</summary>
    /// <param name="shell">Whose PATH.</param>
    /// <param name="asked">What the user named; null: nothing.</param>
    /// <param name="found">The init system.</param>
    /// <returns>Null, or one line that says what is wrong.</returns>
    public static string? Find(Shell shell, string? asked, out InitSystem? found)
    {
        var root = shell.Variable(RootVariable) is { } folder ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder, shell.Cwd)) : "";
        var (systemd, openrc) = (new InitSystem("systemd", root), new InitSystem("openrc", root));
        found = asked switch
        {
            "systemd" => systemd,
            "openrc" => openrc,
            not null => null,
            null when systemd.Runs => systemd,
            null when openrc.Runs => openrc,
            null when Subprocess.Find(shell, "systemctl") is not null => systemd,
            null when Subprocess.Find(shell, "rc-update") is not null => openrc,
            null => null,
        };
        return found is not null ? null
            : asked is not null ? $"there is no init system '{asked}' here: systemd or openrc"
            : "found neither systemd nor OpenRC on this machine: name one, and --print shows what it would need; anywhere else, have 'pharos daemon' run at boot";
    }

    /// <summary>The file of a service.</summary>
    public string FileOf(ServiceFacts facts, Shell shell)
    {
        if (!IsSystemd)
        {
            return $"{Root}/etc/init.d/{facts.Name}";
        }

        var config = shell.Variable("XDG_CONFIG_HOME") ?? shell.Variable("HOME") + "/.config";
        return facts.System ? $"{Root}/etc/systemd/system/{facts.Name}.service" : $"{config}/systemd/user/{facts.Name}.service";
    }

    public string TextOf(ServiceFacts facts) => IsSystemd ? SystemdUnit.Text(facts) : OpenRcScript.Text(facts);

    /// <summary>Makes a service known, so that it starts with the machine. The first is only for an init system that runs.</summary>
    public List<string[]> Enable(ServiceFacts facts) => IsSystemd
        ? [SystemCtl(facts, "daemon-reload"), SystemCtl(facts, "enable", facts.Name + ".service")]
        : [["rc-update", "add", facts.Name, "default"]];

    /// <summary>Undoes that, while the file is still there.</summary>
    public string[] Disable(ServiceFacts facts) => IsSystemd ? SystemCtl(facts, "disable", facts.Name + ".service") : ["rc-update", "del", facts.Name, "default"];

    public string[] Start(ServiceFacts facts) => IsSystemd ? SystemCtl(facts, "start", facts.Name + ".service") : ["rc-service", facts.Name, "start"];

    public string[] Stop(ServiceFacts facts) => IsSystemd ? SystemCtl(facts, "stop", facts.Name + ".service") : ["rc-service", facts.Name, "stop"];

    /// <summary>Exit code 0 says that it runs.</summary>
    public string[] IsActive(ServiceFacts facts) => IsSystemd ? SystemCtl(facts, "is-active", "--quiet", facts.Name + ".service") : ["rc-service", facts.Name, "status"];

    /// <summary>Tells that a file is gone; null: nobody needs to be told.</summary>
    public string[]? Forget(ServiceFacts facts) => IsSystemd ? SystemCtl(facts, "daemon-reload") : null;

    /// <summary>Works only with an init system that runs.</summary>
    public static bool NeedsRunning(string[] command) => Array.IndexOf(command, "enable") < 0 && Array.IndexOf(command, "disable") < 0 && command[0] != "rc-update";

    private string[] SystemCtl(ServiceFacts facts, params string[] words)
    {
        string[] scope = !facts.System ? ["--user"] : Root.Length > 0 ? ["--root=" + Root] : [];
        return ["systemctl", .. scope, .. words];
    }
}
