using Pharos.Core.Lifecycle;
using Pharos.TestKit;
using Xunit;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Core.Tests.Lifecycle;

/// <summary>One table for each restart rule: what the policy says, how a process ended, what follows.</summary>
public sealed class RestartRulesTable
{
    private static readonly ExitStatus Zero = new(0, null), One = new(1, null), Killed = new(null, 9), Oom = new(null, 9, OomKilled: true), Nobody = ExitStatus.Unknown;

    /// <summary>Every mode after every kind of end, after a life of ten seconds.</summary>
    public static TheoryData<RestartMode, string, Phase, RestartReason?, ExitReason> Modes => new()
    {
        { RestartMode.Always, "code 0", Phase.Starting, RestartReason.Exit, ExitReason.Success },
        { RestartMode.Always, "code 1", Phase.Starting, RestartReason.Crash, ExitReason.ErrorCode },
        { RestartMode.Always, "SIGKILL", Phase.Starting, RestartReason.Crash, ExitReason.Signal },
        { RestartMode.Always, "out of memory", Phase.Starting, RestartReason.Crash, ExitReason.OomKill },
        { RestartMode.Always, "nobody knows", Phase.Starting, RestartReason.Crash, ExitReason.Lost },
        { RestartMode.OnFailure, "code 0", Phase.Stopped, null, ExitReason.Success },
        { RestartMode.OnFailure, "code 1", Phase.Starting, RestartReason.Crash, ExitReason.ErrorCode },
        { RestartMode.OnFailure, "SIGKILL", Phase.Starting, RestartReason.Crash, ExitReason.Signal },
        { RestartMode.OnFailure, "out of memory", Phase.Starting, RestartReason.Crash, ExitReason.OomKill },
        { RestartMode.OnFailure, "nobody knows", Phase.Starting, RestartReason.Crash, ExitReason.Lost },
        { RestartMode.Never, "code 0", Phase.Stopped, null, ExitReason.Success },
        { RestartMode.Never, "code 1", Phase.Failed, null, ExitReason.ErrorCode },
        { RestartMode.Never, "SIGKILL", Phase.Failed, null, ExitReason.Signal },
        { RestartMode.Never, "out of memory", Phase.Failed, null, ExitReason.OomKill },
        { RestartMode.Never, "nobody knows", Phase.Failed, null, ExitReason.Lost },
    };

    [Theory]
    [MemberData(nameof(Modes))]
    public void The_mode_decides_after_which_end_a_restart_follows(RestartMode mode, string end, Phase next, RestartReason? restarting, ExitReason ended)
    {
        var step = After(Up(new RestartPolicy { Mode = mode }), Ending(end), At(10));
        Assert.Equal((next, restarting, ended), (step.Next.Phase, step.Restarting, step.Ended!.Value));
        Assert.Equal(next == Phase.Failed ? FailureReason.NotRestarted : null, step.Next.Failure);
        Assert.Equal(ended, step.Next.LastExit);
    }

    [Theory]
    [InlineData(RestartMode.Always, "code 0", Phase.Stopped)]
    [InlineData(RestartMode.Always, "code 1", Phase.Stopped)]
    [InlineData(RestartMode.OnFailure, "code 1", Phase.Stopped)]
    [InlineData(RestartMode.Never, "code 1", Phase.Stopped)] // asked for, so it is no failure
    [InlineData(RestartMode.Always, "code 2", Phase.Starting)]
    [InlineData(RestartMode.Always, "SIGKILL", Phase.Starting)]
    [InlineData(RestartMode.Always, "nobody knows", Phase.Starting)]
    public void A_stop_exit_code_stands_above_the_mode_and_a_signal_is_no_code(RestartMode mode, string end, Phase next) =>
        Assert.Equal(next, After(Up(new RestartPolicy { Mode = mode, StopExitCodes = [0, 1] }), Ending(end), At(10)).Next.Phase);

