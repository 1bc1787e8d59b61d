using System.Diagnostics;
using System.Threading.Channels;
using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Schedules;
using Pharos.Core.Specs;
using Pharos.Logs.Live;
using Pharos.Supervisor.Messages;
using Pharos.Supervisor.Operations.Jobs;
using Pharos.Supervisor.State;
using Pharos.Supervisor.Tracing;
using Pharos.Telemetry.Instances;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor.Actors;

/// <summary>The only writer of one instance's state. Reads an inbox; what takes time comes back as an event, so a stop can always get in between.</summary>
/// <remarks>This is also the one place that emits the log line, metric and span of a transition, so no transition can happen unseen.</remarks>
public sealed partial class InstanceActor : IAsyncDisposable
{
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TreePoll = TimeSpan.FromMilliseconds(10);

    private readonly ActorServices _services;
    private readonly int _number;
    private readonly AppSpec _spec;
    private readonly InstanceReporter _reporter;
    private readonly OperationTrace _trace;
    private readonly TransitionTrace _spans;
    private readonly SnapshotBoard _board;
    private readonly ExitReports _reports;
    private readonly Background _background;
    private readonly Channel<Letter> _inbox = Channel.CreateUnbounded<Letter>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lazy<Seat>[] _seats; // the second one is made by the first reload that overlaps
    private readonly IAppRuntime? _runtime;
    private readonly AppSockets? _sockets;
    private readonly Action _changed;
    private readonly JobSlot? _job;
    private readonly Task _loop;
    private CancellationTokenSource? _waiting;
    private volatile bool _retired;
    private RestartRequested? _cause; // the last restart that was asked for
    private Task _launch = Task.CompletedTask;
    private (Seat Seat, Running Ended)? _unswept; // what the process left behind that has just ended, while its end is handled

    /// <param name="spec">The app.</param>
    /// <param name="key">The slot.</param>
    /// <param name="services">What every actor works with.</param>
    /// <param name="log">Its output.</param>
    /// <param name="saved">What an earlier daemon knew; null for a new instance.</param>
    /// <param name="changed">Called after each transition that the saved state depends on.</param>
    /// <param name="marked">Living processes that carry a mark.</param>
    /// <param name="runs">The runs of its app; null when it is no job.</param>
    /// <param name="number">Its number among all instances of the home.</param>
    public InstanceActor(
        AppSpec spec, InstanceKey key, ActorServices services, InstanceLog log, SavedInstance? saved, Action changed, IReadOnlyList<MarkedProcess>? marked = null, JobLedger? runs = null, int number = 0)
    {
        _services = services;
        _number = number;
        _spec = spec;
        _changed = changed;
        Log = log;
        Id = ServiceInstanceId.For(services.Options.HostId, spec.Namespace, key);
        _job = spec.Job is { } job && runs is not null ? new JobSlot(key, job, runs, services.Time, e => Post(e)) : null;
        _reporter = new InstanceReporter(services, Telemetry);
        _background = new Background(key, services.Say);
        _trace = new OperationTrace(key, spec.Namespace, Id);
        _spans = new TransitionTrace(_trace, Telemetry, services.Time);
        if (services.Runtimes is { } runtimes)
        {
            _runtime = runtimes.For(spec);
            Speech = new InstanceSpeech(services, key, _runtime, Telemetry)
            {
                Ready = SaysReady,
                Listening = Listens,
                Drained = Finished,
                Threw = (incarnation, error) => _reporter.Threw(Snapshot, incarnation, error),
            };
        }

        _sockets = spec.Listen.Count > 0 ? services.Shelf?.Of(spec.Name) : null;
        _seats = [new(() => MakeSeat(onOtherSide: false)), new(() => MakeSeat(onOtherSide: true))];
        var fresh = new InstanceState { IsJob = spec.Job is not null, Policy = spec.Policy, DependsOn = [.. spec.DependsOn.Select(d => d.App)], Seed = BitConverter.ToUInt64(Id.ToByteArray()), Reload = spec.Reload, CanOverlap = spec.CanOverlap };
        var resumed = saved is null ? null : Resumption.Of(saved, fresh, SeatOn(saved.Run?.IsOnOtherSide == true).Launcher.NewestOf(marked ?? []), services.Time);
        _board = new SnapshotBoard((resumed?.First(key, Telemetry) ?? new InstanceSnapshot { Key = key, State = fresh, CreatedAt = services.Time.GetUtcNow() }) with { Run = _job?.Run, Number = number });
        PidPath = InstancePath.Of(spec.PidFile, key, number);
        _reports = new ExitReports(services, _board, _reporter, log, changed);
        Telemetry.Now(Snapshot.State);
        if (resumed is not null)
            GoOn(resumed, marked ?? []);
        if (Current.Running is null && resumed is not ({ IsNews: true } or { SpawnAgain: true }))
            _job?.Lost();
        _loop = Task.Run(RunAsync);
    }

