using Pharos.Core.Schedules;
using static Pharos.Core.Lifecycle.InstanceEffect;
using static Pharos.Core.Lifecycle.InstanceEvent;
using static Pharos.Core.Lifecycle.Phase;

namespace Pharos.Core.Lifecycle;

/// <summary>The lifecycle of one instance as one pure function: no await, no clock, no log.</summary>
/// <remarks>A test prints the whole phase × event table to a golden file, so every gap is a choice that somebody reviewed.</remarks>
public static class InstanceLifecycle
{
    /// <summary>What an event does to an instance.</summary>
    /// <param name="it">The instance.</param>
    /// <param name="e">The event.</param>
    /// <returns>The next state and what has to be done.</returns>
    public static Transition Step(InstanceState it, InstanceEvent e) => e switch
    {
        ReloadRequested when it.Beside is not null => Ignored(it),
        ReloadRequested x when it is { CanOverlap: true, IsJob: false, Phase: Running, Alive: true, Readiness: Readiness.Ready } => ReloadOverlap.Begin(it, x.Reason),
        ReloadRequested x => StepOne(it with { ReloadError = null }, new RestartRequested(x.Reason) { At = x.At, Cause = x.Cause }), // nothing to overlap with, or not allowed to
        _ when it.Beside is { } beside && ReloadOverlap.Concerns(beside, e) => ReloadOverlap.Step(it, beside, e),
        Drained => Ignored(it),
        // In every phase: whoever stops an instance means both of its processes.
        StopRequested when it.Beside is not null => ReloadOverlap.Around(it, StepOne(it, e) with { Handled = true }, e),
        _ => ReloadOverlap.Around(it, StepOne(it, e), e),
    };

