using System.Diagnostics;
using Pharos.Logs.Live;

namespace Pharos.Supervisor.Actors;

/// <summary>Tells the ends of one instance, one after the other, each when the rest of what its process printed was read. The next process does not wait for that.</summary>
internal sealed class ExitReports(ActorServices services, SnapshotBoard board, InstanceReporter reporter, InstanceLog log, Action changed)
{
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(2);

    /// <summary>Completes when everything is told.</summary>
    public Task Done { get; private set; } = Task.CompletedTask;

    /// <summary>A process has ended.</summary>
    /// <param name="record">What is known by now.</param>
    /// <param name="incarnation">Its number.</param>
    /// <param name="running">It.</param>
    /// <param name="context">Its trace.</param>
    public void Tell(ExitRecord record, int incarnation, Running running, ActivityContext context)
    {
        var pid = running.Process.Identity.Pid;
        var startedAt = InstanceReporter.UnixNanos(running.Process.StartedAt) - 20_000_000; // start ticks are coarse: 10 ms
        var earlier = Done;
        // A full disk holds the drain back for as long as it is full: the end is told, and a deletion done, all the same.
        var drained = services.Pump.DrainAsync(running.Logs).WaitAsync(DrainPatience, services.Time);
        Done = TellAsync();

        async Task TellAsync()
        {
            await earlier;
            await drained.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
            var told = record with { LastLines = running.Logs.IsUntouched ? [] : log.LastLines(20, startedAt) };
            board.AmendLastExit(record, told);
            reporter.Exited(board.Current, incarnation, pid, told, context);
            changed();
        }
    }
}
