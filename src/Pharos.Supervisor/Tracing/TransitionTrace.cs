using System.Diagnostics;
using Pharos.Core.Lifecycle;
using Pharos.Core.Schedules;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Instances;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor.Tracing;

/// <summary>From the transitions of one instance to its spans and the durations of its operations. Actor only.</summary>
internal sealed class TransitionTrace(OperationTrace trace, InstanceTelemetry telemetry, TimeProvider time)
{
    private long _operationAt;
    private long _signalledAt;
    private bool _overdue;

    /// <summary>The stop signal is on its way: the duration of the stop counts from here.</summary>
    public void Signalled() => _signalledAt = time.GetTimestamp();

    /// <summary>An earlier daemon was at an operation: it goes on as a span of this one.</summary>
    /// <param name="it">Where the lifecycle goes on.</param>
    /// <param name="remaining">How long its timer still waits; null: nothing waits.</param>
    public void GoOn(InstanceState it, TimeSpan? remaining)
    {
        _operationAt = _signalledAt = time.GetTimestamp();
        if (it.Phase == Phase.Stopping)
        {
            trace.Begin(SpanNames.Stop, default);
            var waited = it.Policy.Grace - (remaining ?? it.Policy.Grace);
            _signalledAt -= (long)(waited.TotalSeconds * time.TimestampFrequency);
        }
        else if (it.Phase == Phase.BackingOff || it is { Phase: Phase.Starting, Spawning: true })
        {
            trace.Begin(SpanNames.Restart, default, new KeyValuePair<string, object?>(AttributeNames.RestartReason, Words.Of(it.LaunchReason ?? RestartReason.Crash)));
            if (it.Phase == Phase.BackingOff)
                trace.Step(SpanNames.Backoff);
        }
    }

    /// <summary>Takes a transition of a job in: its one operation is the run, and what stops it is a step of that.</summary>
    /// <param name="e">The event.</param>
    /// <param name="command">The command that it comes from.</param>
    /// <param name="was">The state before it.</param>
    /// <param name="step">What it led to.</param>
    /// <param name="before">The newest run before it.</param>
    /// <param name="now">The newest run after it.</param>
    public void RecordRun(InstanceEvent e, ActivityContext command, InstanceState was, Transition step, JobRun? before, JobRun? now)
    {
        if (e is Adopted && step.Handled)
        {
            trace.Begin(SpanNames.Adopt, command);
            trace.End();
            BeginRun(default, now!);
        }

        if (step.Ended is { } ended)
        {
            if (was.Phase == Phase.Stopping && e is Exited)
                telemetry.Stopped(ended, time.GetElapsedTime(_signalledAt).TotalSeconds);
            trace.Tag(AttributeNames.ExitReason, Words.Of(ended));
            var good = ended == ExitReason.Success;
            trace.End(good ? null : _overdue ? Words.Of(RunOutcome.Deadline) : Words.Of(ended), good ? null : _overdue ? "it took longer than it may" : $"the run ended: {Words.Of(ended)}");
        }

        _overdue = (e is RunOverdue && step.Handled) || (_overdue && step.Ended is null);
        if (now is { Outcome: null } && now.Number != before?.Number && e is not Adopted)
            BeginRun(command, now);
    }

    /// <summary>A reload is one operation from the order until the old process is gone, or the new one when it failed.</summary>
    /// <returns>True: the event belongs to it alone.</returns>
    private bool RecordReload(InstanceEvent e, ActivityContext command, InstanceState was, Transition step, long now)
    {
        if (e is ReloadRequested order && step.Handled)
        {
            trace.Begin(SpanNames.Reload, command, new(AttributeNames.RestartReason, Words.Of(order.Reason)), new(AttributeNames.ReloadOverlap, step.Next.Beside is not null));
            if (order.Cause is { } cause)
                trace.Tag(AttributeNames.RestartCause, cause);
            _operationAt = now;
            return true;
        }

        if (was.Beside is not { } beside || !ReloadOverlap.Concerns(beside, e))
            return false;
        if (step.Next.IsOnOtherSide != was.IsOnOtherSide)
            telemetry.Reloaded(done: true, time.GetElapsedTime(_operationAt, now).TotalSeconds);
        if (beside.Role == BesideRole.Successor && step.Next.ReloadError is not null && step.Handled)
            telemetry.Reloaded(done: false, time.GetElapsedTime(_operationAt, now).TotalSeconds);
        if (step.EndedBeside is not null && trace.Current == SpanNames.Reload)
            trace.End(step.Next.ReloadError is null ? null : "reload_failed", step.Next.ReloadError);
        return true;
    }