    private static Transition StepOne(InstanceState it, InstanceEvent e) => (it.Phase, e) switch
    {
        // A late word from an earlier process must not move the current one.
        (_, Spawned x) when x.Incarnation != it.Incarnation || !it.Spawning => Ignored(it),
        (_, SpawnRefused x) when x.Incarnation != it.Incarnation || !it.Spawning => Ignored(it),
        (_, BecameReady x) when x.Incarnation != it.Incarnation || !it.Alive => Ignored(it),
        (_, BecameUnready x) when x.Incarnation != it.Incarnation || !it.Alive => Ignored(it),
        (_, Exited x) when x.Incarnation != it.Incarnation || !it.Alive => Ignored(it),
        (_, DeadlinePassed x) when x.Incarnation != it.Incarnation => Ignored(it),
        (_, LivenessFailed x) when x.Incarnation != it.Incarnation || !it.Alive => Ignored(it),
        (_, StatusSaid x) when x.Incarnation != it.Incarnation || !it.Alive => Ignored(it),
        (_, DependenciesMet x) when x.Incarnation != it.Incarnation || !it.Awaiting => Ignored(it),
        (_, DependenciesFailed x) when x.Incarnation != it.Incarnation || !it.Awaiting => Ignored(it),

        (_, ResetRequested) => To(it with { UnstableInARow = 0, Crashes = [] }, it.Phase),

        // A person's stop stands above what would restart by itself, and it may have come first by a hair.
        // One that ended by itself is another matter: its schedule, or a change of its files, brings it back.
        (Stopped, RestartRequested { Reason: not RestartReason.Schedule } x) when !x.Reason.IsAPersons() => Ignored(it),
        (Stopping, RestartRequested x) when !x.Reason.IsAPersons() && it.RestartAfterStop is null => Ignored(it),
        (BackingOff or Failed, RestartRequested { Reason: not (RestartReason.Watch or RestartReason.Schedule) } x) when !x.Reason.IsAPersons() => Ignored(it),

        (_, RunRequested or RunOverdue) when !it.IsJob => Ignored(it),
        // Whoever starts a job wants its schedule: the runs are asked for one by one.
        (Stopped or Failed or BackingOff or Stopping, StartRequested) when it.IsJob => Ignored(it),
        (Stopped or Failed or BackingOff, RunRequested) => Launch(Forgiven(it), null, new Disarm()),
        (Starting or Running, RunRequested { Replace: true } x) => Stop(it with { RestartAfterStop = ReasonOf(x) }),
        (Stopping, RunRequested { Replace: true } x) => To(it with { RestartAfterStop = ReasonOf(x) }, Stopping),
        (Starting or Running or Stopping, RunRequested) => Ignored(it),
        (Starting or Running, RunOverdue x) when x.Incarnation == it.Incarnation => Stop(it with { RestartAfterStop = null }),
        (Stopped or Starting or Running or Stopping or BackingOff or Failed, RunOverdue) => Ignored(it),

        (Stopped, StartRequested) => LaunchInOrder(Forgiven(it), null),
        (Failed, StartRequested) => LaunchInOrder(Forgiven(it), null, new Disarm()),
        (BackingOff, StartRequested) => Launch(Forgiven(it), it.LaunchReason, new Disarm()),
        (Stopping, StartRequested) => To(it with { RestartAfterStop = it.RestartAfterStop ?? RestartReason.Manual }, Stopping),
        (Starting or Running, StartRequested) => Ignored(it),

        (Stopped, RestartRequested x) => LaunchInOrder(Forgiven(it), x.Reason),
        (Failed, RestartRequested x) => LaunchInOrder(Forgiven(it), x.Reason, new Disarm()),
        (BackingOff, RestartRequested x) => Launch(Forgiven(it), x.Reason, new Disarm()),
        (Starting, RestartRequested) when it.Awaiting => Ignored(it),
        (Starting or Running, RestartRequested x) => Stop(it with { RestartAfterStop = x.Reason }),
        (Stopping, RestartRequested x) => To(it with { RestartAfterStop = x.Reason }, Stopping),

        (Starting, StopRequested) when it.Awaiting => To(it with { Awaiting = false, ReadinessReason = null }, Stopped, new Disarm()),
        (Starting or Running, StopRequested) => Stop(it with { RestartAfterStop = null }),
        (Stopping, StopRequested) => To(it with { RestartAfterStop = null }, Stopping),
        (BackingOff, StopRequested) => To(it with { Backoff = TimeSpan.Zero }, Stopped, new Disarm()),
        (Failed, StopRequested) => To(it with { Failure = null, Error = null }, Stopped, new Disarm()),
        (Stopped, StopRequested) => Ignored(it),

        (Stopped, Adopted x) => To(
            it with { Incarnation = Math.Max(it.Incarnation, x.Incarnation), Alive = true, Readiness = x.Readiness },
            x.Readiness == Readiness.NotReady ? Starting : Running),
        // What an earlier daemon knew of it goes on: its phase is not changed by its daemon.
        (Starting or Running or Stopping, Adopted x) when it.Alive && x.Incarnation == it.Incarnation => To(it, it.Phase),
        (Starting or Running or Stopping or BackingOff or Failed, Adopted) => Ignored(it),

        (Starting, DependenciesMet) => To(it with { Awaiting = false, Spawning = true, ReadinessReason = null }, Starting, new Spawn(it.Incarnation)),
        (Starting, DependenciesFailed x) => Unmet(it with { Awaiting = false, Error = x.Why, ReadinessReason = null }),
        (Stopped or Running or Stopping or BackingOff or Failed, DependenciesMet or DependenciesFailed) => Ignored(it),

        // No deadline for becoming ready: a slow start is not a crash. What waits for it has its own patience.
        (Starting, Spawned) => To(it with { Spawning = false, Alive = true, Error = null }, Starting),
        (Stopping, Spawned) => SignalNow(it with { Spawning = false, Alive = true }),
        (Stopped or Running or BackingOff or Failed, Spawned) => Ignored(it),

        (Starting, SpawnRefused x) => Refused(it with { Spawning = false, Error = x.Error, LastExit = ExitReason.SpawnFailed }, x),
        (Stopping, SpawnRefused x) when it.Beside is not null => ReloadOverlap.HalfStopped(it with { Spawning = false, Error = x.Error }, ExitReason.SpawnFailed),
        (Stopping, SpawnRefused x) => AfterStop(it with { Spawning = false, Error = x.Error, LastExit = ExitReason.SpawnFailed }, ExitReason.SpawnFailed, x.At, TimeSpan.Zero),
        (Stopped or Running or BackingOff or Failed, SpawnRefused) => Ignored(it),

        (Starting, BecameReady) => To(Ready(it), Running),
        (Running, BecameReady) when it.Readiness != Readiness.Ready => To(Ready(it), Running),
        (Stopped or Running or Stopping or BackingOff or Failed, BecameReady) => Ignored(it),

        (Starting, BecameUnready x) => To(it with { Readiness = Readiness.Unready, ReadinessReason = x.Why }, Running),
        (Running, BecameUnready x) when it.Readiness == Readiness.Ready => To(it with { Readiness = Readiness.Unready, ReadinessReason = x.Why }, Running),
        (Stopped or Running or Stopping or BackingOff or Failed, BecameUnready) => Ignored(it),

        (Starting or Running, LivenessFailed x) => Stop(it with { RestartAfterStop = RestartReason.Probe, ReadinessReason = x.Why }),
        (Stopped or Stopping or BackingOff or Failed, LivenessFailed) => Ignored(it),

        (Starting or Running or Stopping, StatusSaid x) => To(it with { Status = x.Text }, it.Phase),
        (Stopped or BackingOff or Failed, StatusSaid) => Ignored(it),

        (Stopping, Exited x) when it.Beside is not null => ReloadOverlap.HalfStopped(Dead(it), StopReason(it, x.Status)),
        (Stopping, Exited x) => AfterStop(Dead(it), StopReason(it, x.Status), x.At, x.Uptime),
        (Starting or Running, Exited x) => Ended(Dead(it), x),
        (Stopped or BackingOff or Failed, Exited) => Ignored(it),

        // The kill is repeated each grace: a process in an uninterruptible sleep takes it when it wakes.
        (Stopping, DeadlinePassed) when it.Alive => To(it with { Killed = true }, Stopping, new KillTree(it.Incarnation), new Arm(it.Incarnation, KillAgain(it))),
        (BackingOff, DeadlinePassed) => Launch(it, it.LaunchReason),
        (Failed, DeadlinePassed) when it.Failure == FailureReason.CrashLoop => Launch(Forgiven(it), RestartReason.Crash),
        (Failed, DeadlinePassed) when it.Failure == FailureReason.DependencyFailed => LaunchInOrder(Forgiven(it), RestartReason.Dependency),
        (Stopped or Starting or Running or Stopping or Failed, DeadlinePassed) => Ignored(it),

        _ => throw new ArgumentOutOfRangeException(nameof(e), e, "The family of events is closed."),
    };

