using System.Text;

namespace Pharos.Client.Startup;

/// <summary>The unit file, systemd.service(5). Nothing newer than systemd 247 (Debian 11): an older one ignores what it does not know.</summary>
internal static class SystemdUnit
{
    // KillMode=process: what is left in the cgroup after a crash of the daemon are the apps, and they are to go on. Stopping them in order is the
    // daemon's own work, on ExecStop. RestartPreventExitStatus: 0 is a daemon that was told to end (pharos kill), 2 a setting that it refuses: neither
    // gets better by a restart. StartLimitIntervalSec=0: a disk that is full or read-only gets better at some time, and then the daemon is to be there.
    // OOMPolicy=continue: one app that runs out of memory is no reason to stop all. The apps do not inherit OOMScoreAdjust: the daemon sees to that.
    public static string Text(ServiceFacts facts) =>
        $"""
        {ServiceFacts.Mark}
        [Unit]
        Description=Pharos process supervisor{(facts.System ? $" of {facts.User.Replace("%", "%%", StringComparison.Ordinal)}" : "")}
        {(facts.System ? "Wants=network-online.target\nAfter=network-online.target remote-fs.target nss-user-lookup.target\n" : "")}StartLimitIntervalSec=0

        [Service]
        Type=notify
        NotifyAccess=main
        {(facts.System ? $"User={facts.User}\n" : "")}Environment={Word($"PHAROS_HOME={facts.Home}", dollars: false)}
        EnvironmentFile=-{facts.Variables.Replace("%", "%%", StringComparison.Ordinal)}
        ExecStart={Words(facts.Command)} daemon
        ExecStop={Words(facts.Command)} daemon stop
        Restart=always
        RestartSec=1
        RestartPreventExitStatus=0 2
        TimeoutStartSec=120
        TimeoutStopSec=300
        WatchdogSec=30
        KillMode=process
        Delegate=yes
        OOMPolicy=continue
        {(facts.System ? "OOMScoreAdjust=-500\n" : "")}LimitNOFILE=65536:1048576
        TasksMax=infinity

        [Install]
        WantedBy={(facts.System ? "multi-user.target" : "default.target")}

        """;

    // Variables are looked for in arguments, not in the program's path: systemd-analyze verify tells.
    private static string Words(string[] words) =>
        string.Join(' ', [Word(words[0], dollars: false), .. Array.ConvertAll(words[1..], w => Word(w, dollars: true))]);

    /// <summary>One word as systemd reads it: quoted where need be, its specifiers and (in commands) variables escaped.</summary>
    internal static string Word(string word, bool dollars)
    {
        var plain = true;
        var quoted = new StringBuilder("\"");
        foreach (var c in word)
        {
            plain &= char.IsAsciiLetterOrDigit(c) || "/._-+:=@,".Contains(c, StringComparison.Ordinal);
            quoted.Append(c switch
            {
                '"' or '\\' => $"\\{c}",
                '%' => "%%",
                '$' when dollars => "$$",
                _ => c.ToString(),
            });
        }

        return plain ? word : quoted.Append('"').ToString();
    }
}
