using Pharos.Core.Lifecycle;
using Pharos.Core.Specs;
using Xunit;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Core.Tests.Lifecycle;

public sealed class ReloadOverlapTests
{
    private static readonly InstanceState Serving = new()
    {
        Phase = Phase.Running,
        Alive = true,
        Readiness = Readiness.Ready,
        Incarnation = 3,
        CanOverlap = true,
        Policy = new RestartPolicy { Jitter = 0 },
        Reload = new ReloadSpec { Timeout = TimeSpan.FromSeconds(3), Drain = TimeSpan.FromSeconds(2) },
    };

    [Fact]
    public void The_new_process_comes_up_beside_the_old_one_and_takes_its_place_when_it_is_ready()
    {
        var (it, effects) = Play(Serving, new ReloadRequested());
        Assert.Equal("Spawn #4, ArmBeside #4 3s", effects);
        Assert.Equal((3, Phase.Running, Readiness.Ready), (it.Incarnation, it.Phase, it.Readiness));
        (it, _) = Play(it, new Spawned(4));
        (it, effects) = Play(it, new BecameReady(4));
        Assert.Equal("Retire #3, ArmBeside #3 2s", effects);
        Assert.Equal((4, Phase.Running, Readiness.Ready, BesideRole.Draining), (it.Incarnation, it.Phase, it.Readiness, it.Beside!.Role));
        (it, effects) = Play(it, new Drained(3));
        Assert.Equal("Signal #3 2, ArmBeside #3 5s", effects);
        (it, effects) = Play(it, new Exited(3, new ExitStatus(0, null), TimeSpan.FromMinutes(1)));
        Assert.Equal("DisarmBeside", effects);
        Assert.Equal((4, null, null), (it.Incarnation, it.Beside, it.ReloadError));
        Assert.True(it.IsOnOtherSide);
    }

    [Theory]
    [InlineData("late", "the new process is not ready within 3 s", "Signal #4 2, ArmBeside #4 5s")]
    [InlineData("unready", "the new process is not ready: http 503", "Signal #4 2, ArmBeside #4 5s")]
    [InlineData("dead", "the new process ended before it was ready: exit code 1", "DisarmBeside")]
    public void One_that_does_not_get_ready_goes_and_the_old_one_stays(string how, string why, string then)
    {
        var (it, _) = Play(Serving, new ReloadRequested(), new Spawned(4));
        InstanceEvent e = how switch
        {
            "late" => new DeadlinePassed(4),
            "unready" => new BecameUnready(4, "http 503"),
            _ => new Exited(4, new ExitStatus(1, null), TimeSpan.FromMilliseconds(10)),
        };
        (it, var effects) = Play(it, e);
        Assert.Equal((then, why), (effects, it.ReloadError));
        if (how != "dead")
            (it, _) = Play(it, new Exited(4, new ExitStatus(null, 2), TimeSpan.FromSeconds(4)));
        Assert.Equal((3, Phase.Running, Readiness.Ready, null), (it.Incarnation, it.Phase, it.Readiness, it.Beside));
        (_, effects) = Play(it, new ReloadRequested());
        Assert.Equal("Spawn #5, ArmBeside #5 3s", effects); // a number is given out once
    }