    private static Transition Ignored(InstanceState it) => new(it, [], Handled: false);

    private static Transition To(InstanceState it, Phase phase, params ReadOnlySpan<InstanceEffect> effects) =>
        new(it with { Phase = phase }, EquatableArray.Create(effects));

    /// <summary>A person's word wipes the slate: the crash window and the back-off begin anew.</summary>
    private static InstanceState Forgiven(InstanceState it) =>
        it with { UnstableInARow = 0, Crashes = [], Backoff = TimeSpan.Zero };

    private static RestartReason ReasonOf(RunRequested x) => x.Trigger == RunTrigger.Manual ? RestartReason.Manual : RestartReason.Schedule;

    private static InstanceState Dead(InstanceState it) => it with { Alive = false, Readiness = Readiness.NotReady, ReadinessReason = null, Status = null };

    private static InstanceState Ready(InstanceState it) => it with { Readiness = Readiness.Ready, ReadinessReason = null };

    private static InstanceState Next(InstanceState it, RestartReason? reason) => it with
    {
        Phase = Starting,
        Incarnation = Math.Max(it.Incarnation, it.Newest) + 1,
        Newest = 0,
        Alive = false,
        Killed = false,
        Readiness = Readiness.NotReady,
        ReadinessReason = null,
        RestartAfterStop = null,
        LaunchReason = reason,
        Failure = null,
    };

    private static Transition Launch(InstanceState it, RestartReason? reason, params ReadOnlySpan<InstanceEffect> first)
    {
        var next = Next(it, reason) with { Spawning = true };
        return new(next, [.. first, new Spawn(next.Incarnation)], reason);
    }

    /// <summary>Somebody's start: what it depends on comes first.</summary>
    private static Transition LaunchInOrder(InstanceState it, RestartReason? reason, params ReadOnlySpan<InstanceEffect> first)
    {
        if (it.DependsOn.Count == 0)
            return Launch(it, reason, first);
        var next = Next(it, reason) with { Awaiting = true, ReadinessReason = $"waits for {string.Join(", ", it.DependsOn)}", Error = null };
        return new(next, [.. first, new AwaitDependencies(next.Incarnation)], reason);
    }

    /// <summary>No process was made, so none ended.</summary>
    private static Transition Unmet(InstanceState it) =>
        To(it with { Failure = FailureReason.DependencyFailed }, Failed, it.Policy.RetryFailedAfter is { } later ? new Arm(it.Incarnation, later) : new Disarm());

    private static Transition Stop(InstanceState it) =>
        it.Spawning ? To(it, Stopping) : SignalNow(it);

    private static Transition SignalNow(InstanceState it) =>
        To(it, Stopping, new Signal(it.Incarnation, it.Policy.StopSignal), new Arm(it.Incarnation, it.Policy.Grace));

    private static TimeSpan KillAgain(InstanceState it) =>
        it.Policy.Grace < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : it.Policy.Grace;

    private static ExitReason StopReason(InstanceState it, ExitStatus status) =>
        it.Killed ? ExitReason.StopTimeoutKill
        : it.RestartAfterStop == RestartReason.MemoryLimit ? ExitReason.MemoryLimit
        : it.RestartAfterStop == RestartReason.Probe ? ExitReason.ProbeFailed
        : status.OomKilled ? ExitReason.OomKill
        : ExitReason.StopRequested;