    /// <summary>service.instance.id.</summary>
    public Guid Id { get; }

    /// <summary>The talk with its processes; null: nobody talks with them.</summary>
    public InstanceSpeech? Speech { get; }

    /// <summary>What it said of itself.</summary>
    public Heard Heard => Speech?.Heard ?? Heard.Nothing;

    /// <summary>Its output.</summary>
    public InstanceLog Log { get; }

    /// <summary>The file that holds its process id; null: none is written.</summary>
    public string? PidPath { get; }

    /// <summary>Memory of the whole tree above which it is restarted, bytes; null: no limit.</summary>
    public long? MaxMemoryBytes => _spec.MaxMemoryBytes;

    /// <summary>Its numbers.</summary>
    public InstanceTelemetry Telemetry => Log.Telemetry;

    /// <summary>Stopped for good: no word starts it any more.</summary>
    public bool IsRetired => _retired;

    /// <summary>The instance now.</summary>
    public InstanceSnapshot Snapshot => _board.Current;

    /// <summary>Puts an event into the inbox. Never blocks, never drops.</summary>
    /// <param name="e">The event.</param>
    /// <param name="context">The command that it comes from.</param>
    public void Post(InstanceEvent e, ActivityContext context = default) => Post(e, context, null, null);

    /// <summary>Puts an event into the inbox and waits until it was taken in.</summary>
    /// <param name="e">The event.</param>
    /// <param name="context">The command that it comes from.</param>
    /// <returns>The instance right after the event.</returns>
    public Task<InstanceSnapshot> AskAsync(InstanceEvent e, ActivityContext context)
    {
        var taken = new TaskCompletionSource<InstanceSnapshot>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(e, context, null, taken);
        return taken.Task;
    }

    /// <summary>Waits until the instance is as asked.</summary>
    /// <param name="done">What to wait for.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The snapshot that was as asked.</returns>
    public Task<InstanceSnapshot> WaitAsync(Func<InstanceSnapshot, bool> done, CancellationToken cancel) => _board.WaitAsync(done, cancel);

    /// <summary>Writes to the stdin of its process. Never waits.</summary>
    /// <param name="bytes">What it is to read.</param>
    /// <returns>Null when all of it was taken, else one line that says why not.</returns>
    public string? WriteInput(ReadOnlySpan<byte> bytes) => Snapshot switch
    {
        _ when !_spec.Stdin => "its stdin is /dev/null: it was started without one",
        { Process: null } => "it does not run",
        var it => _services.Host.WriteInput(Current.Launcher.InputOf(it.State.Incarnation), bytes),
    };

    /// <summary>Sends a signal to its process, and to no other of its tree.</summary>
    /// <param name="signal">Signal number.</param>
    /// <returns>False when there is no process.</returns>
    public bool Signal(int signal) => Current.Running?.Process.Signal(signal) ?? false;

    /// <summary>Stops for good: from now on no word starts it again.</summary>
    /// <param name="context">The command that it comes from.</param>
    /// <returns>Completes when nothing of it runs.</returns>
    /// <exception cref="ActorEndedException">The actor died of a bug; its process may run on.</exception>
    public async Task RetireAsync(ActivityContext context)
    {
        _retired = true;
        await AskAsync(new StopRequested(), context);
        await WaitAsync(s => s.State is { Phase: Phase.Stopped, Beside: null }, CancellationToken.None);
    }

    private void Post(InstanceEvent e, ActivityContext context, Running? running, TaskCompletionSource<InstanceSnapshot>? taken)
    {
        var now = _services.Time.GetTimestamp();
        _services.Stats.Posted();
        if (_inbox.Writer.TryWrite(new Letter(e with { At = _services.Time.GetElapsedTime(0, now) }, now, context, running, taken)))
            return;
        _services.Stats.Taken(TimeSpan.Zero);
        taken?.TrySetException(_board.Over ?? new ActorEndedException(Snapshot.Key));
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var letter in _inbox.Reader.ReadAllAsync())
            {
                _services.Stats.Taken(_services.Time.GetElapsedTime(letter.PostedAt));
                try
                {
                    Handle(letter);
                    letter.Taken?.TrySetResult(Snapshot);
                }
                catch (Exception e)
                {
                    letter.Taken?.TrySetException(new ActorEndedException(Snapshot.Key, e));
                    throw;
                }
            }

