using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Supervisor.State;
using Pharos.Telemetry.Instances;

namespace Pharos.Supervisor.Actors;

/// <summary>What becomes of an instance under a new daemon: where its lifecycle goes on, and with which process.</summary>
/// <remarks>The state on disk can be some milliseconds older than the daemon that wrote it became. What happened in between is seen by the marks
/// that processes carry, and only then is counted; nobody was told of it, since an answer waits until what it says is saved.</remarks>
internal sealed class Resumption
{
    private readonly SavedInstance _saved;
    private readonly ProcessIdentity? _identity;

    private Resumption(SavedInstance saved, InstanceState state, ProcessIdentity? identity)
    {
        _saved = saved;
        _identity = identity;
        State = state;
    }

    /// <summary>Where the lifecycle goes on.</summary>
    public InstanceState State { get; private init; }

    /// <summary>It runs because the earlier daemon made it in its last instant; nobody was told of its start yet.</summary>
    public bool IsNews { get; private init; }

    /// <summary>The process of an earlier incarnation may have left something behind.</summary>
    public int? Leftover { get; private init; }

    /// <summary>A spawn was under way and came to nothing: it is done again.</summary>
    public bool SpawnAgain => State is { Phase: Phase.Starting, Spawning: true } && _identity is null;

    /// <summary>The incarnation whose process is to be taken back; null: there is none.</summary>
    public int? Alive => _identity is null ? null : State.Incarnation;

    /// <summary>How long the timer of the instance still waits; null: nothing waits.</summary>
    /// <param name="now">Wall clock.</param>
    public TimeSpan? Remaining(DateTimeOffset now) => CarriedOn.Remaining(State, _saved.Run?.Deadline, now);

    /// <summary>Decides.</summary>
    /// <param name="saved">What the earlier daemon kept.</param>
    /// <param name="fresh">Policy and seed.</param>
    /// <param name="newest">The newest incarnation of which a process is alive; null: none is.</param>
    /// <param name="time">Clock.</param>
    public static Resumption Of(SavedInstance saved, InstanceState fresh, (int Incarnation, ProcessIdentity Process)? newest, TimeProvider time)
    {
        var state = CarriedOn.Restore(fresh, saved, time);
        if (newest is { } found && (found.Incarnation > saved.Incarnation || (found.Incarnation == saved.Incarnation && WasBeingMade(saved))))
            return new Resumption(saved, Made(state, saved, found.Incarnation), found.Process) { IsNews = true };
        if (saved.Process is not null)
            return new Resumption(saved, saved.Run is null ? state with { Phase = Phase.Stopped, Failure = null } : state, saved.Process);
        return new Resumption(saved, NotMade(state), null) { Leftover = newest?.Incarnation };
    }

    /// <summary>The snapshot to begin with.</summary>
    /// <param name="key">Which.</param>
    /// <param name="telemetry">Its counters.</param>
    public InstanceSnapshot First(InstanceKey key, InstanceTelemetry telemetry)
    {
        var restarting = CountWhatWasMissed(telemetry);
        return new InstanceSnapshot
        {
            Key = key,
            Wanted = _saved.Wanted || (IsNews && !State.IsJob && State.Phase != Phase.Stopping), // made, so wanted: the word that asked for it was not saved either
            State = State,
            Process = State.Alive ? _identity : null,
            StartedAt = State.Alive ? _saved.StartedAt : null,
            Restarts = _saved.RestartsShown is { } shown ? shown + (restarting is null ? 0 : 1) : telemetry.Restarts.Sum(),
            CreatedAt = _saved.CreatedAt ?? _saved.CountersSince,
            LastExit = _saved.LastExit is { } exit ? new ExitRecord(exit.Reason, exit.Status, exit.At, exit.Uptime, [.. exit.LastLines]) : null,
            LastRestart = restarting ?? _saved.LastRestart,
            Deadline = _saved.Run?.Deadline,
        };
    }

    /// <summary>Takes the process back, alive or not, and goes on reading what it prints.</summary>
    /// <param name="launcher">Does it.</param>
    /// <param name="spec">The app.</param>
    /// <param name="exited">Called with its end.</param>
    /// <param name="gone">It has ended, and nobody can tell how.</param>
    public Running TakeBack(Launcher launcher, AppSpec spec, Action<ExitStatus> exited, out bool gone) =>
        launcher.Adopt(spec, _identity!, State.Incarnation, exited, out gone);

    private static bool WasBeingMade(SavedInstance saved) =>
        saved.Process is null && (saved.Run is { } run ? run.Spawning : saved.Wanted);

    /// <summary>A process that the state does not know: as if its spawn were being told just now.</summary>
    private static InstanceState Made(InstanceState state, SavedInstance saved, int incarnation)
    {
        var known = incarnation == saved.Incarnation && saved.Run is not null;
        return (known ? state : state with { Phase = Phase.Starting, RestartAfterStop = null, Killed = false }) with
        {
            Incarnation = incarnation,
            Spawning = true,
            Awaiting = false,
            Alive = false,
            Readiness = Readiness.NotReady,
            Failure = null,
        };
    }

    /// <summary>No process: what was being spawned is spawned now, under a number of its own, since the old one's files may still be read.</summary>
    private static InstanceState NotMade(InstanceState state) => state switch
    {
        { Awaiting: true } => state, // it goes on waiting
        { Phase: Phase.Starting or Phase.Running } => state with { Phase = Phase.Starting, Spawning = true, Incarnation = state.Incarnation + 1 },
        { Phase: Phase.Stopping, RestartAfterStop: { } again } => state with { Phase = Phase.BackingOff, Spawning = false, RestartAfterStop = null, LaunchReason = again, Backoff = TimeSpan.Zero },
        { Phase: Phase.Stopping } => state with { Phase = Phase.Stopped, Spawning = false },
        _ => state,
    };

    /// <summary>The end of the process that the state knows, and the restart after it, when a newer one is there.</summary>
    private RestartReason? CountWhatWasMissed(InstanceTelemetry telemetry)
    {
        if (!IsNews || _saved.Run is not { } run || State.Incarnation == _saved.Incarnation)
            return null;
        RestartReason? reason = run.Phase switch
        {
            Phase.Stopping => run.RestartAfterStop ?? RestartReason.Manual,
            Phase.BackingOff => run.LaunchReason ?? RestartReason.Crash,
            Phase.Starting or Phase.Running => RestartReason.Crash,
            Phase.Stopped or Phase.Failed => null, // somebody started it
        };
        if (_saved.Process is not null)
            telemetry.Exited(run.Phase == Phase.Stopping ? ExitReason.StopRequested : ExitReason.Lost, 0);
        if (reason is { } counted)
            telemetry.Restarted(counted);
        return reason;
    }
}
