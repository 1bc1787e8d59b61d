namespace Pharos.Client.Line;

/// <summary>Every verb there is.</summary>
internal static class VerbTable
{
    private const string Selector = "an app: NAME, NAME:INDEX or 'all'";
    private const int Many = int.MaxValue;

    /// <summary>Options that every verb has.</summary>
    public static readonly OptionSpec[] CommonOptions =
    [
        new("--json", ValueKind.None, "", "print the daemon's JSON instead of text"),
        new("--color", ValueKind.None, "", "colours even when the output is not a terminal"),
        new("--no-color", ValueKind.None, "", "no colours; NO_COLOR does the same"),
        new("--help", ValueKind.None, "", "show this help") { Short = "-h" },
    ];

    private static readonly OptionSpec[] StartupOptions =
    [
        new("--user", ValueKind.None, "", "a service of this user (systemd only); what everybody but root gets"),
        new("--system", ValueKind.None, "", "a service of the machine; what root gets"),
        new("--for", ValueKind.Text, "USER", "with --system: whose daemon it is (this user)"),
        new("--name", ValueKind.Text, "NAME", "name of the service (pharos; pharos-USER in a system service of another user than root)"),
        new("--print", ValueKind.None, "", "print the files and commands, and touch nothing"),
    ];

    /// <summary>In the order in which help shows them.</summary>
    public static readonly VerbSpec[] All =
    [
        StartOptions.Verb,
        new("apply", "FILE [options]", "make what runs be what a configuration file says")
        {
            LeastWords = 1, MostWords = 1, Words = "a configuration file",
            Options =
            [
                new("--dry-run", ValueKind.None, "", "show the plan and touch nothing"),
                new("--prune", ValueKind.None, "", "delete apps that came from this file and are not in it any more"),
                new("--only", ValueKind.Text, "APP,APP", "these apps only"),
                new("--profile", ValueKind.Text, "NAME", "lay env_NAME over env"),
                new("--env", ValueKind.Variable, "NAME[=VALUE]", "a variable of every app, over what the file says; repeatable") { Repeats = true },
            ],
            Details =
                """
                FILE is *.json (comments and trailing commas are fine), *.yml, *.yaml, *.config.js, .cjs or .mjs (evaluated by your own node), or a
                package.json with a key 'pharos', 'apps' or 'pm2'. docs/configuration.md lists the attributes.

                The plan is shown first: create, update (which settings; of variables the names), scale, unchanged, delete. Then apps with
                changed settings are restarted with the new ones, instances are added or removed (highest numbers first), and what is
                unchanged is not touched. Every fault of the file is reported at once as FILE:LINE: KEY: what is wrong; what is accepted,
                with exit code 2, and nothing is started. An app that cannot be started is reported, with exit code 1; the rest goes on.
                """,
            Examples =
            [
                ("pharos apply pharos.yaml --dry-run", "what would change"),
                ("pharos apply pharos.yaml --prune", "make it so, and delete apps that are gone from the file"),
                ("pharos apply ecosystem.config.js --profile production", "with the variables of env_production"),
            ],
        },
        new("stop", "APP...|all", "stop instances; their apps stay declared")
        {
            LeastWords = 1, MostWords = Many, Words = Selector, TakesApps = true,
            Details = "Sends the app's stop signal to its whole process tree, and SIGKILL to what is left after its grace.",
            Examples = [("pharos stop web", "all instances of web"), ("pharos stop web:2 worker", "one instance, and another app"), ("pharos stop all", "everything")],
        },
        new("restart", "APP...|all", "stop and start instances again")
        {
            LeastWords = 1, MostWords = Many, Words = Selector, TakesApps = true,
            Examples = [("pharos restart web", "all instances of web"), ("pharos restart web:0", "the first instance only")],
        },
        new("reload", "APP...|all [--parallel N]", "new processes in place of the old ones, without a gap where the app can do that")
        {
            LeastWords = 1, MostWords = Many, Words = Selector, TakesApps = true,
            Options = [new("--parallel", ValueKind.Number, "N", "how many instances at a time (1)") { Least = 1, Most = 1000 }],
            Details =
                """
                Instances that share their listeners (--cluster) are replaced one at a time: the new process comes up beside the old one; when it is
                ready the old one takes no new connections, finishes what it is at and goes. One that does not get ready in time goes instead, the
                old one stays, and the command fails. An app whose processes cannot run beside each other is restarted, one instance at a time,
                and each is waited for; --reload-overlap at its start declares that they can.
                """,
            Examples = [("pharos reload web", "all instances of web, one after the other"), ("pharos reload all --parallel 2", "everything, two at a time")],
        },
        new("scale", "APP N|+N|-N", "more instances of an app, or fewer")
        {
            LeastWords = 2, MostWords = 2, Words = "an app, and how many: N, +N or -N", TakesApps = true, TakesNumbers = true,
            Details = "The highest numbers go first, and finish what they are at.",
            Examples = [("pharos scale web 4", "four instances"), ("pharos scale web +1", "one more"), ("pharos scale web -1", "one less")],
        },
        new("run", "APP [--wait]", "run a job now")
        {
            LeastWords = 1, MostWords = 1, Words = "a job: the NAME of an app with a schedule", TakesApps = true,
            Options = [new("--wait", ValueKind.None, "", "wait for its end and exit with its code (128 and the number when a signal ended it)")],
            Details =
                """
                Also while its schedule is stopped. A run that goes on is treated as the job's overlap says: forbid refuses this one,
                replace stops the other, allow runs beside it. With --wait and retries, the last try counts.
                'start' and 'stop' are for the schedule; 'describe' shows the last runs and the next.
                """,
            Examples = [("pharos run backup", "begin a run"), ("pharos run backup --wait && pharos logs backup --no-follow", "go on when it went well")],
        },
        new("delete", "APP...|all", "stop apps and forget them")
        {
            Aliases = ["del", "rm"], LeastWords = 1, MostWords = Many, Words = Selector, TakesApps = true,
            Details = "Log files stay.",
            Examples = [("pharos delete web", "stop web and forget it"), ("pharos delete all", "forget every app")],
        },
        new("list", "[APP|all]", "show all instances")
        {
            Aliases = ["ls", "status", "ps"], MostWords = 1, TakesApps = true,
            Details = "The table fits the terminal: columns go, least important first, where it is narrow. Piped, it is complete.",
            Examples = [("pharos list", "every instance"), ("pharos list web", "instances of one app"), ("pharos list --json", "for programs")],
        },
        new("describe", "APP", "show everything about an app")
        {
            Aliases = ["show", "info", "desc"], LeastWords = 1, MostWords = 1, Words = Selector, TakesApps = true,
            Details = "Settings, instances, log files, and how the last process of each ended, with its last words.\nNames of environment variables are shown, values are not.",
            Examples = [("pharos describe web", "the app and its instances"), ("pharos describe web --json", "for programs")],
        },
        LogsOptions.Verb,
        new("monit", "[APP]", "live screen of instances, their use of the machine and their output")
        {
            Aliases = ["dash"], MostWords = 1, TakesApps = true,
            Details = "Needs a terminal. Press ? in it for its keys.",
            Examples = [("pharos monit", "everything"), ("pharos monit web", "begin with web selected")],
        },
        new("flush", "[APP|all]", "empty log files, and delete their rotations")
        {
            MostWords = 1, Words = Selector, TakesApps = true,
            Examples = [("pharos flush web", "of one app"), ("pharos flush", "of all")],
        },
        new("reload-logs", "", "open all log files anew, after something else has renamed them")
        {
            Details = "For logrotate's postrotate. Signal SIGUSR2 to the daemon does the same; a renamed file is noticed within a second anyway while its app prints.",
            Examples = [("pharos reload-logs", "what comes from now on goes into files of the usual names")],
        },
        new("save", "", "write the state to disk now")
        {
            Details =
                """
                The daemon saves by itself on every change, and starts from that after a crash or a reboot: there is no need to. This makes one more
                generation, and keeps a copy that no later change takes the place of: 'pharos resurrect' goes by that copy.
                """,
            Examples = [("pharos save", "remember what runs now, for resurrect")],
        },
        new("resurrect", "[--file PATH]", "bring back what was saved")
        {
            Options = [new("--file", ValueKind.Text, "PATH", "a state file, one of the generations in the home's folder state, say")],
            Details =
                """
                Goes by what 'pharos save' wrote last; without one, by the newest generation of the state. Declares apps that are missing, and starts
                what was wanted then and is not up. Stops nothing, and leaves settings of apps that are there as they are. Starts the daemon when none
                runs, which brings back by itself what was up when the last one ended.
                """,
            Examples = [("pharos resurrect", "as it was at the last save"), ("pharos resurrect --file ~/.pharos/state/00000012.json", "as it was in that generation")],
        },
        new("migrate", "[--dry-run] [--from DUMP]", "take over the apps of a PM2 that runs, or of its dump.pm2")
        {
            Options =
            [
                new("--dry-run", ValueKind.None, "", "only say what would be done, and what will be otherwise than it was"),
                new("--from", ValueKind.Text, "DUMP", "a dump.pm2; without it the PM2 that runs in PM2_HOME, else the dump.pm2 in it"),
                new("--pm2-home", ValueKind.Text, "FOLDER", "PM2's folder; default PM2_HOME, else ~/.pm2"),
                new("--json", ValueKind.None, "", "the plan, or what came of it, as JSON"),
            ],
            Details =
                """
                One after the other each app is stopped there, started here, and watched until it is up; one that does not come up here is deleted here
                and started there again. When all were taken over PM2 itself is ended. From then on the pm2 links of pharos are what talks to them.
                """,
            Examples = [("pharos migrate --dry-run", "what would change?"), ("pharos migrate", "do it")],
        },
        OtelOptions.Verb,
        new("startup", "[systemd|openrc] [options]", "start the daemon and its apps when the machine starts")
        {
            MostWords = 1, Words = "an init system",
            Options = StartupOptions,
            Details =
                """
                Finds the init system, writes a service for it (systemd: a unit of Type=notify with a watchdog), enables and starts it. A daemon that runs
                in the background hands its apps over; they are not restarted. root gets a system service, everybody else a user service of systemd,
                which starts at boot only after 'loginctl enable-linger'. What needs rights that you do not have is printed as commands, in one block to
                copy, with exit code 1. Variables OTEL_* and PHAROS_METRICS of this shell go into daemon.env in the home (mode 0600), unless it is there.
                A crash of the daemon leaves the apps running; stopping the service stops them in order; 'pharos kill' ends it until the next boot.
                """,
            Examples =
            [
                ("pharos startup", "for this user, with the init system of this machine"),
                ("sudo pharos startup --for deploy", "as root, a system service that runs as deploy, with the home of deploy"),
                ("pharos startup systemd --system --print", "only show what would be written"),
            ],
        },
        new("unstartup", "[systemd|openrc] [options]", "undo startup")
        {
            MostWords = 1, Words = "an init system",
            Options = StartupOptions,
            Details = "Disables and removes what 'pharos startup' wrote, and nothing else. The apps go on under a daemon in the background; 'pharos kill' stops them.",
            Examples = [("pharos unstartup", "the daemon does not start with the machine any more")],
        },
        new("ping", "", "say whether the daemon runs")
        {
            Details = "Starts no daemon. Exit code 0 when one answers, 1 when not.",
            Examples = [("pharos ping && pharos list", "list only when a daemon runs")],
        },
        new("kill", "[--keep-apps]", "stop all apps, then the daemon")
        {
            Options = [new("--keep-apps", ValueKind.None, "", "leave the apps running; the next daemon takes them back")],
            Examples = [("pharos kill", "stop everything"), ("pharos kill --keep-apps", "only the daemon goes")],
        },
        new("update", "", "put this program in the place of the running daemon")
        {
            Details =
                """
                After a new version was installed: the daemon lets this executable take its process over. Apps keep running, with their process ids,
                counters and timers; no line of their output is lost, and commands that come meanwhile wait a moment instead of failing. Prints the
                version before and after. When it cannot be done the daemon says why and goes on as it was. 'logs' and 'monit' in other terminals end.
                """,
            Examples = [("pharos update", "the daemon becomes this version"), ("/opt/pharos/new/pharos update", "or the version of another folder")],
        },
        new("daemon", "[stop|status] [options]", "run the daemon in the foreground (for systemd and containers), stop it, or show it")
        {
            MostWords = 1,
            Options =
            [
                new("--metrics", ValueKind.Text, "[HOST:]PORT", "run: answer scrapes on this port as well"),
                new("--pm2-home", ValueKind.Text, "FOLDER", "run: as the daemon of PM2's command line, with its files in this folder (docs/pm2.md)"),
                new("--keep-apps", ValueKind.None, "", "stop: leave the apps running; the next daemon takes them back"),
            ],
            Details =
                """
                There is no need to run it: the first command that needs a daemon starts one in the background, and 'pharos startup' makes it a service.
                'stop' stops the apps too, and the next daemon starts them again; after 'pharos kill' they stay stopped.
                'status' starts no daemon: exit code 0 when one answers, 1 when not.
                """,
            Examples =
            [
                ("pharos daemon", "stays in the foreground, logs to stderr"),
                ("pharos daemon stop", "until the next daemon; its apps come back with it"),
                ("pharos daemon status", "version, pid, home, apps, and whether the state can be saved"),
            ],
        },
        StackOptions.Verb,
        new("completion", "bash|zsh|fish", "print a completion script for a shell")
        {
            LeastWords = 1, MostWords = 1, Words = "a shell: bash, zsh or fish",
            Examples =
            [
                ("source <(pharos completion bash)", "for this shell"),
                ("pharos completion fish > ~/.config/fish/completions/pharos.fish", "for every fish"),
            ],
        },
        new("version", "", "which build this is, what the kernel has for it, and what the daemon is")
        {
            Details =
                """
                Version, commit, form (native AOT, ReadyToRun or framework-dependent) and runtime of this program, what the kernel offers (docs/kernel.md),
                and the version of the daemon when one answers within two seconds. Starts no daemon.
                """,
            Examples = [("pharos version", "for a report of a fault"), ("pharos version --json", "for programs")],
        },
        new("help", "[VERB|--man]", "explain a verb")
        {
            MostWords = 1,
            Options = [new("--man", ValueKind.None, "", "print the manual page, for man(1)")],
            Examples = [("pharos help start", "everything about start"), ("pharos help --man > pharos.1", "all of it as a manual page: man -l pharos.1")],
        },
    ];

    /// <summary>Finds a verb by any of its names.</summary>
    /// <returns>Null when there is none.</returns>
    public static VerbSpec? Find(string name)
    {
        foreach (var verb in All)
        {
            if (verb.Answers(name))
            {
                return verb;
            }
        }

        return null;
    }

    /// <summary>Every name and alias.</summary>
    public static List<string> Names()
    {
        var names = new List<string>();
        foreach (var verb in All)
        {
            names.Add(verb.Name);
            names.AddRange(verb.Aliases);
        }

        return names;
    }
}
