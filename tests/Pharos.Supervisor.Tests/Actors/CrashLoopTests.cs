using Pharos.Core.Lifecycle;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.Actors;

public sealed class CrashLoopTests
{
    /// <summary>PM2 counts only within its first min_uptime × max_restarts, so it never catches this one.</summary>
    [Fact]
    public async Task A_loop_that_begins_after_an_hour_of_stable_life_is_given_up_and_says_so()
    {
        await using var world = new World();
        var actor = await world.Running();
        world.Time.Advance(TimeSpan.FromHours(1));
        await World.Reaches(actor, Phase.Running);
        var crashes = 0;
        while (actor.Snapshot.State.Phase != Phase.Failed)
        {
            var before = actor.Snapshot.State.Incarnation;
            world.Host.Only.End(1);
            crashes++;
            await Eventually.True(
                () =>
                {
                    world.Time.Advance(TimeSpan.FromMilliseconds(50));
                    return actor.Snapshot is { State.Phase: Phase.Failed } or { Process: not null } && (actor.Snapshot.State.Phase == Phase.Failed || actor.Snapshot.State.Incarnation > before);
                },
                "it is up again or given up");
        }

        Assert.Equal(10, crashes);
        Assert.Equal(FailureReason.CrashLoop, actor.Snapshot.State.Failure);
        Assert.Equal(9, actor.Telemetry.Restarts[(int)RestartReason.Crash]);
        Assert.Equal(10, actor.Telemetry.Exits[(int)ExitReason.ErrorCode]);
        Assert.Contains(world.Said, s => s == "web:0 was given up: crash_loop");
        world.Time.Advance(TimeSpan.FromDays(1));
        await actor.AskAsync(new InstanceEvent.DeadlinePassed(-1), default);
        Assert.Equal(Phase.Failed, actor.Snapshot.State.Phase);
    }
}