    [Theory]
    [InlineData(1000, 999, "code 1", true, true)]
    [InlineData(1000, 1000, "code 1", false, true)]
    [InlineData(1000, 999, "code 0", true, true)]
    [InlineData(1000, 1000, "code 0", false, false)] // the normal rhythm of an app that works and ends
    [InlineData(5000, 4999, "SIGKILL", true, true)]
    [InlineData(0, 0, "code 1", false, true)]
    public void An_end_before_the_minimum_uptime_backs_off_and_every_failure_counts(int minUptime, int uptime, string end, bool waits, bool counts)
    {
        var step = After(Up(new RestartPolicy { Jitter = 0, MinUptime = Ms(minUptime) }), Ending(end), Ms(uptime));
        Assert.Equal(waits ? Phase.BackingOff : Phase.Starting, step.Next.Phase);
        Assert.Equal(counts ? 1 : 0, step.Next.Crashes.Count);
    }

    [Theory]
    [InlineData(0, 0, 10_000, 0)]
    [InlineData(3000, 0, 10, 3000)] // after every end by itself
    [InlineData(3000, 0, 10_000, 3000)]
    [InlineData(3000, 100, 10, 3000)] // the longer of the two
    [InlineData(50, 100, 10, 100)]
    [InlineData(50, 100, 10_000, 50)]
    [InlineData(7_200_000, 0, 10, 3_600_000)] // never above an hour
    public void The_fixed_delay_comes_before_every_restart_and_the_longer_one_wins(int fixedDelay, int backoff, int uptime, int waited)
    {
        var step = After(Up(new RestartPolicy { Jitter = 0, RestartDelay = Ms(fixedDelay), BackoffBase = Ms(backoff) }), One, Ms(uptime));
        Assert.Equal(Ms(waited), step.Next.Backoff);
        Assert.Equal(waited == 0 ? Phase.Starting : Phase.BackingOff, step.Next.Phase);
    }

    [Theory]
    [InlineData(100, 15_000, new[] { 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 15_000, 15_000 })]
    [InlineData(1000, 4000, new[] { 1000, 2000, 4000, 4000 })]
    [InlineData(5000, 1000, new[] { 1000, 1000 })]
    [InlineData(0, 15_000, new[] { 0, 0, 0 })]
    public void The_back_off_doubles_from_its_base_to_its_cap(int first, int cap, int[] waits)
    {
        var policy = new RestartPolicy { Jitter = 0, MaxCrashes = 0, BackoffBase = Ms(first), BackoffCap = Ms(cap) };
        Assert.Equal(waits.Select(w => Ms(w)), Life(policy, waits.Length, _ => Ms(10)).Waits);
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(0.1, 90)]
    [InlineData(1, 0)]
    [InlineData(7, 0)]
    [InlineData(double.NaN, 100)]
    public void Jitter_only_shortens_a_wait_and_by_its_share_at_most(double jitter, int least)
    {
        var policy = new RestartPolicy { Jitter = jitter };
        var delays = Enumerable.Range(0, 1000).Select(seed => policy.DelayFor(1, (ulong)seed).TotalMilliseconds).ToList();
        Assert.All(delays, d => Assert.InRange(d, least, 100));
        Assert.InRange(delays.Min(), least, least + 3);
    }

    [Theory]
    [InlineData(999, 7)] // one more
    [InlineData(1000, 5)] // stable: one less
    [InlineData(29_999, 5)]
    [InlineData(30_000, 0)] // healthy: anew
    public void A_stable_life_takes_a_step_back_and_a_healthy_one_begins_anew(int uptime, int inARow) =>
        Assert.Equal(inARow, After(Up(new RestartPolicy()) with { UnstableInARow = 6 }, One, Ms(uptime)).Next.UnstableInARow);

