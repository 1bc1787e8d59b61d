using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pharos.Client.Boot;
using Pharos.Client.Line;
using Pharos.Client.Logs;
using Pharos.Client.Stack;
using Pharos.Client.Wire;
using Pharos.Contracts.Text;

namespace Pharos.Client;

/// <summary>The thin verbs: read the line, ask the daemon, print what it says.</summary>
internal static class Cli
{
    private const int Repeats = 10;

    /// <summary>Runs one command line.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(ReadOnlySpan<string> args, Shell shell)
    {
        if (args.IsEmpty || args[0] is "--help" or "-h")
        {
            return Print(shell, Help.Overview());
        }

        var name = args[0] is "--version" or "-v" or "-V" ? "version" : args[0];
        var verb = VerbTable.Find(name);
        if (verb is null)
        {
            return shell.Fail($"unknown verb '{name}'{Nearest.DidYouMean(name, VerbTable.Names())}; see 'pharos help'", ExitCodes.Usage);
        }

        if (ParsedLine.Read(verb, args[1..], out var line) is { } fault)
        {
            return shell.Fail(fault, ExitCodes.Usage);
        }

        return line!.Has("--help") ? Print(shell, Help.Of(verb)) : Run(line, shell);
    }

    private static int Run(ParsedLine line, Shell shell) => line.Verb.Name switch
    {
        "list" => Ask(line, shell, "GET", "/v1/instances", line.Words is [var app] ? Query("app", app) : ""),
        "describe" => Ask(line, shell, "GET", AppPath(line.Words[0]), ""),
        "run" => Ask(line, shell, "POST", AppPath(line.Words[0]) + "/run", line.Has("--wait") ? "wait=1" : ""),
        "stop" or "restart" => EachApp(line, shell, "POST", "/" + line.Verb.Name),
        "reload" => EachApp(line, shell, "POST", "/reload", line.Value("--parallel") is { } parallel ? $"parallel={parallel}" : ""),
        "scale" => Ask(line, shell, "POST", AppPath(line.Words[0]) + "/scale", Query("to", line.Words[1])),
        "delete" => EachApp(line, shell, "DELETE", ""),
        "start" => StartVerb.Run(line, shell),
        "apply" => ApplyVerb.Run(line, shell, line.Words[0], start: false),
        "logs" => Logs(line, shell),
        "flush" => Ask(line, shell, "POST", "/v1/logs/flush", Query("app", line.Words is [var emptied] ? emptied : "all")),
        "reload-logs" => Ask(line, shell, "POST", "/v1/logs/reopen", ""),
        "save" => Ask(line, shell, "POST", "/v1/save", ""),
        "ping" => Ask(line, shell, "GET", "/v1/daemon", "", WhenDown.Fail),
        "update" => UpdateVerb.Run(line, shell),
        "kill" => Kill(line, shell),
        "daemon" => DaemonVerb.Run(line, shell),
        "resurrect" => ResurrectVerb.Run(line, shell),
        "startup" => StartupVerb.Run(line, shell),
        "unstartup" => StartupVerb.Undo(line, shell),
        "stack" => Stack(line, shell),
        "version" => Version(line, shell),
        "help" => HelpOn(line, shell),
        "completion" => PrintCompletion(line.Words[0], shell),
        _ => shell.Fail($"'{line.Verb.Name}' must be the first word", ExitCodes.Usage),
    };

    /// <summary>What a verb does when no daemon runs.</summary>
    public enum WhenDown
    {
        /// <summary>Start one.</summary>
        Start,

        /// <summary>Say so; that is a failure.</summary>
        Fail,

        /// <summary>Say so; that is what the user wanted.</summary>
        Succeed,
    }

    /// <summary>Sends one request and prints the answer.</summary>
    public static int Ask(ParsedLine line, Shell shell, string method, string path, string query, WhenDown whenDown = WhenDown.Start) =>
        Send(shell, RequestFor(line, shell, method, path, query), whenDown).ExitCode;

    /// <summary>A request with what the user wants of its answer.</summary>
    public static ThinRequest RequestFor(ParsedLine line, Shell shell, string method, string path, string query)
    {
        var columns = shell.Columns();
        return new(line.Verb.Name, method, path, query)
        {
            Accept = line.Has("--json") ? "application/json" : "text/plain",
            Width = columns,
            Color = WantsColor(line, shell),
        };
    }

    /// <summary>Colours are for terminals, unless somebody says otherwise.</summary>
    public static bool WantsColor(ParsedLine line, Shell shell) =>
        !line.Has("--no-color") && (line.Has("--color") || (shell.Columns() > 0 && shell.Variable("NO_COLOR") is null));

