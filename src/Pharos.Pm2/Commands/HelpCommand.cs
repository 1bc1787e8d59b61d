using System.Text;
using Pharos.Pm2.Line;

namespace Pharos.Pm2.Commands;

/// <summary>Usage, help, and polite answers to what is not done here.</summary>
internal static class HelpCommand
{
    private static readonly (string Name, string What)[] CommandList =
    [
        ("start [name|namespace|file|id...]", "start and keep an app, or start it again"), ("restart <id|name|namespace|all|file|/regex/|->", "stop and start again"),
        ("reload <id|name|namespace|all>", "restart without an outage"), ("stop <id|name|namespace|all|file|->", "stop, and keep in the list"),
        ("delete|del <id|name|namespace|all|file|->", "stop and forget"), ("startOrRestart <file>", "start or restart the apps of a file"),
        ("startOrReload <file>", "start or reload the apps of a file"), ("scale <name> <n>", "make it n instances; +n and -n count from now"),
        ("list|ls|l|ps|status", "the list"), ("jlist", "the list as JSON"), ("prettylist", "the list as node prints it"), ("describe|desc|info|show <name|id>", "everything about one"),
        ("env <id>", "its environment"), ("pid [name]", "process ids"), ("id <name>", "numbers"), ("logs [id|name|namespace|/regex/]", "output, past and coming"),
        ("flush [name|id]", "empty log files"), ("reloadLogs", "open log files anew"), ("monit", "live screen"), ("reset <name|id|all>", "counters to zero"),
        ("sendSignal <signal> <id|name>", "send a signal"), ("send <id> <line>", "a line to its stdin"), ("attach <id>", "its stdin and output on this terminal"),
        ("trigger <id|name|all> <action> [params]", "an action of the app"), ("save|dump", "save the list"), ("resurrect", "bring the saved list back"), ("cleardump", "an empty saved list"),
        ("startup [platform]", "start with the machine"), ("unstartup [platform]", "not any more"), ("update", "this version in place of the running daemon; apps keep running"),
        ("kill", "stop everything, and the daemon"), ("ping", "is there a daemon?"), ("set <key> <value>", "a value, for the app named before the dot"), ("get [key]", "a value"),
        ("unset <key>", "take it away"), ("multiset <pairs>", "several at once"), ("conf [key] [value]", "get or set"), ("serve|expose [path] [port]", "a folder as a web site"),
        ("deploy <file|environment>", "deploy over ssh"), ("report", "what to put into a bug report"), ("slist|sysinfos", "figures of the machine"), ("ecosystem|init", "an example configuration"),
        ("completion", "completion for the shell"), ("install <module>", "an npm module as an app"), ("uninstall <module>", "remove it"), ("logrotate", "a configuration for logrotate"),
    ];

    /// <summary>Without a command.</summary>
    public static int Usage(Pm2Context it)
    {
        it.Print("usage: pm2 [options] <command>\n\npm2 -h, --help             all available commands and options\npm2 <command> -h           help on a specific command\n\nAccess pm2 files in ~/.pm2\n");
        return Pm2Context.Failed;
    }

    /// <summary>Everything there is, or the options of one command.</summary>
    public static int Run(Pm2Context it)
    {
        var command = Pm2Aliases.Of(it.Line.Command);
        var text = new StringBuilder();
        if (command.Length > 0 && Array.Exists(CommandList, c => c.Name.Split(' ', '|')[0] == command) && Array.Find(CommandList, c => c.Name.Split(' ', '|')[0] == command) is var of)
        {
            text.Append($"\n  Usage: {of.Name} [options]\n\n  {of.What}\n\n  Options:\n\n");
            Options(text, [.. Pm2Options.Own.GetValueOrDefault(command, []), new("--help", Takes.Nothing, "-h", "this")]);
            text.Append("\n  and the options of 'pm2 --help'\n");
        }
        else
        {
            text.Append("\n  Usage: pm2 [cmd] app\n\n  Options:\n\n");
            Options(text, Pm2Options.All);
            text.Append("\n  Commands:\n\n");
            foreach (var (name, what) in CommandList)
                text.Append($"    {name,-44} {what}\n");
        }

        it.Print(text.Append('\n').ToString());
        return Pm2Context.Ok;
    }

    /// <summary>No such command.</summary>
    public static int Unknown(Pm2Context it, string command)
    {
        it.Host.PrintError($"{Pm2Context.Error}Command not found: {command}\n");
        Usage(it);
        return Pm2Context.Failed;
    }

    /// <summary>What belongs to PM2's paid service.</summary>
    public static int Account(Pm2Context it)
    {
        it.Tell($"'{it.Line.Command}' belongs to a service of PM2's authors. This supervisor needs none: metrics, traces and logs go to your own systems, set OTEL_EXPORTER_OTLP_ENDPOINT for the daemon.");
        return Pm2Context.Ok;
    }

    /// <summary>Tracing that PM2 installs.</summary>
    public static int Otel(Pm2Context it)
    {
        it.Tell("nothing to install: the supervisor speaks OpenTelemetry by itself, and hands OTEL_SERVICE_NAME, the endpoint and TRACEPARENT on to each app's own SDK.");
        return Pm2Context.Ok;
    }

    /// <summary>What PM2 has and we have not.</summary>
    public static int Elsewhere(Pm2Context it) =>
        it.Fail($"'{it.Line.Command}' is not done by this supervisor; docs/pm2.md says what takes its place");

    private static void Options(StringBuilder text, IReadOnlyList<Pm2Option> options)
    {
        foreach (var option in options)
        {
            var value = option.Takes switch { Takes.Nothing => "", Takes.Maybe => " [value]", Takes.Many => " <values...>", _ => " <value>" };
            text.Append($"    {(option.Short is null ? "" : option.Short + " ")}{option.Long}{value}".PadRight(44)).Append(' ').Append(option.Help).Append('\n');
        }
    }
}
