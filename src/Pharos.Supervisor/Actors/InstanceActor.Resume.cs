using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Schedules;
using Pharos.Core.Specs;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor.Actors;

/// <summary>How an instance goes on under a new daemon.</summary>
public sealed partial class InstanceActor
{
    private static readonly TimeSpan LongestDismissal = TimeSpan.FromSeconds(30);

    /// <summary>Goes on where an earlier daemon was: what it waited for is waited for, what it was at is done.</summary>
    private void GoOn(Resumption resumed, IReadOnlyList<MarkedProcess> marked)
    {
        var state = Snapshot.State;
        Dismiss(MakeLauncher(!state.IsOnOtherSide).AllOf(marked));
        Current.Launcher.SalvageAllBut(_spec, resumed.Alive);
        if (resumed.Leftover is { } left)
            Current.Sweep = Task.Run(() => _services.Host.SweepLeftovers(Current.Launcher.MarkerOf(left))); // it may hold the port that the next one needs
        var remaining = resumed.Remaining(_services.Time.GetUtcNow());
        if (_job is null)
            _spans.GoOn(state, remaining);
        else
            _spans.Signalled();
        if (remaining is { } wait)
            Current.Arm(state.Incarnation, wait);
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
        var seat = Current;
        seat.Prober.Expect(incarnation, earlier: true);
        var running = resumed.TakeBack(seat.Launcher, _spec, status => Ended(incarnation, status, spawned.Task), out var gone);
        if (gone && Snapshot.State.Phase == Phase.Stopped)
        {
            // An earlier boot, or a state file of an earlier version: it begins anew, and that it was there is counted.
            seat.Sweep = Task.Run(() => _services.Host.SweepLeftovers(running.Marker));
            _ = _services.Pump.DrainAsync(running.Logs);
            Telemetry.Exited(ExitReason.Lost, 0);
            return;
        }

        if (resumed.IsNews)
            Post(new Spawned(incarnation), default, running, null);
        else
            seat.Running = running;
        if (!gone && !resumed.IsNews)
            Post(new Adopted(incarnation, _spec.Ready is null ? Readiness.Ready : Readiness.NotReady));
        // A job may be run by hand while its schedule is stopped.
        if (!Snapshot.Wanted && Snapshot.State.Phase != Phase.Stopping && (_job is null || _job.Run is { Outcome: null, Trigger: RunTrigger.Schedule }))
            Post(new StopRequested()); // that daemon was killed while it stopped it
        AwaitReady(seat, incarnation, running.SpawnedAt);
        if (!gone)
            SpeakAgain(incarnation, running);
        if (!gone && _sockets?.TakeBack(Snapshot.Key.Index, _spec.Listen, running.Process) is { } lost)
            _services.Say($"{Snapshot.Key}: the socket on {lost} cannot be taken back from it: connections are refused for a moment when it is restarted, and it cannot be reloaded until then");
        if (gone)
            Ended(incarnation, ExitStatus.Unknown, spawned.Task);
        spawned.SetResult(running);
    }

    /// <summary>A reload was under way when that daemon ended. What it was to replace, or was replaced, goes in order; nobody waits for it any more.</summary>
    private void Dismiss(IReadOnlyList<MarkedProcess> others)
    {
        foreach (var (identity, marker) in others)
        {
            _services.Say($"{Snapshot.Key}: pid {identity.Pid} of a reload that was cut off is stopped");
            _background.Run("stop the second process of", () =>
            {
                using var ended = new ManualResetEventSlim();
                using var process = _services.Host.Adopt(identity, marker, _ => ended.Set());
                process?.SignalTree(_spec.Policy.StopSignal);
                if (process is not null)
                    ended.Wait(_spec.Policy.Grace < LongestDismissal ? _spec.Policy.Grace : LongestDismissal);
                _services.Host.SweepLeftovers(marker);
            });
        }
    }

    /// <summary>A process that an earlier daemon started may be out of reach: it lives on, and that is shown.</summary>
    private void SpeakAgain(int incarnation, Running running)
    {
        if (Speech is null || !Current.Launcher.Speaks(_spec) || Speech.Begin(incarnation, running.Process, isNew: false) is not { } refused || _spec is { Ipc: not true, Ready.Kind: not ProbeKind.Ipc })
            return;
        _services.Say($"{Snapshot.Key}: its channel is lost until its next restart: {refused}");
        Post(new StatusSaid(incarnation, $"without its channel until the next restart: {refused}"));
        if (_spec.Ready?.Kind == ProbeKind.Ipc)
            Post(new BecameReady(incarnation)); // it may have said so, and says it only once
    }
}
