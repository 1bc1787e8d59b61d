using Pharos.Core.Schedules;

namespace Pharos.Core.Lifecycle;

/// <summary>A fact about an instance, in the past tense. A closed family: <see cref="InstanceLifecycle"/> knows each.</summary>
/// <remarks><see cref="At"/> is monotonic time since an origin that the actor chose: wall time is for people's eyes only.</remarks>
public abstract record InstanceEvent
{
    private InstanceEvent()
    {
    }

    /// <summary>When it happened, monotonic.</summary>
    public TimeSpan At { get; init; }

    /// <summary>Somebody asked that it runs.</summary>
    public sealed record StartRequested : InstanceEvent;

    /// <summary>Somebody asked that it does not run.</summary>
    public sealed record StopRequested : InstanceEvent;

    /// <summary>Somebody or something asked for a new process in place of the current one.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record RestartRequested(RestartReason Reason) : InstanceEvent
    {
        /// <summary>What exactly led to it, e.g. the path of a changed file; null: nothing more is known.</summary>
        public string? Cause { get; init; }
    }

    /// <summary>Somebody asked that its restarts and crashes count anew.</summary>
    public sealed record ResetRequested : InstanceEvent;

    /// <summary>Somebody or something asked for a new process in place of the current one, without a gap where that is possible.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record ReloadRequested(RestartReason Reason = RestartReason.Reload) : InstanceEvent
    {
        /// <summary>What exactly led to it; null: nothing more is known.</summary>
        public string? Cause { get; init; }
    }

    /// <summary>A process that was taken off its listeners has finished what it was at, or cannot be waited for.</summary>
    /// <param name="Incarnation">Which.</param>
    public sealed record Drained(int Incarnation) : InstanceEvent;

    /// <summary>A run of a job is due, or somebody asked for one.</summary>
    /// <param name="Number">Number of the run.</param>
    /// <param name="Trigger">Why.</param>
    /// <param name="DueAt">The time of the schedule, wall clock; null when somebody asked.</param>
    /// <param name="Replace">A run that goes on is stopped for it.</param>
    public sealed record RunRequested(long Number, RunTrigger Trigger, DateTimeOffset? DueAt, bool Replace) : InstanceEvent;

    /// <summary>A run of a job has taken longer than it may.</summary>
    /// <param name="Incarnation">Which.</param>
    public sealed record RunOverdue(int Incarnation) : InstanceEvent;

    /// <summary>The kernel made the process.</summary>
    /// <param name="Incarnation">Which.</param>
    public sealed record Spawned(int Incarnation) : InstanceEvent;

    /// <summary>The process could not be made.</summary>
    /// <param name="Incarnation">Which.</param>
    /// <param name="Error">One line for a person.</param>
    /// <param name="Transient">Trying again may help (EAGAIN, ENOMEM and the like).</param>
    public sealed record SpawnRefused(int Incarnation, string Error, bool Transient) : InstanceEvent;

    /// <summary>A process from an earlier daemon was found alive and taken back.</summary>
    /// <param name="Incarnation">Which.</param>
    /// <param name="Readiness">As the earlier daemon knew it.</param>
    public sealed record Adopted(int Incarnation, Readiness Readiness = Readiness.Ready) : InstanceEvent;

    /// <summary>It can do its work.</summary>
    /// <param name="Incarnation">Which.</param>
    public sealed record BecameReady(int Incarnation) : InstanceEvent;

    /// <summary>It runs and cannot do its work: no longer, or not yet after all the time that it was given.</summary>
    /// <param name="Incarnation">Which.</param>
    /// <param name="Why">What its probe said; one line.</param>
    public sealed record BecameUnready(int Incarnation, string Why) : InstanceEvent;

    /// <summary>It runs and is beyond help: a new process has to take its place.</summary>
    /// <param name="Incarnation">Which.</param>
    /// <param name="Why">What its probe said; one line.</param>
    public sealed record LivenessFailed(int Incarnation, string Why) : InstanceEvent;

    /// <summary>It said in a line what it is at, sd_notify(3) STATUS.</summary>
    /// <param name="Incarnation">Which.</param>
    /// <param name="Text">The line.</param>
    public sealed record StatusSaid(int Incarnation, string Text) : InstanceEvent;

    /// <summary>All that it depends on is there.</summary>
    /// <param name="Incarnation">The incarnation that waits.</param>
    public sealed record DependenciesMet(int Incarnation) : InstanceEvent;

    /// <summary>Something that it depends on will not be there.</summary>
    /// <param name="Incarnation">The incarnation that waits.</param>
    /// <param name="Why">What and why; one line.</param>
    public sealed record DependenciesFailed(int Incarnation, string Why) : InstanceEvent;

    /// <summary>The process ended.</summary>
    /// <param name="Incarnation">Which.</param>
    /// <param name="Status">How.</param>
    /// <param name="Uptime">How long it lived.</param>
    public sealed record Exited(int Incarnation, ExitStatus Status, TimeSpan Uptime) : InstanceEvent;

    /// <summary>The timer that <see cref="InstanceEffect.Arm"/> set for the incarnation went off.</summary>
    /// <param name="Incarnation">Which.</param>
    public sealed record DeadlinePassed(int Incarnation) : InstanceEvent;
}
