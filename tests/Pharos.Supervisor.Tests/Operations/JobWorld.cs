using Pharos.Core.Lifecycle;
using Pharos.Core.Schedules;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;
using Xunit;

namespace Pharos.Supervisor.Tests.Operations;

/// <summary>A world with a job in it, and the words for what happens to it.</summary>
internal static class JobWorld
{
    public static AppSpec Job(string cron = "* * * * *", JobOverlap overlap = JobOverlap.Forbid, int instances = 1) => World.Spec("job", instances) with
    {
        Job = new JobSpec { Cron = cron, Zone = "UTC", Overlap = overlap },
        Policy = new RestartPolicy { Jitter = 0, Mode = RestartMode.Never },
    };

    /// <summary>Declares it; nothing runs yet.</summary>
    public static async Task<InstanceActor> Declared(this World world, AppSpec spec)
    {
        Assert.Null(await world.Declare(spec));
        world.Time.Advance(TimeSpan.FromSeconds(1)); // the scheduler has seen it
        return world.Actor(spec.Name);
    }

    /// <summary>To the next full minute of the wall clock, and a little beyond.</summary>
    public static void NextMinute(this World world)
    {
        var into = TimeSpan.FromTicks(world.Time.GetUtcNow().Ticks % TimeSpan.TicksPerMinute);
        world.Time.Advance(TimeSpan.FromMinutes(1) - into + TimeSpan.FromMilliseconds(1));
    }

    /// <summary>Waits until a process of the given incarnation is there.</summary>
    public static Task<InstanceSnapshot> Runs(this InstanceActor actor, int incarnation) =>
        World.Seen(actor, s => s.State.Incarnation == incarnation && s.Process is not null);

    /// <summary>Waits until the newest run has ended and nothing follows.</summary>
    public static Task<InstanceSnapshot> Rests(this InstanceActor actor) =>
        World.Seen(actor, s => s.State.Phase == Phase.Stopped && s.Run is not { Outcome: null });

    /// <summary>The number of the newest incarnation, behind all that the clock may have posted.</summary>
    public static async Task<int> Settled(this InstanceActor actor)
    {
        await actor.AskAsync(new InstanceEvent.DeadlinePassed(-1), default);
        return actor.Snapshot.State.Incarnation;
    }

    public static IReadOnlyList<JobRun> History(this World world) => world.Supervisor.Apps["job"].Runs!.Runs;

    public static long Count(this World world, RunOutcome outcome) => world.Supervisor.Apps["job"].Runs!.Telemetry.Runs[(int)outcome];

    public static FakeProcess ProcessOf(this World world, int index = 0) => world.Host.Alive.Single(p => p.Key.Index == index);
}