    /// <summary>Makes sure that a daemon answers, starting one when need be.</summary>
    /// <param name="shell">The shell.</param>
    /// <param name="home">Its home.</param>
    /// <returns>The exit code.</returns>
    public static int Reach(Shell shell, out PharosHome? home)
    {
        if (PharosHome.Find(shell, out home) is { } noHome)
        {
            return shell.Fail(noHome);
        }

        using var connection = Connect(shell, home!, WhenDown.Start, out var exitCode);
        return exitCode;
    }

    /// <summary>Sends one request over a connection of its own, to a daemon that is started when need be.</summary>
    public static ThinHttp.Answer Send(Shell shell, ThinRequest request, WhenDown whenDown = WhenDown.Start, int silentStatus = 0)
    {
        var trace = ClientTrace.Begin(shell);
        if (PharosHome.Find(shell, out var home) is { } noHome)
        {
            return new(0, shell.Fail(noHome));
        }

        // A daemon that is killed or replaced again and again meanwhile is asked again and again; one that dies of the question is not asked for ever.
        for (var again = request.MayRepeat ? Repeats : 0; ; again--)
        {
            using var connection = Connect(shell, home!, whenDown, out var exitCode);
            if (connection is null)
            {
                return new(0, exitCode);
            }

            var answer = ThinHttp.Exchange(connection, request.ToBytes(trace), shell, silentStatus, again > 0);
            if (answer.Status != ThinHttp.Answer.Unanswered)
            {
                return answer;
            }
        }
    }

    /// <summary>Path of an app.</summary>
    public static string AppPath(string selector) => "/v1/apps/" + ThinRequest.Escape(selector);

    private static UnixConnection? Connect(Shell shell, PharosHome home, WhenDown whenDown, out int exitCode)
    {
        exitCode = ExitCodes.Ok;
        var connection = UnixConnection.Open(home.Socket, out var errno);
        if (connection is not null)
        {
            return connection;
        }

        if (errno is not (ClientLibc.ENOENT or ClientLibc.ECONNREFUSED))
        {
            exitCode = shell.Fail($"cannot reach the daemon at {home.Socket}: {Marshal.GetPInvokeErrorMessage(errno)}");
            return null;
        }

        switch (whenDown)
        {
            case WhenDown.Succeed:
                shell.Print($"no daemon is running in {home.Path}\n");
                return null;
            case WhenDown.Fail:
                exitCode = shell.Fail($"no daemon is running in {home.Path}; 'pharos list' starts one");
                return null;
            case WhenDown.Start:
                break;
        }

        if (DaemonStart.Run(shell, home) is { } fault)
        {
            exitCode = shell.Fail(fault);
            return null;
        }

        connection = UnixConnection.Open(home.Socket, out errno);
        exitCode = connection is not null ? ExitCodes.Ok
            : shell.Fail($"the daemon started and does not answer at {home.Socket}: {Marshal.GetPInvokeErrorMessage(errno)}; see {home.Log}");
        return connection;
    }

    // One request for each selector: one that fails does not keep the others from happening, and the worst exit code wins.
    private static int EachApp(ParsedLine line, Shell shell, string method, string action, string query = "")
    {
        var worst = ExitCodes.Ok;
        foreach (var app in line.Words)
        {
            worst = Math.Max(worst, Ask(line, shell, method, AppPath(app) + action, query));
        }

        return worst;
    }

    private static int Kill(ParsedLine line, Shell shell)
    {
        var answer = Send(shell, RequestFor(line, shell, "POST", "/v1/shutdown", line.Has("--keep-apps") ? "keepApps=1" : ""), WhenDown.Succeed);
        if (answer.Status == 200 && PharosHome.Find(shell, out var home) is null)
        {
            DaemonEnd.Wait(home!);
        }

        return answer.ExitCode;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Logs(ParsedLine line, Shell shell) => LogsVerb.Run(line, shell);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Stack(ParsedLine line, Shell shell) => StackVerb.Run(line, shell);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Version(ParsedLine line, Shell shell) => VersionVerb.Run(line, shell);

    private static int HelpOn(ParsedLine line, Shell shell)
    {
        if (line.Has("--man"))
        {
            return Manual(shell);
        }

        if (line.Words is not [var name])
        {
            return Print(shell, Help.Overview());
        }

        return VerbTable.Find(name) is { } verb
            ? Print(shell, Help.Of(verb))
            : shell.Fail($"there is no verb '{name}'{Nearest.DidYouMean(name, VerbTable.Names())}; see 'pharos help'", ExitCodes.Usage);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Manual(Shell shell) => Print(shell, ManPage.Text(shell.Variable("SOURCE_DATE_EPOCH")));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int PrintCompletion(string forShell, Shell shell) => Completion.ScriptFor(forShell) is { } script
        ? Print(shell, script)
        : shell.Fail($"there is no completion for '{forShell}': bash, zsh or fish", ExitCodes.Usage);

    private static string Query(string name, string value) => $"{name}={ThinRequest.Escape(value)}";

    private static int Print(Shell shell, string text)
    {
        shell.Print(text);
        return ExitCodes.Ok;
    }
}
