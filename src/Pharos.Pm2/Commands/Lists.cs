using Pharos.Pm2.Screens;

namespace Pharos.Pm2.Commands;

/// <summary>The list of processes, in its forms.</summary>
internal static class Lists
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(900);

    /// <summary>list, status and so on.</summary>
    public static int Table(Pm2Context it)
    {
        if (it.Daemon.Ensure() is { } refused)
            return it.Fail(refused);
        Show(it);
        while (it.Line.Has("--watch") && !it.Host.WaitForEnd(Refresh))
        {
            it.Print("\x1b[H\x1b[2J");
            Show(it);
        }

        return Pm2Context.Ok;
    }

    /// <summary>The list that is shown after most commands.</summary>
    /// <param name="it">The command.</param>
    /// <param name="exitCode">What it came to.</param>
    /// <returns>The same exit code.</returns>
    public static int After(Pm2Context it, int exitCode)
    {
        if (!it.Silent)
            Show(it);
        return exitCode == Pm2Context.Ok && it.Line.Has("--attach") ? LogsCommand.Attach(it) : exitCode;
    }

    private static void Show(Pm2Context it)
    {
        if (it.Silent)
            return;
        var list = it.Daemon.List();
        it.Say((it.Line.Has("--mini-list") ? ProcessTable.Blocks(list) : ProcessTable.Draw(list, it.Line.Value("--sort"), it.Host.Columns, it.Color)).TrimEnd('\n'));
    }
}
