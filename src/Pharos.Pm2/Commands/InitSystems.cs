namespace Pharos.Pm2.Commands;

/// <summary>An init system: what is written for it, where, and which commands make it known.</summary>
/// <param name="Name">PM2's word for it.</param>
/// <param name="Words">All of PM2's words for it.</param>
/// <param name="Probe">A command that is there when the system is.</param>
internal sealed record InitSystem(string Name, string[] Words, string Probe)
{
    /// <summary>In the order in which they are looked for.</summary>
    public static readonly InitSystem[] All =
    [
        new("systemd", ["systemd", "ubuntu", "centos", "arch", "oracle"], "systemctl"),
        new("upstart", ["upstart", "ubuntu14", "ubuntu12"], "update-rc.d"),
        new("systemv", ["systemv", "amazon", "centos6"], "chkconfig"),
        new("openrc", ["openrc"], "rc-update"),
    ];

    /// <summary>Finds one by its word, or the one that is there.</summary>
    public static InitSystem? Find(string? word, Func<string, bool> there) =>
        word is null ? Array.Find(All, s => there(s.Probe)) : Array.Find(All, s => s.Words.Contains(word));

    /// <summary>Where the file goes.</summary>
    public string PathOf(string service) => Name == "systemd" ? $"/etc/systemd/system/{service}.service" : $"/etc/init.d/{service}";

    /// <summary>What makes it known, and not any more.</summary>
    public IReadOnlyList<string[]> Enable(string service) => Name switch
    {
        "systemd" => [["systemctl", "daemon-reload"], ["systemctl", "enable", service]],
        "upstart" => [["update-rc.d", service, "defaults"]],
        "systemv" => [["chkconfig", "--add", service], ["chkconfig", service, "on"]],
        _ => [["rc-update", "add", service, "default"]],
    };

    /// <summary>What makes it unknown again.</summary>
    public IReadOnlyList<string[]> Disable(string service) => Name switch
    {
        "systemd" => [["systemctl", "disable", service]],
        "upstart" => [["update-rc.d", "-f", service, "remove"]],
        "systemv" => [["chkconfig", service, "off"], ["chkconfig", "--del", service]],
        _ => [["rc-update", "delete", service, "default"]],
    };

    /// <summary>What is written.</summary>
    /// <param name="service">Its name.</param>
    /// <param name="user">Whose daemon it is.</param>
    /// <param name="pm2Home">Its PM2_HOME.</param>
    /// <param name="executable">This program.</param>
    /// <param name="path">PATH of the daemon.</param>
    /// <param name="network">Only when the machine is on the network.</param>
    public string FileFor(string service, string user, string pm2Home, string executable, string path, bool network) => Name switch
    {
        "systemd" => $"""
            # pm2 of {user}. Written by 'pm2 startup', removed by 'pm2 unstartup'.
            [Unit]
            Description=pm2 of {user}, by Pharos
            Documentation=man:systemd.service(5)
            After={(network ? "network-online.target\nWants=network-online.target" : "network.target")}

            [Service]
            Type=notify
            NotifyAccess=main
            User={user}
            LimitNOFILE=infinity
            LimitNPROC=infinity
            LimitCORE=infinity
            Environment=PATH={path}
            Environment=PM2_HOME={pm2Home}
            ExecStart={executable} daemon --pm2-home {pm2Home}
            ExecStartPost=-{executable} pm2 resurrect
            ExecReload={executable} pm2 reload all
            ExecStop={executable} pm2 kill
            Restart=on-failure
            # A daemon that dies leaves its apps to the next one.
            KillMode=process

            [Install]
            WantedBy=multi-user.target

            """,
        "openrc" => $"""
            #!/sbin/openrc-run
            # pm2 of {user}. Written by 'pm2 startup', removed by 'pm2 unstartup'.
            description="pm2 of {user}, by Pharos"
            export PM2_HOME="{pm2Home}" PATH="{path}"

            depend() {"{"}
              need net
              after bootmisc
            {"}"}

            start() {"{"} su {user} -s /bin/sh -c '{executable} pm2 resurrect'; {"}"}
            stop() {"{"} su {user} -s /bin/sh -c '{executable} pm2 kill'; {"}"}

            """,
        _ => $"""
            #!/bin/sh
            # pm2 of {user}. Written by 'pm2 startup', removed by 'pm2 unstartup'.
            # chkconfig: 2345 98 02
            ### BEGIN INIT INFO
            # Provides:          {service}
            # Required-Start:    $local_fs $remote_fs{(network ? " $network" : "")}
            # Required-Stop:     $local_fs $remote_fs
            # Default-Start:     2 3 4 5
            # Default-Stop:      0 1 6
            # Short-Description: pm2 of {user}, by Pharos
            ### END INIT INFO
            export PM2_HOME="{pm2Home}" PATH="{path}"
            pm2() {"{"} su {user} -s /bin/sh -c "{executable} pm2 $*"; {"}"}
            case $1 in
              start) pm2 resurrect ;;
              stop) pm2 kill ;;
              restart | force-reload) pm2 kill; pm2 resurrect ;;
              reload) pm2 reload all ;;
              status) pm2 list ;;
              *) echo "Usage: $0 start|stop|status|restart|reload" >&2; exit 1 ;;
            esac

            """,
    };
}