    [Fact]
    public void When_the_old_process_ends_by_itself_the_new_one_has_its_place()
    {
        var (it, _) = Play(Serving, new ReloadRequested(), new Spawned(4), new Exited(3, new ExitStatus(1, null), TimeSpan.FromMinutes(1)));
        Assert.Equal((4, Phase.Starting, true, null), (it.Incarnation, it.Phase, it.Alive, it.Beside));
        (it, _) = Play(it, new BecameReady(4));
        Assert.Equal(Phase.Running, it.Phase);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_stop_in_the_middle_stops_both_whichever_goes_first(bool newOneFirst)
    {
        var (it, effects) = Play(Serving, new ReloadRequested(), new Spawned(4), new StopRequested());
        Assert.Equal("Signal #3 2, Arm #3 5s, Signal #4 2, ArmBeside #4 5s", effects);
        int[] order = newOneFirst ? [4, 3] : [3, 4];
        (it, _) = Play(it, new Exited(order[0], new ExitStatus(null, 2), TimeSpan.FromSeconds(1)));
        Assert.Equal(Phase.Stopping, it.Phase);
        (it, _) = Play(it, new Exited(order[1], new ExitStatus(null, 2), TimeSpan.FromSeconds(1)));
        Assert.Equal((Phase.Stopped, false, null), (it.Phase, it.Alive, it.Beside));
    }

    [Fact]
    public void A_restart_in_the_middle_waits_for_both()
    {
        var (it, _) = Play(Serving, new ReloadRequested(), new Spawned(4), new RestartRequested(RestartReason.Manual), new Exited(3, new ExitStatus(null, 2), TimeSpan.FromSeconds(1)));
        Assert.Equal(Phase.Stopping, it.Phase);
        (it, var effects) = Play(it, new Exited(4, new ExitStatus(null, 2), TimeSpan.FromSeconds(1)));
        Assert.Contains("Spawn #5", effects, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_overlap_or_is_not_ready_is_restarted_and_says_that_it_was_a_reload()
    {
        var (it, effects) = Play(Serving with { CanOverlap = false }, new ReloadRequested());
        Assert.Equal(("Signal #3 2, Arm #3 5s", RestartReason.Reload), (effects, it.RestartAfterStop));
        (it, _) = Play(Serving with { Readiness = Readiness.Unready }, new ReloadRequested());
        Assert.Equal(Phase.Stopping, it.Phase);
        (it, _) = Play(new InstanceState { CanOverlap = true }, new ReloadRequested());
        Assert.Equal(Phase.Starting, it.Phase);
    }

    /// <summary>Whatever comes in whatever order: two processes at most, orders only to those that are there, and after a stop nothing is left.</summary>
    [Fact]
    public void No_history_of_reloads_leaves_more_than_two_processes_or_loses_one()
    {
        for (var seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            var world = new Model(Serving);
            for (var step = 0; step < 60; step++)
                world.Happens(random);
            world.Take(new StopRequested());
            world.Empty(random);
            Assert.True(world.Fault is null && world.It is { Phase: Phase.Stopped or Phase.Failed, Beside: null, Alive: false }, $"seed {seed}: {world.Fault ?? $"left {world.It}"}");
        }
    }

    private static (InstanceState It, string Effects) Play(InstanceState it, params ReadOnlySpan<InstanceEvent> events)
    {
        var effects = "";
        foreach (var e in events)
        {
            var step = InstanceLifecycle.Step(it, e);
            (it, effects) = (step.Next, string.Join(", ", step.Effects.Select(Describe)));
        }

        return (it, effects);
    }

    private static string Describe(InstanceEffect effect) => effect switch
    {
        InstanceEffect.Spawn x => $"Spawn #{x.Incarnation}",
        InstanceEffect.Signal x => $"Signal #{x.Incarnation} {x.Number}",
        InstanceEffect.KillTree x => $"KillTree #{x.Incarnation}",
        InstanceEffect.Arm x => $"Arm #{x.Incarnation} {x.Delay.TotalSeconds}s",
        InstanceEffect.ArmBeside x => $"ArmBeside #{x.Incarnation} {x.Delay.TotalSeconds}s",
        InstanceEffect.Retire x => $"Retire #{x.Incarnation}",
        var other => other.GetType().Name,
    };

    private sealed class Model(InstanceState it)
    {
        private readonly SortedSet<int> _spawning = [];
        private readonly SortedSet<int> _alive = [it.Incarnation];
        private readonly HashSet<int> _timers = [];
        private TimeSpan _now;

        public InstanceState It { get; private set; } = it;

        public string? Fault { get; private set; }

        public void Happens(Random random)
        {
            var numbers = _alive.Concat(_spawning).Append(It.Incarnation).Append(It.Beside?.Incarnation ?? It.Incarnation).ToList();
            var some = numbers[random.Next(numbers.Count)];
            switch (random.Next(14))
            {
                case 0 or 1: Take(new ReloadRequested()); break;
                case 2: Take(new StopRequested()); break;
                case 3: Take(new StartRequested()); break;
                case 4: Take(new RestartRequested(RestartReason.Manual)); break;
                case 5 or 6 when _spawning.Count > 0: Born(_spawning.Min); break;
                case 7 when _spawning.Count > 0: Unborn(_spawning.Max); break;
                case 8 or 9: Take(new BecameReady(some)); break;
                case 10: Take(new BecameUnready(some, "http 503")); break;
                case 11 when _alive.Count > 0: Dies(random.Next(2) == 0 ? _alive.Min : _alive.Max); break;
                case 12 when _timers.Count > 0: Fires(_timers.First()); break;
                case 13: Take(new Drained(some)); break;
            }
        }

        public void Empty(Random random)
        {
            for (var i = 0; i < 100 && _alive.Count + _spawning.Count > 0; i++)
            {
                if (_spawning.Count > 0)
                    Born(_spawning.Min);
                else
                    Dies(random.Next(2) == 0 ? _alive.Min : _alive.Max);
            }
        }

        public void Take(InstanceEvent e)
        {
            _now += TimeSpan.FromSeconds(1);
            var step = InstanceLifecycle.Step(It, e with { At = _now });
            It = step.Next;
            foreach (var effect in step.Effects)
            {
                switch (effect)
                {
                    case InstanceEffect.Spawn x when !_spawning.Add(x.Incarnation) || _alive.Contains(x.Incarnation):
                        Fault ??= $"#{x.Incarnation} twice";
                        break;
                    case InstanceEffect.Signal x when !_alive.Contains(x.Incarnation):
                        Fault ??= $"signalled #{x.Incarnation}, which is not there, after {e}";
                        break;
                    case InstanceEffect.KillTree x when !_alive.Contains(x.Incarnation):
                        Fault ??= $"killed #{x.Incarnation}, which is not there, after {e}";
                        break;
                    case InstanceEffect.Arm x:
                        _timers.Add(x.Incarnation);
                        break;
                    case InstanceEffect.ArmBeside x:
                        _timers.Add(x.Incarnation);
                        break;
                }
            }

            if (_alive.Count + _spawning.Count > 2)
                Fault ??= $"{_alive.Count + _spawning.Count} processes after {e}";
            if (It.Alive != _alive.Contains(It.Incarnation))
                Fault ??= $"thinks alive={It.Alive} after {e}";
            if (It.Beside is { Spawning: false } beside && !_alive.Contains(beside.Incarnation))
                Fault ??= $"thinks that #{beside.Incarnation} is there after {e}";
            if (It.Beside is null && _alive.Any(a => a != It.Incarnation))
                Fault ??= $"lost a process after {e}";
        }

        private void Born(int number)
        {
            _spawning.Remove(number);
            _alive.Add(number);
            Take(new Spawned(number));
        }

        private void Unborn(int number)
        {
            _spawning.Remove(number);
            Take(new SpawnRefused(number, "refused", Transient: true));
        }

        private void Dies(int number)
        {
            _alive.Remove(number);
            Take(new Exited(number, new ExitStatus(1, null), TimeSpan.FromSeconds(2)));
        }

        private void Fires(int number)
        {
            _timers.Remove(number);
            Take(new DeadlinePassed(number));
        }
    }
}
