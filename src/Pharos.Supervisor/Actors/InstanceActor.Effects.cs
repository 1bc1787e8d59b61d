using System.Diagnostics;
using Pharos.Core.Lifecycle;
using Pharos.Telemetry.Catalogue;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor.Actors;

/// <summary>What the lifecycle orders: dependencies, the launch, signals and timers. Whatever takes time runs beside the actor and comes back as an event.</summary>
public sealed partial class InstanceActor
{
    private void Run(InstanceEffect effect)
    {
        switch (effect)
        {
            case InstanceEffect.Spawn spawn:
                _trace.Step(SpanNames.Resolve);
                Launch(spawn.Incarnation);
                break;
            case InstanceEffect.AwaitDependencies await:
                _trace.Step(SpanNames.AwaitDependencies);
                AwaitDependencies(await.Incarnation);
                break;
            case InstanceEffect.Signal signal:
                _trace.Step(SpanNames.Signal);
                _spans.Signalled();
                var process = SeatOf(signal.Incarnation).Running!.Process;
                var ended = signal.Incarnation;
                if (_spec.StopMessage is not { } message || Speech?.Send(message, ended) != true)
                    _background.Run("signal", () => process.SignalTree(signal.Number));
                _trace.Step(SpanNames.Drain);
                break;
            case InstanceEffect.KillTree kill:
                _trace.Step(SpanNames.Kill);
                var doomed = SeatOf(kill.Incarnation).Running!.Process;
                _background.Run("kill", () => doomed.KillTree(KillPatience));
                break;
            case InstanceEffect.Arm arm:
                Current.Arm(arm.Incarnation, arm.Delay);
                break;
            case InstanceEffect.Disarm:
                Current.Disarm();
                break;
            case InstanceEffect.Retire retire:
                _trace.Step(SpanNames.Drain);
                Retire(retire.Incarnation);
                break;
            case InstanceEffect.ArmBeside arm:
                SeatOf(arm.Incarnation).Arm(arm.Incarnation, arm.Delay);
                break;
            case InstanceEffect.DisarmBeside:
                SeatOn(!Snapshot.State.IsOnOtherSide).Disarm();
                break;
            default:
                throw new UnreachableException($"The family of effects is closed: {effect}");
        }
    }

    /// <summary>Without a probe, ready is who has lived for its minimum uptime.</summary>
    private void AwaitReady(Seat seat, int incarnation, long spawnedAt)
    {
        if (_spec.Ready is not null)
            return; // its probe says so
        if (Snapshot.State is { Beside.Role: BesideRole.Successor } state && state.Beside.Incarnation == incarnation && Speech?.IsListening(state.Incarnation) == true)
            return; // it is to take the place of one that listens: it is ready when it does
        var left = _spec.Policy.MinUptime - _services.Time.GetElapsedTime(spawnedAt);
        if (left > TimeSpan.Zero)
            seat.AwaitReady(incarnation, left);
        else
            Post(new BecameReady(incarnation));
    }

    private void AwaitDependencies(int incarnation)
    {
        _waiting = new CancellationTokenSource();
        var cancel = _waiting.Token;
        _ = Task.Run(async () =>
        {
            try
            {
                var missing = await _services.AwaitDependencies(_spec, cancel);
                Post(missing is null ? new DependenciesMet(incarnation) : new DependenciesFailed(incarnation, missing));
            }
            catch (OperationCanceledException)
            {
                // It was stopped meanwhile.
            }
            catch (Exception e)
            {
                Post(new DependenciesFailed(incarnation, e.Message)); // or it would wait for ever
            }
        });
    }

    private void Launch(int incarnation)
    {
        var seat = SeatOf(incarnation);
        seat.Prober.Expect(incarnation);
        var before = _launch;
        var operation = _trace.Token;
        var unswept = _unswept?.Seat == seat ? _unswept?.Ended : null;
        if (unswept is not null)
            _unswept = null; // swept on the way: no thread more than one is woken for a restart
        _launch = Task.Run(async () =>
        {
            try
            {
                await before; // the other seat's, if any
                await LaunchAsync(seat, incarnation, operation, unswept);
            }
            catch (Exception e)
            {
                // Without an answer the instance would be starting for ever, and whoever waits for it would wait as long.
                Post(new SpawnRefused(incarnation, e.Message, Transient: true));
            }
        });
    }

    private void SweepUnlessLaunched()
    {
        if (_unswept is not { } left)
            return;
        _unswept = null;
        left.Seat.Sweep = Task.Run(() => Sweep(left.Ended));
    }

    private void Sweep(Running ended) => _services.Host.SweepLeftovers(ended.Marker, ended.Process.Identity);

    private async Task LaunchAsync(Seat seat, int incarnation, int operation, Running? unswept)
    {
        // What the last process left behind may hold the port that the next one needs.
        try
        {
            await seat.Sweep;
            if (unswept is not null)
                Sweep(unswept);
        }
        catch (IOException e)
        {
            _services.Say($"cannot look for what {Snapshot.Key} left behind: {e.Message}");
        }

        await _reports.NotTooManyAsync();
        var resolved = seat.Launcher.Resolve(_spec);
        if (resolved.Refused is { } unresolved)
        {
            Post(new SpawnRefused(incarnation, unresolved.Message, unresolved.Transient));
            return;
        }

        _trace.Step(SpanNames.Spawn, operation);
        var spawned = new TaskCompletionSource<Running>();
        var result = seat.Launcher.Spawn(_spec, resolved.Value!, incarnation, _trace.Context, status => Ended(incarnation, status, spawned.Task));
        if (result.Refused is { } refused)
        {
            Post(new SpawnRefused(incarnation, refused.Message, refused.Transient));
            return;
        }

        if (_job is null)
            _trace.Step(SpanNames.WaitReady, operation);
        else
            _trace.EndStep(operation);
        Post(new Spawned(incarnation), default, result.Value, null);
        AwaitReady(seat, incarnation, result.Value!.SpawnedAt);
        spawned.SetResult(result.Value!); // an end that came first follows now, and not before
    }

    /// <summary>On the host's thread: the main process was reaped. While stopping, the end is that of the whole tree.</summary>
    private void Ended(int incarnation, ExitStatus status, Task<Running> spawned)
    {
        var at = _services.Time.GetTimestamp();
        _ = spawned.ContinueWith(
            task =>
            {
                if (Snapshot.State.Phase == Phase.Stopping || Snapshot.State.Beside is { Role: BesideRole.Leaving } beside && beside.Incarnation == incarnation)
                    _ = Task.Run(() => AwaitTreeAsync(task.Result, incarnation, status, at));
                else
                    PostExited(task.Result, incarnation, status, at);
            },
            TaskContinuationOptions.ExecuteSynchronously);
    }

    /// <summary>Children have the rest of the grace; the deadline kills them, as it would have killed their parent.</summary>
    private async Task AwaitTreeAsync(Running running, int incarnation, ExitStatus status, long at)
    {
        try
        {
            while (running.Process.CountSurvivors() > 0)
                await Task.Delay(TreePoll, _services.Time);
        }
        catch (Exception e)
        {
            // The main process is gone for certain: its end must be told, or the instance would be stopping for ever.
            _services.Say($"cannot look after the children of {Snapshot.Key}: {e.Message}");
        }

        PostExited(running, incarnation, status, at);
    }

    private void PostExited(Running running, int incarnation, ExitStatus status, long at) =>
        Post(new Exited(incarnation, status, _services.Time.GetElapsedTime(running.SpawnedAt, at)));
}