    internal static Transition AfterStop(InstanceState it, ExitReason reason, TimeSpan at, TimeSpan uptime)
    {
        var dead = it with { LastExit = reason };
        // What we had to stop because it was ill counts as a crash: an app that is over its limit at every start must not be a hot loop.
        if (it.RestartAfterStop is RestartReason.MemoryLimit or RestartReason.Probe)
        {
            var next = Crashed(dead with { RestartAfterStop = null }, at, uptime, reason, it.RestartAfterStop.Value);
            return next.Next.Phase == BackingOff ? next : next with { Effects = next.Next.Phase == Starting ? [new Disarm(), .. next.Effects] : next.Effects };
        }

        if (it.RestartAfterStop is { } again)
        {
            var launched = Launch(it.IsJob ? Forgiven(dead) : dead, again, new Disarm());
            return launched with { Ended = reason };
        }

        return To(dead, Stopped, new Disarm()) with { Ended = reason };
    }

    private static Transition Refused(InstanceState it, SpawnRefused x)
    {
        if (!x.Transient && it.IsJob)
            return To(it, Stopped) with { Ended = ExitReason.SpawnFailed };
        if (!x.Transient)
            return To(it with { Failure = FailureReason.SpawnFailed }, Failed) with { Ended = ExitReason.SpawnFailed };
        return Crashed(it, x.At, TimeSpan.Zero, ExitReason.SpawnFailed, RestartReason.Crash);
    }

    private static Transition Ended(InstanceState it, Exited x)
    {
        var reason = x.Status.UnaskedReason();
        var dead = it with { LastExit = reason };

        if (x.Status.Code is { } code && it.Policy.StopExitCodes.Contains(code))
            return To(dead, Stopped) with { Ended = reason };

        var again = it.Policy.Mode switch
        {
            RestartMode.Always => !it.IsJob || !x.Status.IsSuccess,
            RestartMode.OnFailure => !x.Status.IsSuccess,
            RestartMode.Never => false,
        };
        if (!again && (x.Status.IsSuccess || it.IsJob))
            return To(dead, Stopped) with { Ended = reason };
        if (!again)
            return To(dead with { Failure = FailureReason.NotRestarted }, Failed) with { Ended = reason };
        return Crashed(dead, x.At, x.Uptime, reason, x.Status.IsSuccess ? RestartReason.Exit : RestartReason.Crash);
    }

    private static Transition Crashed(InstanceState it, TimeSpan at, TimeSpan uptime, ExitReason ended, RestartReason why)
    {
        var policy = it.Policy;
        if (it.IsJob && policy.Mode == RestartMode.Never)
            return To(it with { Backoff = TimeSpan.Zero }, Stopped, new Disarm()) with { Ended = ended };
        // A job is not meant to live: each try that fails waits longer than the one before.
        var unstable = it.IsJob || uptime < policy.MinUptime;
        // An end with code 0 after a stable life is the app's normal rhythm (a batch job under "always"), not a crash.
        var counts = why != RestartReason.Exit || unstable;
        var crashes = counts ? Remember(it.Crashes, at, policy) : it.Crashes;
        var inARow = unstable ? (int)Math.Min((long)it.UnstableInARow + 1, int.MaxValue)
            : uptime >= policy.HealthyAfter ? 0 : Math.Max(0, it.UnstableInARow - 1);
        var next = it with { Crashes = crashes, UnstableInARow = inARow, LaunchReason = why };

        if (policy.MaxCrashes > 0 && crashes.Count >= policy.MaxCrashes && it.IsJob)
            return To(Forgiven(next), Stopped, new Disarm()) with { Ended = ended };
        if (policy.MaxCrashes > 0 && crashes.Count >= policy.MaxCrashes)
        {
            var failed = next with { Failure = FailureReason.CrashLoop, Backoff = TimeSpan.Zero };
            InstanceEffect then = policy.RetryFailedAfter is { } later ? new Arm(it.Incarnation, later) : new Disarm();
            return To(failed, Failed, then) with { Ended = ended };
        }

        var delay = policy.DelayFor(unstable ? inARow : 0, it.Seed + (ulong)it.Incarnation);
        next = next with { Backoff = delay };
        if (delay == TimeSpan.Zero)
            return Launch(next, why) with { Ended = ended };
        return To(next, BackingOff, new Arm(it.Incarnation, delay)) with { Ended = ended };
    }

    /// <summary>The crashes still inside the window, and this one. Never longer than the limit: a window has no use for more.</summary>
    private static EquatableArray<TimeSpan> Remember(EquatableArray<TimeSpan> crashes, TimeSpan at, RestartPolicy policy)
    {
        var kept = crashes.Where(c => at - c < policy.CrashWindow).Append(at);
        return [.. kept.TakeLast(Math.Max(1, policy.MaxCrashes))];
    }
}
