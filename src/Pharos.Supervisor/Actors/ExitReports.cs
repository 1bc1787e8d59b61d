using System.Diagnostics;
using Pharos.Logs.Live;

namespace Pharos.Supervisor.Actors;

/// <summary>Tells the ends of one instance, one after the other, each when the rest of what its process printed was read. The next process does not wait for that.</summary>
internal sealed class ExitReports(ActorServices services, SnapshotBoard board, InstanceReporter reporter, InstanceLog log, Action changed)
{
    private const int Many = 16;
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(2);

    private int _waiting; // ends that are not told because their output is still read

    /// <summary>Completes when everything is told.</summary>
    public Task Done { get; private set; } = Task.CompletedTask;

    /// <summary>To be awaited before another process is made: restarts must not outrun the reading of what was printed, since each end keeps its files open until that is done.</summary>
    public Task NotTooManyAsync() => Volatile.Read(ref _waiting) < Many ? Task.CompletedTask : Done;

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
        Interlocked.Increment(ref _waiting);
        Done = TellAsync();

        async Task TellAsync()
        {
            await earlier;
            await drained.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
            Interlocked.Decrement(ref _waiting);
            var told = record with { LastLines = running.Logs.IsUntouched ? [] : log.LastLines(20, startedAt) };
            board.AmendLastExit(record, told);
            reporter.Exited(board.Current, incarnation, pid, told, context);
            changed();
        }
    }
}
