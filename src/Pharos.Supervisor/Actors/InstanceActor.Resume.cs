using Pharos.Core.Lifecycle;
using Pharos.Core.Schedules;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor.Actors;

/// <summary>How an instance goes on under a new daemon.</summary>
public sealed partial class InstanceActor
{
    /// <summary>Goes on where an earlier daemon was: what it waited for is waited for, what it was at is done.</summary>
    private void GoOn(Resumption resumed)
    {
        var state = Snapshot.State;
        _launcher.SalvageAllBut(_spec, resumed.Alive);
        if (resumed.Leftover is { } left)
            _sweep = Task.Run(() => _services.Host.SweepLeftovers(_launcher.MarkerOf(left))); // it may hold the port that the next one needs
        var remaining = resumed.Remaining(_services.Time.GetUtcNow());
        if (_job is null)
            _spans.GoOn(state, remaining);
        else
            _spans.Signalled();
        if (remaining is { } wait)
            Arm(state.Incarnation, wait);
        if (resumed.SpawnAgain)
            Launch(state.Incarnation);
        if (state.Awaiting)
            AwaitDependencies(state.Incarnation);
        if (resumed.Alive is { } incarnation)
            GoOnWith(resumed, incarnation);
    }

    private void GoOnWith(Resumption resumed, int incarnation)
    {
        var spawned = new TaskCompletionSource<Running>();
        _prober.Expect(incarnation, earlier: true);
        var running = resumed.TakeBack(_launcher, _spec, status => Ended(incarnation, status, spawned.Task), out var gone);
        if (gone && Snapshot.State.Phase == Phase.Stopped)
        {
            // An earlier boot, or a state file of an earlier version: it begins anew, and that it was there is counted.
            _sweep = Task.Run(() => _services.Host.SweepLeftovers(running.Marker));
            _ = _services.Pump.DrainAsync(running.Logs);
            Telemetry.Exited(ExitReason.Lost, 0);
            return;
        }

        if (resumed.IsNews)
            Post(new Spawned(incarnation), default, running, null);
        else
            _running = running;
        if (!gone && !resumed.IsNews)
            Post(new Adopted(incarnation, _spec.Ready is null ? Readiness.Ready : Readiness.NotReady));
        // A job may be run by hand while its schedule is stopped.
        if (!Snapshot.Wanted && Snapshot.State.Phase != Phase.Stopping && (_job is null || _job.Run is { Outcome: null, Trigger: RunTrigger.Schedule }))
            Post(new StopRequested()); // that daemon was killed while it stopped it
        AwaitReady(incarnation, running.SpawnedAt);
        if (gone)
            Ended(incarnation, ExitStatus.Unknown, spawned.Task);
        spawned.SetResult(running);
    }
}