    private void BeginRun(ActivityContext command, JobRun run) => trace.BeginRoot(
        SpanNames.JobRun, command, run.StartedAt,
        new(AttributeNames.JobTrigger, Words.Of(run.Trigger)),
        new(AttributeNames.JobScheduledTime, run.DueAt?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>Takes a transition in.</summary>
    /// <param name="e">The event.</param>
    /// <param name="command">The command that it comes from.</param>
    /// <param name="was">The state before it.</param>
    /// <param name="step">What it led to.</param>
    public void Record(InstanceEvent e, ActivityContext command, InstanceState was, Transition step)
    {
        var now = time.GetTimestamp();
        if (RecordReload(e, command, was, step, now))
            return;
        switch (e)
        {
            case StopRequested when was.Awaiting:
                trace.End("stopped", "a stop was asked for while it waited for its dependencies");
                break;
            case DependenciesFailed x when step.Handled:
                trace.End(Words.Of(FailureReason.DependencyFailed), x.Why);
                telemetry.Started(ready: false, time.GetElapsedTime(_operationAt, now).TotalSeconds);
                break;
            case LivenessFailed x when step.Handled:
                trace.Begin(SpanNames.Restart, default, new(AttributeNames.RestartReason, Words.Of(RestartReason.Probe)), new(AttributeNames.ProbeMessage, x.Why));
                _operationAt = now;
                break;
            case BecameUnready x when step.Handled && was.Phase == Phase.Starting:
                trace.End("not_ready", x.Why);
                telemetry.Started(ready: false, time.GetElapsedTime(_operationAt, now).TotalSeconds);
                break;
            case BecameReady or BecameUnready when step.Handled && was.Phase == Phase.Running:
                trace.Begin(SpanNames.ProbeTransition, default, new(AttributeNames.ReadinessFrom, Words.Of(was.Readiness)),
                    new(AttributeNames.ReadinessTo, Words.Of(step.Next.Readiness)), new(AttributeNames.ProbeMessage, step.Next.ReadinessReason));
                trace.End();
                break;
            case StopRequested when step.Handled && was.Phase is Phase.Starting or Phase.Running:
                trace.Begin(SpanNames.Stop, command);
                _operationAt = now;
                break;
            case RestartRequested r when step.Handled && was.Phase != Phase.Stopping:
                trace.Begin(SpanNames.Restart, command, new KeyValuePair<string, object?>(AttributeNames.RestartReason, Words.Of(r.Reason)));
                if (r.Cause is { } cause)
                    trace.Tag(AttributeNames.RestartCause, cause);
                _operationAt = now;
                break;
            case StartRequested when step.Handled && was.Phase != Phase.Stopping:
                trace.Begin(SpanNames.Start, command);
                _operationAt = now;
                break;
            case Adopted when step.Handled && was.Phase != Phase.Stopping: // a stop that goes on has its span already
                trace.Begin(SpanNames.Adopt, command);
                trace.End();
                break;
            case Exited or SpawnRefused when step.Ended is { } ended && was.Phase is Phase.Starting or Phase.Running:
                if (trace.Current is not null)
                    trace.End(Words.Of(ended), "the process ended before it was ready");
                if (was.Phase == Phase.Starting)
                    telemetry.Started(ready: false, time.GetElapsedTime(_operationAt, now).TotalSeconds);
                if (step.Next.Phase is Phase.BackingOff or Phase.Starting)
                {
                    trace.Begin(SpanNames.Restart, default,
                        new(AttributeNames.RestartReason, Words.Of(step.Next.LaunchReason ?? RestartReason.Crash)), new(AttributeNames.ExitReason, Words.Of(ended)));
                    _operationAt = now;
                    if (step.Next.Phase == Phase.BackingOff)
                        trace.Step(SpanNames.Backoff);
                }

                break;
            case Exited when step.Ended is { } ended && was.Phase == Phase.Stopping:
                telemetry.Stopped(ended, time.GetElapsedTime(_signalledAt, now).TotalSeconds);
                trace.Tag(AttributeNames.ExitReason, Words.Of(ended));
                if (step.Next.Phase == Phase.Stopped)
                    trace.End(ended == ExitReason.StopTimeoutKill ? Words.Of(ended) : null, "the grace had passed");
                else if (step.Next.Phase == Phase.BackingOff)
                    trace.Step(SpanNames.Backoff);
                else if (step.Next.Failure is { } failure)
                    trace.End(Words.Of(failure), "it was given up");
                break;
            case SpawnRefused when step.Ended is not null && was.Phase == Phase.Stopping && step.Next.Phase == Phase.Stopped:
                trace.End(); // the stop came first, and there was nothing to stop
                break;
            case StopRequested when was.Phase == Phase.BackingOff:
                trace.End("stopped", "a stop was asked for while backing off");
                break;
            case BecameReady when step.Handled && was.Phase == Phase.Starting:
                trace.End();
                telemetry.Started(ready: true, time.GetElapsedTime(_operationAt, now).TotalSeconds);
                break;
        }
    }
}
