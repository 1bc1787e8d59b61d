using System.Diagnostics;
using System.Threading.Channels;
using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Logs.Live;
using Pharos.Supervisor.Tracing;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Instances;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor.Actors;

/// <summary>The only writer of one instance's state. Reads an inbox; what takes time comes back as an event, so a stop can always get in between.</summary>
/// <remarks>This is also the one place that emits the log line, metric and span of a transition, so no transition can happen unseen.</remarks>
public sealed class InstanceActor : IAsyncDisposable
{
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TreePoll = TimeSpan.FromMilliseconds(10);

    private readonly ActorServices _services;
    private readonly AppSpec _spec;
    private readonly Launcher _launcher;
    private readonly InstanceReporter _reporter;
    private readonly OperationTrace _trace;
    private readonly Channel<Letter> _inbox = Channel.CreateUnbounded<Letter>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ITimer _deadline;
    private readonly ITimer _readyTimer;
    private readonly List<(Func<InstanceSnapshot, bool> Done, TaskCompletionSource<InstanceSnapshot> Answer)> _waiting = [];
    private readonly object _waitLock = new(); // guards _waiting and orders it against _snapshot
    private readonly Action _changed;
    private readonly Task _loop;
    private volatile InstanceSnapshot _snapshot;
    private volatile int _armedFor;
    private volatile int _readyFor;
    private Running? _running;
    private Task _sweep = Task.CompletedTask;
    private Task _reports = Task.CompletedTask;
    private long _operationAt;
    private long _signalledAt;

