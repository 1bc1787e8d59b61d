using static Pharos.Core.Lifecycle.InstanceEffect;
using static Pharos.Core.Lifecycle.InstanceEvent;
using static Pharos.Core.Lifecycle.Phase;

namespace Pharos.Core.Lifecycle;

/// <summary>The part of the lifecycle that has two processes in one slot: a new one beside the old one until it is ready, then the old one until it is gone.</summary>
/// <remarks>The current process is ready all the while; a new one that never gets ready goes, and the old one stays. Pure, as the rest.</remarks>
public static class ReloadOverlap
{
    /// <summary>Whether an event is about the second process.</summary>
    public static bool Concerns(BesideState beside, InstanceEvent e) => e switch
    {
        Spawned x => x.Incarnation == beside.Incarnation,
        SpawnRefused x => x.Incarnation == beside.Incarnation,
        BecameReady x => x.Incarnation == beside.Incarnation,
        BecameUnready x => x.Incarnation == beside.Incarnation,
        LivenessFailed x => x.Incarnation == beside.Incarnation,
        StatusSaid x => x.Incarnation == beside.Incarnation,
        Drained x => x.Incarnation == beside.Incarnation,
        Exited x => x.Incarnation == beside.Incarnation,
        DeadlinePassed x => x.Incarnation == beside.Incarnation,
        _ => false,
    };

    /// <summary>Somebody asked for a reload, and it can overlap.</summary>
    /// <param name="it">The instance.</param>
    /// <param name="reason">Why.</param>
    public static Transition Begin(InstanceState it, RestartReason reason)
    {
        var number = Math.Max(it.Incarnation, it.Newest) + 1;
        var next = it with { Newest = number, ReloadError = null, Beside = new BesideState { Incarnation = number, Role = BesideRole.Successor, Reason = reason, Spawning = true } };
        return new(next, [new Spawn(number), new ArmBeside(number, it.Reload.Timeout)]);
    }

    /// <summary>Something happened to the second process.</summary>
    public static Transition Step(InstanceState it, BesideState beside, InstanceEvent e) => (beside.Role, e) switch
    {
        (BesideRole.Successor, Spawned) when beside.Spawning => With(it, beside with { Spawning = false }),
        (BesideRole.Leaving, Spawned) when beside.Spawning => Go(it, beside with { Spawning = false }),
        (_, SpawnRefused x) when beside.Spawning => Gone(it with { ReloadError = beside.Role == BesideRole.Successor ? x.Error : it.ReloadError }, ExitReason.SpawnFailed, x.At, TimeSpan.Zero),
        (_, Exited x) when !beside.Spawning => Gone(
            beside.Role == BesideRole.Successor ? it with { ReloadError = $"the new process ended before it was ready: {End(x.Status)}" } : it,
            beside switch { { Killed: true } => ExitReason.StopTimeoutKill, { Role: BesideRole.Successor } => x.Status.UnaskedReason(), _ => ExitReason.StopRequested }, x.At, x.Uptime),

        (BesideRole.Successor, BecameReady) when !beside.Spawning => TakeOver(it, beside),
        (BesideRole.Successor, BecameUnready x) when !beside.Spawning => Go(it with { ReloadError = $"the new process is not ready: {x.Why}" }, beside),
        (BesideRole.Successor, LivenessFailed x) when !beside.Spawning => Go(it with { ReloadError = $"the new process is not alive: {x.Why}" }, beside),
        (BesideRole.Successor, DeadlinePassed) => Go(it with { ReloadError = $"the new process is not ready within {it.Reload.Timeout.TotalSeconds:0.###} s" }, beside),
        (BesideRole.Draining, Drained or DeadlinePassed) => Go(it, beside),
        (BesideRole.Leaving, DeadlinePassed) when !beside.Spawning => new(it with { Beside = beside with { Killed = true } }, [new KillTree(beside.Incarnation), new ArmBeside(beside.Incarnation, Longer(it.Policy.Grace))]),
        _ => new(it, [], Handled: false),
    };