    [Theory]
    [InlineData(3, 60, new[] { 0, 10, 20 }, 3)]
    [InlineData(3, 60, new[] { 0, 10, 60 }, null)] // the first has left the window when the third comes
    [InlineData(3, 60, new[] { 0, 10, 59 }, 3)]
    [InlineData(3, 60, new[] { 0, 50, 100, 150, 159 }, 5)] // it slides
    [InlineData(3, 60, new[] { 0, 30, 60, 90, 120, 150 }, null)]
    [InlineData(1, 60, new[] { 0 }, 1)]
    [InlineData(0, 60, new[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }, null)]
    public void So_many_crashes_within_the_window_are_given_up(int most, int window, int[] seconds, int? givenUpAt)
    {
        var it = Up(new RestartPolicy { MaxCrashes = most, CrashWindow = At(window) });
        int? failed = null;
        for (var crash = 0; crash < seconds.Length && failed is null; crash++)
        {
            var step = InstanceLifecycle.Step(it, new Exited(1, One, At(5)) { At = At(1000 + seconds[crash]) });
            failed = step.Next.Phase == Phase.Failed ? crash + 1 : null;
            it = Risen(step.Next);
        }

        Assert.Equal(givenUpAt, failed);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(600, true)]
    public void What_was_given_up_is_tried_again_only_when_that_was_asked_for(int? seconds, bool again)
    {
        var policy = new RestartPolicy { MaxCrashes = 1, RetryFailedAfter = seconds is { } s ? At(s) : null };
        var failed = After(Up(policy), One, At(5));
        Assert.Equal(again ? [new InstanceEffect.Arm(1, At(600))] : [new InstanceEffect.Disarm()], failed.Effects);
        var late = InstanceLifecycle.Step(failed.Next with { Failure = FailureReason.NotRestarted }, new DeadlinePassed(1) { At = At(9999) });
        Assert.False(late.Handled); // a timer that is too late for another failure
    }

    [Theory]
    [InlineData(RestartReason.MemoryLimit, ExitReason.MemoryLimit, true)]
    [InlineData(RestartReason.Probe, ExitReason.ProbeFailed, true)]
    [InlineData(RestartReason.Watch, ExitReason.StopRequested, false)]
    [InlineData(RestartReason.Schedule, ExitReason.StopRequested, false)]
    [InlineData(RestartReason.Manual, ExitReason.StopRequested, false)]
    public void What_we_stop_because_it_is_ill_counts_as_a_crash_whatever_the_mode(RestartReason why, ExitReason ended, bool counts)
    {
        foreach (var mode in Enum.GetValues<RestartMode>())
        {
            var stopping = InstanceLifecycle.Step(Up(new RestartPolicy { Mode = mode, MaxCrashes = 2 }) with { Crashes = [At(99)] }, new RestartRequested(why) { At = At(100) });
            Assert.Equal([new InstanceEffect.Signal(1, 2), new InstanceEffect.Arm(1, At(5))], stopping.Effects); // in order, with its grace
            var gone = InstanceLifecycle.Step(stopping.Next, new Exited(1, new ExitStatus(null, 2), At(20)) { At = At(100) });
            Assert.Equal(ended, gone.Ended);
            Assert.Equal(counts ? Phase.Failed : Phase.Starting, gone.Next.Phase);
            Assert.Equal(counts ? null : why, gone.Restarting);
        }
    }

    [Theory]
    [InlineData(Phase.BackingOff)]
    [InlineData(Phase.Failed)]
    public void A_person_s_word_wipes_the_slate(Phase phase)
    {
        var it = Up(new RestartPolicy { Jitter = 0 }) with { Phase = phase, Alive = false, UnstableInARow = 6, Crashes = [At(1), At(2)], Backoff = At(3) };
        foreach (var word in new InstanceEvent[] { new StartRequested { At = At(3) }, new RestartRequested(RestartReason.Manual) { At = At(3) } })
        {
            var next = InstanceLifecycle.Step(it, word).Next;
            Assert.Equal((Phase.Starting, 0, 0, TimeSpan.Zero), (next.Phase, next.UnstableInARow, next.Crashes.Count, next.Backoff));
            Assert.Equal(Ms(100), After(Risen(next), One, Ms(10)).Next.Backoff);
        }
    }

