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
                var process = _running!.Process;
                _background.Run("signal", () => process.SignalTree(signal.Number));
                _trace.Step(SpanNames.Drain);
                break;
            case InstanceEffect.KillTree:
                _trace.Step(SpanNames.Kill);
                var doomed = _running!.Process;
                _background.Run("kill", () => doomed.KillTree(KillPatience));
                break;
            case InstanceEffect.Arm arm:
                Arm(arm.Incarnation, arm.Delay);
                break;
            case InstanceEffect.Disarm:
                _deadline.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                break;
            default:
                throw new UnreachableException($"The family of effects is closed: {effect}");
        }
    }

    private void Arm(int incarnation, TimeSpan delay)
    {
        _armedFor = incarnation;
        _deadline.Change(Timers.Bounded(delay), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Without a probe, ready is who has lived for its minimum uptime.</summary>
    private void AwaitReady(int incarnation, long spawnedAt)
    {
        if (_spec.Ready is not null)
            return; // its probe says so
        _readyFor = incarnation;
        var left = _spec.Policy.MinUptime - _services.Time.GetElapsedTime(spawnedAt);
        _readyTimer.Change(Timers.Bounded(left), Timeout.InfiniteTimeSpan);
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
        _prober.Expect(incarnation);
        var sweep = _sweep;
        var operation = _trace.Token;
        _launch = Task.Run(async () =>
        {
            try
            {
                await LaunchAsync(incarnation, sweep, operation);
            }
            catch (Exception e)
            {
                // Without an answer the instance would be starting for ever, and whoever waits for it would wait as long.
                Post(new SpawnRefused(incarnation, e.Message, Transient: true));
            }
        });
    }

    private async Task LaunchAsync(int incarnation, Task sweep, int operation)
    {
        // What the last process left behind may hold the port that the next one needs.
        try
        {
            await sweep;
        }
        catch (IOException e)
        {
            _services.Say($"cannot look for what {Snapshot.Key} left behind: {e.Message}");
        }

        var resolved = _launcher.Resolve(_spec);
        if (resolved.Refused is { } unresolved)
        {
            Post(new SpawnRefused(incarnation, unresolved.Message, unresolved.Transient));
            return;
        }

        _trace.Step(SpanNames.Spawn, operation);
        var spawned = new TaskCompletionSource<Running>();
        var result = _launcher.Spawn(_spec, resolved.Value!, incarnation, _trace.Context, status => Ended(incarnation, status, spawned.Task));
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
        AwaitReady(incarnation, result.Value!.SpawnedAt);
        spawned.SetResult(result.Value!); // an end that came first follows now, and not before
    }

    /// <summary>On the host's thread: the main process was reaped. While stopping, the end is that of the whole tree.</summary>
    private void Ended(int incarnation, ExitStatus status, Task<Running> spawned)
    {
        var at = _services.Time.GetTimestamp();
        _ = spawned.ContinueWith(
            task =>
            {
                if (Snapshot.State.Phase == Phase.Stopping)
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