    /// <param name="spec">The app.</param>
    /// <param name="key">The slot.</param>
    /// <param name="services">What every actor works with.</param>
    /// <param name="log">Its output.</param>
    /// <param name="saved">What an earlier daemon knew; null for a new instance.</param>
    /// <param name="changed">Called after each transition that the saved state depends on.</param>
    /// <param name="before">The instance that this one takes the place of; null: none.</param>
    public InstanceActor(AppSpec spec, InstanceKey key, ActorServices services, InstanceLog log, SavedInstance? saved, Action changed, InstanceSnapshot? before = null)
    {
        _services = services;
        _spec = spec;
        _changed = changed;
        Log = log;
        Id = ServiceInstanceId.For(services.Options.HostId, spec.Namespace, key);
        _launcher = new Launcher(services, key, Id, Telemetry.Resource, log);
        _reporter = new InstanceReporter(services, Telemetry);
        _trace = new OperationTrace(key, spec.Namespace, Id);
        _snapshot = new InstanceSnapshot
        {
            Key = key,
            Wanted = saved?.Wanted ?? false,
            LastExit = before?.LastExit,
            LastRestart = before?.LastRestart,
            State = new InstanceState
            {
                Policy = spec.Policy,
                Seed = BitConverter.ToUInt64(Id.ToByteArray()),
                Incarnation = saved?.Incarnation ?? 0,
                Phase = saved?.Failure is null ? Phase.Stopped : Phase.Failed,
                Failure = saved?.Failure,
            },
        };
        Telemetry.Now(_snapshot.State);
        _deadline = services.Time.CreateTimer(_ => Post(new DeadlinePassed(_armedFor)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _readyTimer = services.Time.CreateTimer(_ => Post(new BecameReady(_readyFor)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (saved?.Process is { } process)
            TakeBack(process, saved.Incarnation);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>service.instance.id.</summary>
    public Guid Id { get; }

    /// <summary>Its output.</summary>
    public InstanceLog Log { get; }

    /// <summary>Its numbers.</summary>
    public InstanceTelemetry Telemetry => Log.Telemetry;

    /// <summary>The instance now.</summary>
    public InstanceSnapshot Snapshot => _snapshot;

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
    public Task<InstanceSnapshot> WaitAsync(Func<InstanceSnapshot, bool> done, CancellationToken cancel)
    {
        TaskCompletionSource<InstanceSnapshot> answer;
        lock (_waitLock)
        {
            if (done(_snapshot))
                return Task.FromResult(_snapshot);
            answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((done, answer));
        }

        return answer.Task.WaitAsync(cancel);
    }

    private void Post(InstanceEvent e, ActivityContext context, Running? running, TaskCompletionSource<InstanceSnapshot>? taken)
    {
        var now = _services.Time.GetTimestamp();
        _services.Stats.Posted();
        if (!_inbox.Writer.TryWrite(new Letter(e with { At = _services.Time.GetElapsedTime(0, now) }, now, context, running, taken)))
            taken?.TrySetException(new InvalidOperationException($"The actor of {_snapshot.Key} has ended."));
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
                    letter.Taken?.TrySetResult(_snapshot);
                }
                catch (Exception e)
                {
                    letter.Taken?.TrySetException(e);
                    throw;
                }
            }
        }
        catch (Exception e)
        {
            // A bug: the actor dies loudly, alone, counted. Its process goes on.
            _services.Stats.ActorFaulted();
            _services.Say($"BUG: the actor of {_snapshot.Key} died: {e}");
            Abandon(e);
        }
    }

    /// <summary>Nobody answers any more: whoever waits is told so.</summary>
    private void Abandon(Exception e)
    {
        _inbox.Writer.TryComplete();
        while (_inbox.Reader.TryRead(out var letter))
            letter.Taken?.TrySetException(e);
        lock (_waitLock)
        {
            foreach (var (_, answer) in _waiting)
                answer.TrySetException(e);
            _waiting.Clear();
        }
    }

    private void Handle(Letter letter)
    {
        var before = _snapshot;
        var was = before.State;
        var step = InstanceLifecycle.Step(was, letter.Event);
        if (letter.Event is Spawned && letter.Running is { } running)
            _running = running;

        var next = before with
        {
            State = step.Next,
            Wanted = letter.Event switch { StartRequested or RestartRequested => true, StopRequested => false, _ => before.Wanted },
            LastRestart = step.Restarting ?? before.LastRestart,
        };
        if (letter.Event is Spawned or Adopted && step.Handled)
            next = next with { Process = _running!.Process.Identity, StartedAt = _running.Process.StartedAt };
        if (step.Ended is not null)
            next = next with { Process = null, StartedAt = null };

        // Counted before anybody can see the new state: whoever reads "restarted" finds the count that goes with it.
        if (step.Restarting is { } restarting)
            Telemetry.Restarted(restarting);
        if (step.Ended is { } ended)
            Telemetry.Exited(ended, letter.Event is Exited x ? x.Uptime.TotalSeconds : 0);
        Telemetry.Now(step.Next);

        Traces(letter, was, step);
        if (step.Ended is not null)
            next = LetGo(letter, next, step);
        Publish(before, next);
        Report(letter, before, next, step);
        foreach (var effect in step.Effects)
            Run(effect);
        if (step.Handled || next.Wanted != before.Wanted)
            _changed();
    }

    private void Publish(InstanceSnapshot before, InstanceSnapshot next)
    {
        List<TaskCompletionSource<InstanceSnapshot>>? answered = null;
        lock (_waitLock)
        {
            if (ReferenceEquals(before.LastExit, next.LastExit))
                next = next with { LastExit = _snapshot.LastExit }; // the last lines may have come in meanwhile
            _snapshot = next;
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                if (!_waiting[i].Done(next))
                    continue;
                (answered ??= []).Add(_waiting[i].Answer);
                _waiting.RemoveAt(i);
            }
        }

        answered?.ForEach(a => a.TrySetResult(next));
    }

    private void Traces(Letter letter, InstanceState was, Transition step)
    {
        var now = _services.Time.GetTimestamp();
        switch (letter.Event)
        {
            case StopRequested when step.Handled && was.Phase is Phase.Starting or Phase.Running:
                _trace.Begin(SpanNames.Stop, letter.Context);
                _operationAt = now;
                break;
            case RestartRequested r when step.Handled && was.Phase != Phase.Stopping:
                _trace.Begin(SpanNames.Restart, letter.Context, new KeyValuePair<string, object?>(AttributeNames.RestartReason, Words.Of(r.Reason)));
                _operationAt = now;
                break;
            case StartRequested when step.Handled && was.Phase != Phase.Stopping:
                _trace.Begin(SpanNames.Start, letter.Context);
                _operationAt = now;
                break;
            case Adopted when step.Handled:
                _trace.Begin(SpanNames.Adopt, letter.Context);
                _trace.End();
                break;
            case Exited or SpawnRefused when step.Ended is { } ended && was.Phase is Phase.Starting or Phase.Running:
                if (_trace.Current is not null)
                    _trace.End(Words.Of(ended), "the process ended before it was ready");
                if (was.Phase == Phase.Starting)
                    Telemetry.Started(ready: false, _services.Time.GetElapsedTime(_operationAt, now).TotalSeconds);
                if (step.Next.Phase is Phase.BackingOff or Phase.Starting)
                {
                    _trace.Begin(SpanNames.Restart, default,
                        new(AttributeNames.RestartReason, Words.Of(step.Next.LaunchReason ?? RestartReason.Crash)), new(AttributeNames.ExitReason, Words.Of(ended)));
                    _operationAt = now;
                    if (step.Next.Phase == Phase.BackingOff)
                        _trace.Step(SpanNames.Backoff);
                }

                break;
            case Exited when step.Ended is { } ended && was.Phase == Phase.Stopping:
                Telemetry.Stopped(ended, _services.Time.GetElapsedTime(_signalledAt, now).TotalSeconds);
                _trace.Tag(AttributeNames.ExitReason, Words.Of(ended));
                if (step.Next.Phase == Phase.Stopped)
                    _trace.End(ended == ExitReason.StopTimeoutKill ? Words.Of(ended) : null, "the grace had passed");
                break;
            case StopRequested when was.Phase == Phase.BackingOff:
                _trace.End("stopped", "a stop was asked for while backing off");
                break;
            case BecameReady when step.Handled && was.Phase == Phase.Starting:
                _trace.End();
                Telemetry.Started(ready: true, _services.Time.GetElapsedTime(_operationAt, now).TotalSeconds);
                break;
        }
    }

    /// <summary>The process is gone: read the rest of what it printed, then say how it ended. The next one does not wait for that.</summary>
    private InstanceSnapshot LetGo(Letter letter, InstanceSnapshot next, Transition step)
    {
        _readyTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Telemetry.ProcessGone();
        var running = _running;
        _running = null;
        var at = _services.Time.GetUtcNow();
        if (letter.Event is not Exited exited || running is null)
            return next with { LastExit = new ExitRecord(step.Ended!.Value, ExitStatus.Unknown, at, TimeSpan.Zero, []) };

        var record = new ExitRecord(step.Ended!.Value, exited.Status, at, exited.Uptime, []);
        var pid = running.Process.Identity.Pid;
        var startedAt = InstanceReporter.UnixNanos(running.Process.StartedAt) - 20_000_000; // start ticks are coarse: 10 ms
        running.Process.Dispose();
        var incarnation = exited.Incarnation;
        var context = _trace.Context;
        _sweep = Task.Run(() => _services.Host.SweepLeftovers(running.Marker));
        var earlier = _reports;
        _reports = Task.Run(async () =>
        {
            await earlier;
            await _services.Pump.DrainAsync(running.Logs);
            var told = record with { LastLines = Log.LastLines(20, startedAt) };
            AmendLastExit(record, told);
            _reporter.Exited(_snapshot, incarnation, pid, told, context);
        });
        return next with { LastExit = record };
    }

    /// <summary>The last lines come later than the end itself; nobody else writes this field meanwhile but a later end.</summary>
    private void AmendLastExit(ExitRecord record, ExitRecord told)
    {
        lock (_waitLock)
        {
            if (ReferenceEquals(_snapshot.LastExit, record))
                _snapshot = _snapshot with { LastExit = told };
        }
    }

    private void Report(Letter letter, InstanceSnapshot before, InstanceSnapshot after, Transition step)
    {
        var context = _trace.Context;
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
            case BecameUnready when step.Handled:
                _reporter.Unready(after, context);
                break;
            default:
                if (step.Handled && before.State.Phase != after.State.Phase)
                    _reporter.Other(after);
                break;
        }

        if (step.Ended is not null && after.State.Phase is Phase.BackingOff or Phase.Starting)
            _reporter.RestartScheduled(after, after.State.LaunchReason ?? RestartReason.Manual, after.State.Phase == Phase.BackingOff ? after.State.Backoff : TimeSpan.Zero, context);
        if (after.State.Phase == Phase.Failed && before.State.Phase != Phase.Failed && after.State.Failure is { } failure)
            _reporter.GaveUp(after, failure, after.State.Error, context);
    }

