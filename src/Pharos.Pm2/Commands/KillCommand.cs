using Pharos.Pm2.Processes;

namespace Pharos.Pm2.Commands;

/// <summary>kill: every app goes, and then the daemon. That none runs is what was wanted.</summary>
internal static class KillCommand
{
    public static int Run(Pm2Context it)
    {
        if (!it.Daemon.IsUp())
        {
            it.Tell("[v] All Applications Stopped");
            it.Tell("[v] PM2 Daemon Stopped");
            return Pm2Context.Ok;
        }

        foreach (var app in it.Daemon.List().GroupBy(p => p.Name))
            it.Tell($"Applying action deleteProcessId on app [{app.Key}](ids: [ {string.Join(", ", app.Select(p => p.Number))} ])");
        var deleted = it.Host.Send(it.Home.State, "DELETE", "/v1/apps/all");
        if (!deleted.IsOk && deleted.Status != 0)
            it.Warn(Pm2Daemon.ErrorOf(deleted));
        it.Tell("[v] All Applications Stopped");
        var answer = it.Host.Send(it.Home.State, "POST", "/v1/shutdown");
        if (!answer.IsOk && answer.Status != 0)
            return it.Fail(Pm2Daemon.ErrorOf(answer));
        it.Host.WaitForDaemonEnd(it.Home.State); // whoever starts the next daemon right away must not meet this one
        it.Tell("[v] Agent Stopped");
        it.Tell("[v] PM2 Daemon Stopped");
        return Pm2Context.Ok;
    }
}