    /// <summary>Whatever the current process came to: the second one must not be left behind.</summary>
    /// <param name="was">Before.</param>
    /// <param name="step">What it came to, as if there were no second one.</param>
    /// <param name="e">The event.</param>
    public static Transition Around(InstanceState was, Transition step, InstanceEvent e)
    {
        if (step.Next.Beside is not { } beside || !step.Handled)
            return step;
        if (step.Ended is not null && was.Phase is Starting or Running && beside.Role == BesideRole.Successor)
            return Inherit(was, step, beside);
        if (e is StopRequested or RestartRequested or LivenessFailed && beside.Role != BesideRole.Leaving)
        {
            var go = Go(step.Next with { ReloadError = beside.Role == BesideRole.Successor ? "a stop came first" : step.Next.ReloadError }, beside);
            return step with { Next = go.Next, Effects = [.. step.Effects, .. go.Effects] };
        }

        return step;
    }

    /// <summary>The current process is gone while a stop is under way, and the second one is not: the stop goes on.</summary>
    public static Transition HalfStopped(InstanceState it, ExitReason reason) =>
        new(it with { LastExit = reason }, [new Disarm()], Ended: reason);

    private static Transition With(InstanceState it, BesideState beside) => new(it with { Beside = beside }, []);

    private static Transition TakeOver(InstanceState it, BesideState beside)
    {
        var next = it with
        {
            Phase = Running,
            Incarnation = beside.Incarnation,
            IsOnOtherSide = !it.IsOnOtherSide,
            Alive = true,
            Spawning = false,
            Readiness = Readiness.Ready,
            ReadinessReason = null,
            Status = null,
            LaunchReason = beside.Reason,
            Beside = new BesideState { Incarnation = it.Incarnation, Role = BesideRole.Draining },
        };
        return new(next, [new Retire(it.Incarnation), new ArmBeside(it.Incarnation, it.Reload.Drain)], beside.Reason);
    }

    /// <summary>The old process ended by itself while the new one came up: that one has its place.</summary>
    private static Transition Inherit(InstanceState was, Transition step, BesideState beside) => new(
        was with
        {
            Phase = Starting,
            Incarnation = beside.Incarnation,
            IsOnOtherSide = !was.IsOnOtherSide,
            Alive = !beside.Spawning,
            Spawning = beside.Spawning,
            Readiness = Readiness.NotReady,
            ReadinessReason = null,
            Status = null,
            LaunchReason = beside.Reason,
            LastExit = step.Ended,
            Beside = null,
        },
        [new DisarmBeside()],
        beside.Reason,
        step.Ended);

    private static Transition Go(InstanceState it, BesideState beside)
    {
        var leaving = beside with { Role = BesideRole.Leaving };
        return beside.Spawning
            ? new(it with { Beside = leaving }, [new DisarmBeside()])
            : new(it with { Beside = leaving }, [new Signal(beside.Incarnation, it.Policy.StopSignal), new ArmBeside(beside.Incarnation, it.Policy.Grace)]);
    }

    private static Transition Gone(InstanceState it, ExitReason reason, TimeSpan at, TimeSpan uptime)
    {
        var alone = it with { Beside = null };
        if (it is not { Phase: Stopping, Alive: false, Spawning: false })
            return new(alone, [new DisarmBeside()], EndedBeside: reason);
        var stopped = InstanceLifecycle.AfterStop(alone, it.LastExit ?? reason, at, uptime);
        return stopped with { Effects = [new DisarmBeside(), .. stopped.Effects], Ended = null, EndedBeside = reason };
    }

    private static string End(ExitStatus status) => status switch
    {
        { Signal: { } signal } => SignalNames.Of(signal),
        { Code: { } code } => $"exit code {code}",
        _ => "how is not known",
    };

    private static TimeSpan Longer(TimeSpan grace) => grace < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : grace;
}
