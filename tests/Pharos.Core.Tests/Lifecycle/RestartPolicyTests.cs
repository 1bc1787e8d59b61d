using FsCheck;
using FsCheck.Fluent;
using Pharos.Core.Lifecycle;
using Pharos.TestKit;
using Xunit;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Core.Tests.Lifecycle;

public sealed class RestartPolicyTests
{
    [Fact]
    public void The_delay_stays_within_its_bounds_for_every_policy_and_every_count() =>
        Prop.ForAll<(long Base, long Cap, long Fixed, int Count), ulong>((p, seed) =>
        {
            var policy = new RestartPolicy
            {
                BackoffBase = TimeSpan.FromTicks(p.Base),
                BackoffCap = TimeSpan.FromTicks(p.Cap),
                RestartDelay = TimeSpan.FromTicks(p.Fixed),
            };
            var delay = policy.DelayFor(p.Count, seed);
            return delay >= TimeSpan.Zero && delay <= RestartPolicy.LongestDelay;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1_000_000)]
    [InlineData(64)]
    [InlineData(31)]
    public void A_huge_count_gives_the_cap_and_not_an_overflow(int count) =>
        Assert.Equal(TimeSpan.FromSeconds(15), new RestartPolicy { Jitter = 0 }.DelayFor(count, 1));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 100)]
    [InlineData(2, 200)]
    [InlineData(3, 400)]
    [InlineData(4, 800)]
    [InlineData(8, 12_800)]
    [InlineData(9, 15_000)]
    public void The_back_off_doubles_up_to_its_cap(int unstable, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), new RestartPolicy { Jitter = 0 }.DelayFor(unstable, 1));

    [Fact]
    public void Jitter_spreads_instances_that_die_together()
    {
        var policy = new RestartPolicy { Jitter = 0.5 };
        var delays = Enumerable.Range(0, 100).Select(i => policy.DelayFor(5, (ulong)i).TotalMilliseconds).ToList();
        Assert.All(delays, d => Assert.InRange(d, 800, 1600));
        Assert.True(delays.Distinct().Count() > 90);
    }

    [Fact]
    public void A_stable_process_that_crashes_is_back_at_once()
    {
        var step = InstanceLifecycle.Step(Up(), Crash(At(100), uptime: At(50)));
        Assert.Equal(Phase.Starting, step.Next.Phase);
        Assert.Equal(RestartReason.Crash, step.Restarting);
    }

    [Fact]
    public void Ten_crashes_within_a_minute_are_given_up()
    {
        var clock = new ManualTime();
        var it = Up();
        for (var crash = 1; crash <= 10; crash++)
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            var step = InstanceLifecycle.Step(it, Crash(clock.GetElapsedTime(0), uptime: At(4)));
            Assert.Equal(crash < 10 ? Phase.Starting : Phase.Failed, step.Next.Phase);
            it = Risen(step.Next);
        }
    }

    [Fact]
    public void A_crash_loop_that_begins_after_an_hour_is_caught()
    {
        var clock = new ManualTime();
        clock.Advance(TimeSpan.FromHours(1));
        var it = Up();
        var crashes = 0;
        while (it.Phase != Phase.Failed && crashes < 100)
        {
            var step = InstanceLifecycle.Step(it, Crash(clock.GetElapsedTime(0), uptime: TimeSpan.FromMilliseconds(10)));
            crashes++;
            clock.Advance(step.Next.Backoff < At(4) ? step.Next.Backoff : At(4));
            it = step.Next.Phase == Phase.Failed ? step.Next : Risen(step.Next);
        }

        Assert.Equal(10, crashes);
        Assert.Equal(FailureReason.CrashLoop, it.Failure);
    }

    [Fact]
    public void Crashes_further_apart_than_the_window_never_add_up()
    {
        var it = Up();
        for (var crash = 1; crash <= 50; crash++)
        {
            var step = InstanceLifecycle.Step(it, Crash(TimeSpan.FromMinutes(crash), uptime: At(59)));
            Assert.NotEqual(Phase.Failed, step.Next.Phase);
            it = Risen(step.Next);
        }
    }

    [Fact]
    public void A_healthy_life_begins_the_back_off_anew()
    {
        var it = Up() with { UnstableInARow = 6 };
        var step = InstanceLifecycle.Step(it, Crash(At(1000), uptime: At(31)));
        Assert.Equal(0, step.Next.UnstableInARow);
    }

    [Theory]
    [InlineData(RestartMode.Always, 0, Phase.Starting)]
    [InlineData(RestartMode.Always, 1, Phase.Starting)]
    [InlineData(RestartMode.OnFailure, 0, Phase.Stopped)]
    [InlineData(RestartMode.OnFailure, 1, Phase.Starting)]
    [InlineData(RestartMode.Never, 0, Phase.Stopped)]
    [InlineData(RestartMode.Never, 1, Phase.Failed)]
    public void The_restart_mode_decides_after_which_end_a_restart_follows(RestartMode mode, int code, Phase expected)
    {
        var it = Up() with { Policy = new RestartPolicy { Mode = mode } };
        Assert.Equal(expected, InstanceLifecycle.Step(it, new Exited(it.Incarnation, new ExitStatus(code, null), At(10)) { At = At(10) }).Next.Phase);
    }

    [Fact]
    public void A_stop_exit_code_leaves_the_instance_stopped()
    {
        var it = Up() with { Policy = new RestartPolicy { StopExitCodes = [3, 4] } };
        Assert.Equal(Phase.Stopped, InstanceLifecycle.Step(it, new Exited(1, new ExitStatus(4, null), At(10)) { At = At(10) }).Next.Phase);
    }

    [Fact]
    public void A_restart_over_the_memory_limit_counts_as_a_crash_and_backs_off_when_it_comes_at_once()
    {
        var stopping = InstanceLifecycle.Step(Up(), new RestartRequested(RestartReason.MemoryLimit) { At = At(10) }).Next;
        var step = InstanceLifecycle.Step(stopping, new Exited(1, new ExitStatus(null, 2), TimeSpan.FromMilliseconds(500)) { At = At(10) });
        Assert.Equal(Phase.BackingOff, step.Next.Phase);
        Assert.Equal(ExitReason.MemoryLimit, step.Ended);
        Assert.Equal(RestartReason.MemoryLimit, step.Next.LaunchReason);
        Assert.Single(step.Next.Crashes);
    }

    [Fact]
    public void What_was_given_up_is_tried_once_more_after_the_asked_time()
    {
        var it = Up() with { Policy = new RestartPolicy { MaxCrashes = 1, RetryFailedAfter = TimeSpan.FromMinutes(10) } };
        var failed = InstanceLifecycle.Step(it, Crash(At(10), uptime: At(5)));
        Assert.Equal(Phase.Failed, failed.Next.Phase);
        Assert.Equal(new InstanceEffect.Arm(1, TimeSpan.FromMinutes(10)), Assert.Single(failed.Effects));
        var again = InstanceLifecycle.Step(failed.Next, new DeadlinePassed(1) { At = At(610) });
        Assert.Equal(Phase.Starting, again.Next.Phase);
        Assert.Empty(again.Next.Crashes);
    }

    private static InstanceState Up() => new() { Phase = Phase.Running, Alive = true, Incarnation = 1, Readiness = Readiness.Ready, Policy = new RestartPolicy { Jitter = 0 } };

    private static InstanceState Risen(InstanceState next) => next with { Phase = Phase.Running, Alive = true, Spawning = false, Incarnation = 1, Readiness = Readiness.Ready };

    private static Exited Crash(TimeSpan at, TimeSpan uptime) => new(1, new ExitStatus(1, null), uptime) { At = at };

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
}