            Abandon(new ActorEndedException(Snapshot.Key));
        }
        catch (Exception e)
        {
            // A bug: the actor dies loudly, alone, counted. Its process goes on.
            _services.Stats.ActorFaulted();
            _services.Say($"BUG: the actor of {Snapshot.Key} died: {e}");
            Abandon(new ActorEndedException(Snapshot.Key, e));
        }
    }

    /// <summary>Nobody answers any more: whoever waits is told so.</summary>
    private void Abandon(ActorEndedException e)
    {
        _board.Close(e);
        _inbox.Writer.TryComplete();
        while (_inbox.Reader.TryRead(out var letter))
        {
            _services.Stats.Taken(TimeSpan.Zero);
            letter.Taken?.TrySetException(e);
        }

        _board.AnswerAll();
    }

    private void Handle(Letter letter)
    {
        var before = Snapshot;
        if (letter.Event is StartRequested or RestartRequested or ReloadRequested or RunRequested && (_retired || IsUnwanted(before, letter.Event)))
            return;
        var was = before.State;
        var step = InstanceLifecycle.Step(was, letter.Event);
        if (letter is { Event: Spawned born, Running: { } running })
            SeatOf(born.Incarnation).Running = running;
        var isCurrent = step.Next.Incarnation == (letter.Event as Spawned)?.Incarnation || letter.Event is Adopted;

        var next = before with
        {
            State = step.Next,
            Wanted = letter.Event switch { StartRequested => true, RestartRequested x => before.Wanted || x.Reason.IsAPersons(), ReloadRequested x => before.Wanted || x.Reason.IsAPersons(), StopRequested => false, _ => before.Wanted },
            LastRestart = step.Restarting ?? before.LastRestart,
            Restarts = letter.Event is ResetRequested ? 0 : before.Restarts + (step.Restarting is null ? 0 : 1),
            CreatedAt = step.Handled && letter.Event is StartRequested or ResetRequested or RestartRequested { Reason: RestartReason.Manual or RestartReason.Reload or RestartReason.Deploy } or ReloadRequested { Reason: RestartReason.Reload } ? _services.Time.GetUtcNow() : before.CreatedAt,
            Deadline = CarriedOn.Deadline(step, before.Deadline, _services.Time.GetUtcNow()),
        };
        if (isCurrent && step.Handled)
            next = Showing(next, Current.Running!);
        if (step.Ended is not null)
            next = next with { Process = null, StartedAt = null, LimitsInForce = [] };

        // Counted before anybody can see the new state: whoever reads "restarted" finds the count that goes with it.
        if (step.Restarting is { } restarting)
            Telemetry.Restarted(restarting);
        if (_job is not null)
        {
            _job.Record(letter.Event, was, step, before.Wanted, letter.Event is Adopted ? _services.Time.GetElapsedTime(Current.Running!.SpawnedAt) : TimeSpan.Zero);
            next = next with { Run = _job.Run };
        }

        if (step.Ended is { } ended)
            Telemetry.Exited(ended, letter.Event is Exited x ? x.Uptime.TotalSeconds : 0);
        Telemetry.Now(step.Next);

        if (step.EndedBeside is { } left)
            Telemetry.Exited(left, letter.Event is Exited z ? z.Uptime.TotalSeconds : 0);
        if (letter.Event is RestartRequested asked && step.Handled)
            _cause = asked;
        else if (letter.Event is ReloadRequested reload && step.Handled)
            _cause = new(reload.Reason) { Cause = reload.Cause };
        if (_job is null)
            _spans.Record(letter.Event, letter.Context, was, step);
        if (step.Ended is not null)
            next = LetGo(letter, next, step);
        if (step.EndedBeside is not null)
            LetGoBeside(letter, was, step.EndedBeside.Value);
        if (was.IsOnOtherSide != next.State.IsOnOtherSide)
            next = SwitchedSides(next);
        if (step.Handled && next.State is not { Phase: Phase.Starting or Phase.Running, Alive: true })
            SeatOn(next.State.IsOnOtherSide).Prober.End();
        if (next.State.Beside is null or { Role: not BesideRole.Successor } && was.Beside is not null)
            SeatOn(!next.State.IsOnOtherSide).Prober.End();
        if (step.Handled && !next.State.Awaiting)
            _waiting?.Cancel();
        if (PidPath is not null && (before.Process != next.Process || (letter.Event is Adopted && step.Handled)))
            PidFile.Show(PidPath, next.Process?.Pid, _services.Say);
        _board.Publish(before, next);
        if (step.Ended is not null)
            Telemetry.ProcessGone(); // after the snapshot says so: the sampler looks at it again behind each sample
        Report(letter, before, next, step);
        if (_job is not null)
            _spans.RecordRun(letter.Event, letter.Context, was, step, before.Run, next.Run); // after the reports: the end of a run is told within its trace
        foreach (var effect in step.Effects)
            Run(effect);
        SweepUnlessLaunched();
        if (step.Handled && letter.Event is Spawned or Adopted && next.State is { Phase: Phase.Starting or Phase.Running })
            BeginProbing(letter.Event, next.State);
        if (step.Handled && next.State is { Phase: Phase.Stopped or Phase.Failed, Beside: null })
        {
            Speech?.Settled();
            _sockets?.Release(Snapshot.Key.Index);
        }

        if ((step.Handled && letter.Event is not StatusSaid) || next.Wanted != before.Wanted)
            _changed();
    }

    /// <summary>What the supervisor itself asks for came too late: a person has stopped it meanwhile.</summary>
    private static bool IsUnwanted(InstanceSnapshot it, InstanceEvent e) => !it.Wanted && e switch
    {
        RunRequested x => x.Trigger == RunTrigger.Schedule,
        RestartRequested x => !x.Reason.IsAPersons() && it.State.Phase is not (Phase.Starting or Phase.Running),
        _ => false,
    };

    /// <summary>The process is gone: read the rest of what it printed, then say how it ended. The next one does not wait for that.</summary>
    private InstanceSnapshot LetGo(Letter letter, InstanceSnapshot next, Transition step)
    {
        var seat = Current;
        seat.NoLongerAwaitReady();
        var running = seat.Running;
        seat.Running = null;
        var at = _services.Time.GetUtcNow();
        if (letter.Event is not Exited exited || running is null)
            return next with { LastExit = new ExitRecord(step.Ended!.Value, ExitStatus.Unknown, at, TimeSpan.Zero, []) };

        var record = new ExitRecord(step.Ended!.Value, exited.Status, at, exited.Uptime, []);
        Speech?.End(exited.Incarnation);
        running.Process.Dispose();
        if (_spec.Stdin)
            File.Delete(seat.Launcher.InputOf(exited.Incarnation)); // what it did not read is not for the next one
        _unswept = (seat, running);
        _reports.Tell(record, exited.Incarnation, running, _trace.Context);
        return next with { LastExit = record };
    }

    private void Report(Letter letter, InstanceSnapshot before, InstanceSnapshot after, Transition step)
    {
        var context = _trace.Context;
        if (before.State.Beside is { } beside && before.State.IsOnOtherSide == after.State.IsOnOtherSide && ReloadOverlap.Concerns(beside, letter.Event))
        {
            ReportBeside(letter, beside, after, step);
            return;
        }

        switch (letter.Event)
        {
            case Spawned when step.Handled:
                _reporter.Started(after, context);
                break;
            case Adopted when step.Handled:
                _reporter.Adopted(after, context);
                break;
            case BecameReady when step.Handled:
                _reporter.Ready(after, context);
                break;
            case BecameUnready x when step.Handled:
                _reporter.Unready(after, x.Why, context);
                break;
            case LivenessFailed x when step.Handled:
                _services.Say($"{after.Key} is restarted, its liveness probe failed: {x.Why}");
                _reporter.Other(after);
                break;
            case DependenciesMet when step.Handled:
                break;
            default:
                if (step.Handled && (before.State.Phase != after.State.Phase || before.State.Status != after.State.Status))
                    _reporter.Other(after);
                break;
        }

        if (step.Ended is not null && after.State.Phase is Phase.BackingOff or Phase.Starting)
            _reporter.RestartScheduled(after, after.State.LaunchReason ?? RestartReason.Manual, _cause?.Reason == after.State.LaunchReason ? _cause?.Cause : null, after.State.Phase == Phase.BackingOff ? after.State.Backoff : TimeSpan.Zero, context);
        if (after.State.Phase == Phase.Failed && before.State.Phase != Phase.Failed && after.State.Failure is { } failure)
            _reporter.GaveUp(after, failure, after.State.Error, context);
    }

    /// <summary>Ends the actor. The process, if any, goes on.</summary>
    /// <returns>Completes when all that was to be reported is reported.</returns>
    public async ValueTask DisposeAsync()
    {
        // A process that is being made is taken in first: nobody would know of it otherwise.
        for (var launch = _launch; ; launch = _launch)
        {
            await launch;
            if (launch == _launch)
                break;
        }

        _inbox.Writer.TryComplete();
        await _loop;
        await _launch; // one that the last letter began: its process carries our mark, and the next daemon finds it
        await _background.Done;
        await _reports.Done;
        _trace.End("abandoned", "the supervisor ended");
        _waiting?.Cancel();
        _job?.Dispose();
        Speech?.EndAll();
        _runtime?.Dispose();
        if (_sockets is not null)
            _services.Shelf!.Return(_spec.Name);
        foreach (var seat in _seats.Where(s => s.IsValueCreated))
            await seat.Value.DisposeAsync();
    }

    private sealed record Letter(InstanceEvent Event, long PostedAt, ActivityContext Context, Running? Running, TaskCompletionSource<InstanceSnapshot>? Taken);
}
