namespace Pharos.Client.Line;

/// <summary>The verb logs.</summary>
internal static class LogsOptions
{
    private const string Moment = "10m|14:30|2026-11-25";

    public static readonly VerbSpec Verb = new("logs", "[errors] [APP|/REGEX/...|all]", "show the output: the last lines and what comes, or any part of the past")
    {
        Aliases = ["log"],
        MostWords = int.MaxValue,
        TakesApps = true,
        Details =
            """
            Without --since, --until, --level and --grep: the last lines of each instance, then what it prints; Ctrl-C ends it. With any of them: what
            is in the log files, rotated and compressed ones too, in the order of time over all instances; --follow goes on with what comes. The
            files are read by this command, not by the daemon.
            A time is a duration back from now (90s, 10m, 2h, 3d), a time of today (14:30) or a date (2026-11-25, 2026-11-25T14:30:00, with a zone or local).
            --level leaves lines out that declare no severity. --grep looks at the line without its colours; no backreferences or lookarounds.
            'logs errors' joins stack traces, takes what differs from case to case (numbers, ids, paths) out of each error, and shows how often each kind came, when first and
            last, one example and its trace. Level error and above, unless --level says otherwise; the last 24 hours, unless --since does.
            """,
        Options =
        [
            new("--lines", ValueKind.Number, "N", "how many of the last lines of each instance (15; all of a range)") { Short = "-n", Least = 0 },
            new("--since", ValueKind.Text, Moment, "not older than this"),
            new("--until", ValueKind.Text, Moment, "older than this"),
            new("--level", ValueKind.Text, "LEVEL", "this severity and above: trace, debug, info, warn, error, fatal"),
            new("--grep", ValueKind.Text, "REGEX", "only lines that match") { Short = "-g" },
            new("--ignore-case", ValueKind.None, "", "case does not matter for --grep") { Short = "-i" },
            new("--namespace", ValueKind.Text, "NAME", "only apps of this namespace"),
            new("--out", ValueKind.None, "", "stdout only"),
            new("--err", ValueKind.None, "", "stderr only"),
            new("--time", ValueKind.None, "", "begin each line with its time") { Short = "-t", Alias = "--timestamp" },
            new("--raw", ValueKind.None, "", "lines as the app wrote them, and nothing else"),
            new("--follow", ValueKind.None, "", "go on with what comes; this is what happens anyway where no part of the past is asked for") { Short = "-f" },
            new("--no-follow", ValueKind.None, "", "print and end") { Alias = "--nostream" },
        ],
        Examples =
        [
            ("pharos logs", "all apps"),
            ("pharos logs web --lines 200", "more of the past"),
            ("pharos logs web:0 --err --no-follow", "the last errors of one instance"),
            ("pharos logs web /^worker-/ --since 2h --level warn", "warnings and worse of the last two hours, of several apps"),
            ("pharos logs --grep 'order [0-9]+ failed' --since 3d --json", "one JSON object a line, for programs"),
            ("pharos logs errors --since 1d", "which errors, how often, since when, and their traces"),
        ],
    };
}
