using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Supervisor.Actors;

namespace Pharos.Supervisor.State;

/// <summary>From a snapshot to what the state file keeps of a lifecycle, and back: monotonic times become wall clock and monotonic again.</summary>
/// <remarks>A wall clock that was set meanwhile can make a wait shorter or longer, but never longer than it was to be from its beginning.</remarks>
internal static class CarriedOn
{
    /// <summary>When the timer of an instance goes off after a step, wall clock.</summary>
    /// <param name="step">The step.</param>
    /// <param name="before">When it was to go off before it.</param>
    /// <param name="now">Wall clock.</param>
    /// <returns>Null when nothing waits.</returns>
    public static DateTimeOffset? Deadline(in Transition step, DateTimeOffset? before, DateTimeOffset now)
    {
        if (step.Next.Phase is not (Phase.Stopping or Phase.BackingOff or Phase.Failed))
            return null;
        foreach (var effect in step.Effects)
        {
            if (effect is InstanceEffect.Arm arm)
                before = now + arm.Delay;
            else if (effect is InstanceEffect.Disarm)
                before = null;
        }

        return before;
    }

    /// <summary>What is kept of a lifecycle.</summary>
    /// <param name="it">The instance.</param>
    /// <param name="time">Clock.</param>
    public static SavedRun Save(InstanceSnapshot it, TimeProvider time)
    {
        var (wall, mono) = (time.GetUtcNow(), Monotonic(time));
        var state = it.State;
        return new SavedRun
        {
            Phase = state.Phase,
            Readiness = state.Readiness,
            ReadinessReason = state.ReadinessReason,
            Status = state.Status,
            Awaiting = state.Awaiting,
            Spawning = state.Spawning,
            Killed = state.Killed,
            IsOnOtherSide = state.IsOnOtherSide,
            Newest = state.Newest,
            RestartAfterStop = state.RestartAfterStop,
            LaunchReason = state.LaunchReason,
            Error = state.Error,
            Backoff = state.Backoff,
            UnstableInARow = state.UnstableInARow,
            Crashes = [.. state.Crashes.Select(c => wall - (mono - c))],
            Deadline = it.Deadline,
        };
    }

    /// <summary>The lifecycle as it was.</summary>
    /// <param name="fresh">Policy and seed.</param>
    /// <param name="saved">What was kept.</param>
    /// <param name="time">Clock.</param>
    public static InstanceState Restore(InstanceState fresh, SavedInstance saved, TimeProvider time)
    {
        fresh = fresh with { Incarnation = saved.Incarnation, LastExit = saved.LastExit?.Reason };
        if (saved.Run is not { } run)
            return fresh with { Phase = saved.Failure is null ? Phase.Stopped : Phase.Failed, Failure = saved.Failure };
        var (wall, mono) = (time.GetUtcNow(), Monotonic(time));
        return fresh with
        {
            Phase = run.Phase,
            Readiness = run.Readiness,
            ReadinessReason = run.ReadinessReason,
            Status = run.Status,
            Awaiting = run.Awaiting,
            Alive = saved.Process is not null,
            Spawning = run.Spawning,
            Killed = run.Killed,
            IsOnOtherSide = run.IsOnOtherSide,
            Newest = run.Newest,
            RestartAfterStop = run.RestartAfterStop,
            LaunchReason = run.LaunchReason,
            Failure = saved.Failure,
            Error = run.Error,
            Backoff = run.Backoff,
            UnstableInARow = run.UnstableInARow,
            Crashes = [.. run.Crashes.Select(c => mono - NotNegative(wall - c))],
        };
    }

    /// <summary>How long the timer still waits.</summary>
    /// <param name="state">The lifecycle as it was.</param>
    /// <param name="deadline">When it was to go off; null: not known, then the whole wait begins anew.</param>
    /// <param name="now">Wall clock.</param>
    /// <returns>Zero when it is overdue; null when nothing waits.</returns>
    public static TimeSpan? Remaining(InstanceState state, DateTimeOffset? deadline, DateTimeOffset now)
    {
        TimeSpan? whole = state switch
        {
            { Phase: Phase.BackingOff } => state.Backoff,
            { Phase: Phase.Stopping, Alive: true } => state.Policy.Grace,
            { Phase: Phase.Failed, Failure: FailureReason.CrashLoop or FailureReason.DependencyFailed } => state.Policy.RetryFailedAfter,
            _ => null,
        };
        if (whole is not { } most || deadline is not { } at)
            return whole;
        var left = NotNegative(at - now);
        return left < most ? left : most;
    }

    /// <summary>As events have it: since the clock's own origin.</summary>
    private static TimeSpan Monotonic(TimeProvider time) => time.GetElapsedTime(0, time.GetTimestamp());

    private static TimeSpan NotNegative(TimeSpan span) => span < TimeSpan.Zero ? TimeSpan.Zero : span;
}