    [Theory]
    [InlineData(10, 1000, 100, 0, 60)] // the defaults fit into the default
    [InlineData(16, 1000, 0, 0, 60)]
    [InlineData(10, 10_000, 0, 0, 102.5)]
    [InlineData(10, 1000, 0, 5000, 60)]
    [InlineData(20, 1000, 0, 5000, 120)]
    [InlineData(int.MaxValue, 1000, 100, 0, 86_400)]
    public void The_window_for_whom_nobody_asked_for_one_holds_the_slowest_loop(int most, int minUptime, int backoff, int fixedDelay, double seconds)
    {
        var policy = new RestartPolicy { MaxCrashes = most, MinUptime = Ms(minUptime), BackoffBase = Ms(backoff), RestartDelay = Ms(fixedDelay) };
        Assert.Equal(seconds, policy.FittingWindow().TotalSeconds, 3);
    }

    [Fact]
    public void With_that_window_a_loop_is_always_given_up_at_the_number_that_was_asked_for()
    {
        foreach (var most in new[] { 1, 2, 5, 10, 11, 12, 16, 50, 100, 500 })
        {
            foreach (var minUptime in new[] { 100, 1000, 10_000, 60_000 })
            {
                foreach (var (backoff, fixedDelay) in new[] { (100, 0), (0, 0), (0, 3000), (500, 200) })
                {
                    var policy = new RestartPolicy { MaxCrashes = most, MinUptime = Ms(minUptime), BackoffBase = Ms(backoff), RestartDelay = Ms(fixedDelay) };
                    var life = Life(policy with { CrashWindow = policy.FittingWindow() }, most + 5, _ => Ms(minUptime - 1));
                    Assert.True((life.Phase, life.Ends) == (Phase.Failed, most), $"{most} {minUptime} {backoff} {fixedDelay}: {life.Phase} after {life.Ends}");
                }
            }
        }
    }

    /// <summary>Lives of one instance, one after the other, by a clock of its own.</summary>
    private static (int Ends, IReadOnlyList<TimeSpan> Waits, Phase Phase) Life(RestartPolicy policy, int most, Func<int, TimeSpan> uptime)
    {
        var clock = new ManualTime();
        var it = Up(policy);
        List<TimeSpan> waits = [];
        for (var end = 1; end <= most; end++)
        {
            clock.Advance(uptime(end));
            var step = InstanceLifecycle.Step(it, new Exited(1, One, uptime(end)) { At = clock.GetElapsedTime(0) });
            if (step.Next.Phase == Phase.Failed)
                return (end, waits, Phase.Failed);
            waits.Add(step.Next.Backoff);
            clock.Advance(step.Next.Backoff);
            it = Risen(step.Next);
        }

        return (most, waits, it.Phase);
    }

    private static ExitStatus Ending(string end) => end switch
    {
        "code 0" => Zero,
        "code 1" => One,
        "code 2" => new ExitStatus(2, null),
        "SIGKILL" => Killed,
        "out of memory" => Oom,
        _ => Nobody,
    };

    private static InstanceState Up(RestartPolicy policy) => new() { Phase = Phase.Running, Alive = true, Incarnation = 1, Readiness = Readiness.Ready, Policy = policy };

    private static InstanceState Risen(InstanceState next) => next with { Phase = Phase.Running, Alive = true, Spawning = false, Incarnation = 1, Readiness = Readiness.Ready };

    private static Transition After(InstanceState it, ExitStatus status, TimeSpan uptime) => InstanceLifecycle.Step(it, new Exited(1, status, uptime) { At = At(100) });

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