    private void Run(InstanceEffect effect)
    {
        switch (effect)
        {
            case InstanceEffect.Spawn spawn:
                _trace.Step(SpanNames.Resolve);
                Launch(spawn.Incarnation);
                break;
            case InstanceEffect.Signal signal:
                _trace.Step(SpanNames.Signal);
                _signalledAt = _services.Time.GetTimestamp();
                var process = _running!.Process;
                _ = Task.Run(() => process.SignalTree(signal.Number));
                _trace.Step(SpanNames.Drain);
                break;
            case InstanceEffect.KillTree:
                _trace.Step(SpanNames.Kill);
                var doomed = _running!.Process;
                _ = Task.Run(() => doomed.KillTree(KillPatience));
                break;
            case InstanceEffect.Arm arm:
                _armedFor = arm.Incarnation;
                _deadline.Change(arm.Delay, Timeout.InfiniteTimeSpan);
                break;
            case InstanceEffect.Disarm:
                _deadline.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                break;
            default:
                throw new UnreachableException($"The family of effects is closed: {effect}");
        }
    }

    private void Launch(int incarnation)
    {
        var sweep = _sweep;
        var operation = _trace.Token;
        var spawned = new TaskCompletionSource<Running>();
        _ = Task.Run(async () =>
        {
            // What the last process left behind may hold the port that the next one needs.
            await sweep;
            var resolved = _launcher.Resolve(_spec);
            if (resolved.Refused is { } unresolved)
            {
                Post(new SpawnRefused(incarnation, unresolved.Message, unresolved.Transient));
                return;
            }

            _trace.Step(SpanNames.Spawn, operation);
            var result = _launcher.Spawn(_spec, resolved.Value!, incarnation, _trace.Context, status => Ended(incarnation, status, spawned.Task));
            if (result.Refused is { } refused)
            {
                Post(new SpawnRefused(incarnation, refused.Message, refused.Transient));
                return;
            }

            _trace.Step(SpanNames.WaitReady, operation);
            Post(new Spawned(incarnation), default, result.Value, null);
            _readyFor = incarnation;
            _readyTimer.Change(_spec.Policy.MinUptime > TimeSpan.Zero ? _spec.Policy.MinUptime : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            spawned.SetResult(result.Value!); // an end that came first follows now, and not before
        });
    }

    /// <summary>On the host's thread: the main process was reaped. While stopping, the end is that of the whole tree.</summary>
    private void Ended(int incarnation, ExitStatus status, Task<Running> spawned)
    {
        var at = _services.Time.GetTimestamp();
        _ = spawned.ContinueWith(
            task =>
            {
                if (_snapshot.State.Phase == Phase.Stopping)
                    _ = Task.Run(() => AwaitTreeAsync(task.Result, incarnation, status, at));
                else
                    PostExited(task.Result, incarnation, status, at);
            },
            TaskContinuationOptions.ExecuteSynchronously);
    }

    /// <summary>Children have the rest of the grace; the deadline kills them, as it would have killed their parent.</summary>
    private async Task AwaitTreeAsync(Running running, int incarnation, ExitStatus status, long at)
    {
        while (running.Process.CountSurvivors() > 0)
            await Task.Delay(TreePoll, _services.Time);
        PostExited(running, incarnation, status, at);
    }

    private void PostExited(Running running, int incarnation, ExitStatus status, long at) =>
        Post(new Exited(incarnation, status, _services.Time.GetElapsedTime(running.SpawnedAt, at)));

    private void TakeBack(ProcessIdentity identity, int incarnation)
    {
        var spawned = new TaskCompletionSource<Running>();
        _running = _launcher.Adopt(_spec, identity, incarnation, status => Ended(incarnation, status, spawned.Task));
        if (_running is null)
        {
            _launcher.Salvage(_spec, incarnation);
            Telemetry.Exited(ExitReason.Lost, 0);
            return;
        }

        Post(new Adopted(incarnation));
        spawned.SetResult(_running);
    }

    /// <summary>Ends the actor. The process, if any, goes on.</summary>
    /// <returns>Completes when all that was to be reported is reported.</returns>
    public async ValueTask DisposeAsync()
    {
        _inbox.Writer.TryComplete();
        await _loop;
        await _reports;
        _trace.End("abandoned", "the supervisor ended");
        await _deadline.DisposeAsync();
        await _readyTimer.DisposeAsync();
        _running?.Process.Dispose();
    }

    private readonly record struct Letter(InstanceEvent Event, long PostedAt, ActivityContext Context, Running? Running, TaskCompletionSource<InstanceSnapshot>? Taken);
}
