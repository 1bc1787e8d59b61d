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
        new("logs", "[APP|all]", "show the last lines, then follow the output")
        {
            Aliases = ["log"], MostWords = 1, TakesApps = true,
            Details = "Ctrl-C ends it.",
            Options =
            [
                new("--lines", ValueKind.Number, "N", "how many of the last lines to begin with (15)") { Short = "-n", Least = 0 },
                new("--no-follow", ValueKind.None, "", "print the last lines and end") { Alias = "--nostream" },
                new("--follow", ValueKind.None, "", "go on with what comes; this is what happens anyway") { Short = "-f" },
                new("--out", ValueKind.None, "", "stdout only"),
                new("--err", ValueKind.None, "", "stderr only"),
            ],
            Examples = [("pharos logs", "all apps"), ("pharos logs web --lines 200", "more of the past"), ("pharos logs web:0 --err --no-follow", "the last errors of one instance")],
        },
        new("monit", "[APP]", "live screen of instances, their use of the machine and their output")
        {
            Aliases = ["dash"], MostWords = 1, TakesApps = true,
            Details = "Needs a terminal. Press ? in it for its keys.",
            Examples = [("pharos monit", "everything"), ("pharos monit web", "begin with web selected")],
        },
        new("save", "", "write the state to disk now")
        {
            Details = "The daemon does so by itself on every change; this makes one more generation.",
            Examples = [("pharos save", "write a generation")],
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
        new("daemon", "", "run the daemon in the foreground (for systemd and containers)")
        {
            MostWords = Many,
            Details = "There is no need to: the first command that needs a daemon starts one in the background.",
            Examples = [("pharos daemon", "stays in the foreground, logs to stderr")],
        },
        new("completion", "bash|zsh|fish", "print a completion script for a shell")
        {
            LeastWords = 1, MostWords = 1, Words = "a shell: bash, zsh or fish",
            Examples =
            [
                ("source <(pharos completion bash)", "for this shell"),
                ("pharos completion fish > ~/.config/fish/completions/pharos.fish", "for every fish"),
            ],
        },
        new("version", "", "print the version") { Examples = [("pharos version", "of this program; 'pharos ping' shows the daemon's")] },
        new("help", "[VERB]", "explain a verb")
        {
            MostWords = 1,
            Examples = [("pharos help start", "everything about start")],
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
