using Pharos.Pm2.Commands;
using Pharos.Pm2.Home;
using Pharos.Pm2.Host;
using Pharos.Pm2.Line;
using Pharos.Pm2.Processes;
using Action = Pharos.Pm2.Commands.Action;

namespace Pharos.Pm2;

/// <summary>PM2's command line: a table of contents.</summary>
internal static class Pm2Cli
{
    /// <summary>The version of PM2 that we are like.</summary>
    public const string Version = "7.0.4";

    /// <summary>Runs one command.</summary>
    /// <param name="program">The name that we were called by.</param>
    /// <param name="args">The line without it.</param>
    /// <param name="host">The process around it.</param>
    /// <returns>The exit code.</returns>
    public static int Run(Pm2Program program, IReadOnlyList<string> args, IPm2Host host)
    {
        var line = Pm2Line.Read(args, program switch { Pm2Program.Runtime => "runtime", Pm2Program.Dev => "dev", _ => null });
        string? Variable(string name) => host.Variables.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
        var it = new Pm2Context(host, line, Pm2Home.Find(Variable, host.Cwd, program == Pm2Program.Dev ? ".pm2-dev" : ".pm2"));
        try
        {
            if (line.Has("--version"))
            {
                it.Print(Version + "\n");
                return Pm2Context.Ok;
            }

            if (line.Has("--help"))
                return HelpCommand.Run(it);
            if (line.Unknown is { } unknown && program == Pm2Program.Pm2)
            {
                host.PrintError($"\n  error: unknown option `{unknown}'\n\n");
                return Pm2Context.Failed;
            }

            if (line.Incomplete is { } incomplete)
            {
                host.PrintError($"\n  error: option `{incomplete}' argument missing\n\n");
                return Pm2Context.Failed;
            }

            return program switch
            {
                Pm2Program.Runtime => RuntimeCommand.Run(it),
                Pm2Program.Dev => DevCommand.Run(it),
                _ => line.Has("--no-daemon") ? RuntimeCommand.WithDaemon(it, () => Run(it)) : Run(it),
            };
        }
        catch (DaemonRefusedException e)
        {
            return it.Fail(e.Message);
        }
    }

    private static int Run(Pm2Context it) => Pm2Aliases.Of(it.Line.Command) switch
    {
        "" => HelpCommand.Usage(it),
        "list" => Lists.Table(it),
        "jlist" => JsonLists.Json(it),
        "prettylist" => JsonLists.Pretty(it),
        "start" => StartCommand.Run(it),
        "restart" => ActionCommands.Run(it, Action.Restart),
        "reload" => ActionCommands.Run(it, Action.Reload),
        "stop" => ActionCommands.Run(it, Action.Stop),
        "delete" => ActionCommands.Run(it, Action.Delete),
        "startOrRestart" => ActionCommands.Run(it, Action.Restart),
        "startOrReload" or "startOrGracefulReload" => ActionCommands.Run(it, Action.Reload),
        "describe" => InfoCommands.Describe(it),
        "env" => InfoCommands.Environment(it),
        "pid" => InfoCommands.Pid(it),
        "id" => InfoCommands.Id(it),
        "ping" => InfoCommands.Ping(it),
        "kill" => KillCommand.Run(it),
        "scale" => Maintenance.Scale(it),
        "reset" => Maintenance.Reset(it),
        "sendSignal" => Maintenance.Signal(it),
        "flush" => Maintenance.Flush(it),
        "reloadLogs" => Maintenance.ReloadLogs(it),
        "logs" => LogsCommand.Run(it),
        "set" => ConfCommands.Set(it),
        "multiset" => ConfCommands.MultiSet(it),
        "get" => ConfCommands.Get(it),
        "conf" => ConfCommands.Conf(it),
        "unset" => ConfCommands.Unset(it),
        "save" => SaveCommands.Save(it),
        "resurrect" => SaveCommands.Resurrect(it),
        "cleardump" => SaveCommands.Clear(it),
        "update" or "deepUpdate" => SaveCommands.Update(it),
        "monit" => it.Daemon.Ensure() is { } refused ? it.Fail(refused) : it.Host.Monit(it.Home.State),
        "serve" => ServeCommand.Run(it),
        "startup" => StartupCommand.Run(it),
        "unstartup" => StartupCommand.Undo(it),
        "report" => ReportCommand.Run(it),
        "slist" => MachineCommand.Run(it),
        "ecosystem" => FilesCommand.Ecosystem(it),
        "completion" => FilesCommand.Completion(it),
        "logrotate" => FilesCommand.LogRotate(it),
        "deploy" => DeployCommand.Run(it),
        "install" => ModuleCommands.Install(it),
        "uninstall" => ModuleCommands.Uninstall(it),
        "module:update" => ModuleCommands.Install(it),
        "send" => InputCommands.Send(it),
        "attach" => InputCommands.Attach(it),
        "trigger" => InputCommands.Trigger(it),
        "inspect" => InputCommands.Inspect(it),
        "monitor" => InputCommands.Monitor(it, true),
        "unmonitor" => InputCommands.Monitor(it, false),
        "link" or "unlink" or "plus" or "login" or "logout" or "open" => HelpCommand.Account(it),
        "install-otel" or "uninstall-otel" => HelpCommand.Otel(it),
        "profile:mem" or "profile:cpu" or "pull" or "forward" or "backward" or "autoinstall" or "examples" or "create" or "package" or "publish" or "module:generate" => HelpCommand.Elsewhere(it),
        var unknown => HelpCommand.Unknown(it, unknown),
    };
}
