using FsCheck;
using FsCheck.Fluent;
using Pharos.Core.Lifecycle;
using Pharos.Core.Schedules;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Core.Tests.Lifecycle;

/// <summary>One step of a history: what a person, the kernel or the clock does next.</summary>
public enum Happening
{
    Start,
    Stop,
    Restart,
    SpawnWorks,
    SpawnFails,
    SpawnFailsForNow,
    GetsReady,
    GetsUnready,
    IsDead,
    OthersAreThere,
    OthersFail,
    EndsWell,
    EndsBadly,
    TimerFires,
    OldTimerFires,
    OldExitArrives,
    Adopted,
    RunComesDue,
    RunTakesThePlace,
    RunIsOverdue,
}

/// <summary>Plays a history against the lifecycle and against a model of the world outside: which processes exist.</summary>
internal sealed class Replay(bool job = false)
{
    private readonly HashSet<int> _alive = [];
    private readonly HashSet<int> _spawning = [];
    private TimeSpan _now;
    private (int Incarnation, bool Set) _timer;
    private int? _awaits;

    public InstanceState State { get; private set; } = new()
    {
        Seed = 42,
        IsJob = job,
        DependsOn = job ? [] : ["db"],
        Policy = new RestartPolicy { Mode = job ? RestartMode.OnFailure : RestartMode.Always, MaxCrashes = 4, CrashWindow = TimeSpan.FromSeconds(60) },
    };

    public int MostAlive { get; private set; }

    public List<string> Faults { get; } = [];

    /// <summary>Nobody has asked for a start since the last stop.</summary>
    public bool StoppedByAPerson { get; private set; } = true;

    public static Arbitrary<Happening[]> Any { get; } = Gen.ArrayOf(Gen.Elements(Enum.GetValues<Happening>())).Resize(200).ToArbitrary();

    public Replay Play(IEnumerable<Happening> history, TimeSpan step)
    {
        foreach (var happening in history)
        {
            _now += step;
            if (EventOf(happening) is not { } e)
                continue;
            if (e is StopRequested)
                StoppedByAPerson = true;
            if (e is StartRequested or RestartRequested or RunRequested)
                StoppedByAPerson = false;
            Apply(InstanceLifecycle.Step(State, e with { At = _now }));
        }

        return this;
    }

    private InstanceEvent? EventOf(Happening happening)
    {
        switch (happening)
        {
            case Happening.Start:
                return new StartRequested();
            case Happening.Stop:
                return new StopRequested();
            case Happening.Restart:
                return new RestartRequested(RestartReason.Manual);
            case Happening.SpawnWorks when _spawning.Count > 0:
                var born = _spawning.First();
                _spawning.Remove(born);
                _alive.Add(born);
                return new Spawned(born);
            case Happening.SpawnFails or Happening.SpawnFailsForNow when _spawning.Count > 0:
                var never = _spawning.First();
                _spawning.Remove(never);
                return new SpawnRefused(never, "refused", happening == Happening.SpawnFailsForNow);
            case Happening.RunComesDue:
                return new RunRequested(1, RunTrigger.Schedule, null, Replace: false);
            case Happening.RunTakesThePlace:
                return new RunRequested(1, RunTrigger.Manual, null, Replace: true);
            case Happening.RunIsOverdue:
                return new RunOverdue(State.Incarnation);
            case Happening.GetsReady:
                return new BecameReady(State.Incarnation);
            case Happening.GetsUnready:
                return new BecameUnready(State.Incarnation, "http 503");
            case Happening.IsDead:
                return new LivenessFailed(State.Incarnation, "no answer");
            case Happening.OthersAreThere when _awaits is { } waits:
                _awaits = null;
                return new DependenciesMet(waits);
            case Happening.OthersFail when _awaits is { } waits:
                _awaits = null;
                return new DependenciesFailed(waits, "db is gone");
            case Happening.EndsWell or Happening.EndsBadly when _alive.Count > 0:
                var dead = _alive.First();
                _alive.Remove(dead);
                return new Exited(dead, new ExitStatus(happening == Happening.EndsWell ? 0 : 1, null), TimeSpan.FromMilliseconds(200));
            case Happening.TimerFires when _timer.Set:
                _timer.Set = false;
                return new DeadlinePassed(_timer.Incarnation);
            case Happening.OldTimerFires:
                return new DeadlinePassed(State.Incarnation - 1);
            case Happening.OldExitArrives:
                return new Exited(State.Incarnation - 1, new ExitStatus(1, null), TimeSpan.Zero);
            default:
                return null;
        }
    }

    private void Apply(Transition t)
    {
        if (t.Next.Incarnation < State.Incarnation)
            Faults.Add("the incarnation number fell");
        State = t.Next;
        foreach (var effect in t.Effects)
        {
            switch (effect)
            {
                case InstanceEffect.Spawn spawn:
                    if (StoppedByAPerson)
                        Faults.Add($"spawned #{spawn.Incarnation} after a stop");
                    _spawning.Add(spawn.Incarnation);
                    break;
                case InstanceEffect.AwaitDependencies await:
                    _awaits = await.Incarnation;
                    break;
                case InstanceEffect.Arm arm:
                    if (arm.Delay < TimeSpan.Zero || arm.Delay > RestartPolicy.LongestDelay)
                        Faults.Add($"armed {arm.Delay}");
                    _timer = (arm.Incarnation, true);
                    break;
                case InstanceEffect.Disarm:
                    _timer.Set = false;
                    break;
                case InstanceEffect.Signal or InstanceEffect.KillTree when _alive.Count == 0:
                    Faults.Add("signalled nobody");
                    break;
            }
        }

        MostAlive = Math.Max(MostAlive, _alive.Count + _spawning.Count);
        if (State.Alive != (_alive.Count > 0))
            Faults.Add($"thinks alive={State.Alive} while {_alive.Count} live");
        if (State.Phase == Phase.BackingOff && !_timer.Set)
            Faults.Add("backs off without a timer");
        if (State.Awaiting && _awaits != State.Incarnation)
            Faults.Add("waits for others without having asked for them");
        if (State.Awaiting && (State.Alive || State.Spawning))
            Faults.Add("waits for others and has a process");
        if (State.Phase == Phase.Stopping && State.Alive && !_timer.Set)
            Faults.Add("stops a process without a deadline");
    }
}
