using System.Runtime.InteropServices;
using Pharos.Client;
using Pharos.Client.Boot;
using Pharos.Client.Line;
using Pharos.Client.Wire;
using Pharos.Contracts.Client;

namespace Pharos.Screens;

/// <summary>monit: the live screen.</summary>
internal static class MonitCommand
{
    private const int EndedBySignal = 128;

    /// <summary>Runs it until the user quits.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, Shell shell)
    {
        if (ParsedLine.Read(VerbTable.Find("monit")!, args, out var line) is { } fault)
        {
            return shell.Fail(fault, ExitCodes.Usage);
        }

        if (line!.Has("--help"))
        {
            shell.Print(Help.Of(line.Verb));
            return ExitCodes.Ok;
        }

        if (PharosHome.Find(shell, out var home) is { } noHome)
        {
            return shell.Fail(noHome);
        }

        if (shell.Columns() == 0)
        {
            return shell.Fail(NoTerminal);
        }

        if (EnsureDaemon(shell, home!) is { } down)
        {
            return shell.Fail(down);
        }

        using var tty = Tty.Take(shell);
        return tty is null ? shell.Fail(NoTerminal) : await Run(line, shell, home!, tty);
    }

    private const string NoTerminal = "monit needs a terminal; 'pharos list' shows the same once, and --json makes it readable for programs";

    private static async Task<int> Run(ParsedLine line, Shell shell, PharosHome home, Tty tty)
    {
        var model = new MonitModel { Color = !line.Has("--no-color") && (line.Has("--color") || shell.Variable("NO_COLOR") is null) };
        if (line.Words is [var selector])
        {
            model.Want(selector);
        }

        using var client = new PharosClient(home.Socket);
        using var loop = new MonitLoop(model, client, tty);
        var exitCode = ExitCodes.Ok;
        void End(PosixSignalContext context, int number)
        {
            context.Cancel = true;
            exitCode = EndedBySignal + number;
            loop.Quit();
        }

        void GiveBack(object? sender, EventArgs e) => tty.Dispose();
        AppDomain.CurrentDomain.ProcessExit += GiveBack;
        AppDomain.CurrentDomain.UnhandledException += GiveBack;
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => End(c, 2));
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => End(c, 15));
        using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, c => End(c, 1));
        using var resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => loop.Resized());
        await loop.Run();
        return exitCode;
    }

    private static string? EnsureDaemon(Shell shell, PharosHome home)
    {
        using var connection = UnixConnection.Open(home.Socket, out _);
        return connection is not null ? null : DaemonStart.Run(shell, home);
    }
}
