using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Core.Schedules;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor.Operations.Jobs;

/// <summary>From the transitions of one instance of a job to its runs. The instance's actor only.</summary>
internal sealed class JobSlot : IDisposable
{
    private readonly InstanceKey _key;
    private readonly JobSpec _job;
    private readonly JobLedger _ledger;
    private readonly TimeProvider _time;
    private readonly ITimer? _overdue;
    private volatile int _watched; // incarnation that the timer is for
    private long _overdueAt; // monotonic timestamp
    private RunRequested? _next; // waits for the run that it takes the place of
    private bool _tookTooLong;

    /// <param name="key">The slot.</param>
    /// <param name="job">The job.</param>
    /// <param name="ledger">Its runs.</param>
    /// <param name="time">Clock.</param>
    /// <param name="post">Takes what the deadline says.</param>
    public JobSlot(InstanceKey key, JobSpec job, JobLedger ledger, TimeProvider time, Action<InstanceEvent> post)
    {
        (_key, _job, _ledger, _time) = (key, job, ledger, time);
        if (job.Deadline is not null)
            _overdue = time.CreateTimer(_ => Overdue(post), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Run = ledger.GoingOn(key.Index);
    }

    /// <summary>The newest run of the slot.</summary>
    public JobRun? Run { get; private set; }

    /// <summary>The process of the run that an earlier daemon knew is gone, and nobody knows how it ended.</summary>
    public void Lost()
    {
        if (Run is { Outcome: null })
            End(ExitReason.Lost, null);
    }

    /// <summary>Takes a transition in.</summary>
    /// <param name="e">The event.</param>
    /// <param name="was">The state before it.</param>
    /// <param name="step">What it led to.</param>
    /// <param name="wanted">Its schedule is not stopped.</param>
    /// <param name="age">How old the process is; of an adopted one.</param>
    public void Record(InstanceEvent e, InstanceState was, Transition step, bool wanted, TimeSpan age)
    {
        switch (e)
        {
            case RunRequested { Trigger: RunTrigger.Schedule, DueAt: { } due } when !step.Handled:
                _ledger.Skipped(due); // another run began in this instant
                break;
            case RunRequested asked when step.Handled:
                _next = asked;
                break;
            case StopRequested:
                _next = null;
                break;
            case RunOverdue when step.Handled:
                _tookTooLong = true;
                break;
            case Adopted adopted when step.Handled:
                TakeBack(adopted.Incarnation, wanted, age);
                break;
            case Spawned spawned when step.Handled && Run is not { Outcome: null }:
                TakeBack(spawned.Incarnation, wanted, TimeSpan.Zero); // made in the last instant of an earlier daemon
                break;
            case Spawned spawned when step.Handled && !_tookTooLong:
                Run = Run! with { Incarnation = spawned.Incarnation }; // an earlier daemon had begun to make it
                Watch(spawned.Incarnation, TimeSpan.Zero);
                break;
        }

        if (step.Ended is { } ended && Run is { Outcome: null })
            End(ended, e as Exited);
        if (step.Next.Incarnation > was.Incarnation && step.Next.Phase == Phase.Starting)
            Begin(step);
    }

    public void Dispose() => _overdue?.Dispose();

    private void Begin(Transition step)
    {
        var asked = _next;
        var again = asked is null && step.Restarting is RestartReason.Crash or RestartReason.Exit or RestartReason.MemoryLimit or RestartReason.Probe;
        var number = asked?.Number ?? _ledger.NextNumber();
        Run = new JobRun
        {
            Number = number,
            First = again && Run is { } failed ? failed.First : number,
            Trigger = again ? RunTrigger.Retry : asked?.Trigger ?? RunTrigger.Manual,
            DueAt = asked?.DueAt,
            StartedAt = _time.GetUtcNow(),
            Index = _key.Index,
            Incarnation = step.Next.Incarnation,
        };
        (_next, _tookTooLong) = (null, false);
        _ledger.Began(Run);
    }

    private void End(ExitReason reason, Exited? exited)
    {
        _overdue?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Run = Run! with
        {
            Outcome = _tookTooLong ? RunOutcome.Deadline : reason == ExitReason.Success ? RunOutcome.Success : RunOutcome.Failure,
            Duration = reason == ExitReason.Lost ? null : exited?.Uptime, // of one that is lost nobody knows when it ended
            Reason = reason,
            Code = exited?.Status.Code,
            Signal = exited?.Status.Signal,
        };
        _ledger.Ended(Run);
    }

    /// <summary>The run goes on in this daemon. One that was made in the instant before the last one was killed is not in the state.</summary>
    private void TakeBack(int incarnation, bool wanted, TimeSpan age)
    {
        if (Run is not { Outcome: null } known || known.Incarnation != incarnation)
        {
            Lost();
            var number = _ledger.NextNumber();
            Run = new JobRun
            {
                Number = number,
                First = number,
                Trigger = wanted ? RunTrigger.Schedule : RunTrigger.Manual,
                StartedAt = _time.GetUtcNow() - age,
                Index = _key.Index,
                Incarnation = incarnation,
            };
            _ledger.Began(Run);
            Watch(incarnation, age);
            return;
        }

        Watch(incarnation, _time.GetUtcNow() - known.StartedAt);
    }

    private void Watch(int incarnation, TimeSpan age)
    {
        if (_job.Deadline is not { } deadline)
            return;
        var left = deadline > age ? deadline - age : TimeSpan.Zero;
        _watched = incarnation;
        Interlocked.Exchange(ref _overdueAt, _time.GetTimestamp() + (long)(left.TotalSeconds * _time.TimestampFrequency));
        _overdue!.Change(Timers.Bounded(left), Timeout.InfiniteTimeSpan);
    }

    /// <summary>On the timer's thread. A deadline may lie further away than a timer reaches.</summary>
    private void Overdue(Action<InstanceEvent> post)
    {
        var left = _time.GetElapsedTime(_time.GetTimestamp(), Interlocked.Read(ref _overdueAt));
        if (left > TimeSpan.FromMilliseconds(1))
            _overdue!.Change(Timers.Bounded(left), Timeout.InfiniteTimeSpan);
        else
            post(new RunOverdue(_watched));
    }
}
