using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.Sampling;

public sealed class MemoryGuardTests
{
    private const long Limit = 100_000_000;

    [Fact]
    public async Task A_tree_over_its_limit_is_restarted_in_order_and_the_end_says_why()
    {
        var memory = new Memory();
        await using var world = new World(sampler: memory);
        var actor = await world.Running(World.Spec() with { MaxMemoryBytes = Limit });
        world.Time.Advance(TimeSpan.FromSeconds(1));
        await World.Reaches(actor, Phase.Running);
        var process = world.Host.Only;
        memory.TreeRssBytes = Limit; // as much as it may
        await memory.LookedAtAgain();
        Assert.Empty(process.Signals);
        memory.TreeRssBytes = Limit + 1;
        await Eventually.True(() => !process.Signals.IsEmpty, "it is asked to stop", details: () => string.Join('\n', world.Said));
        memory.TreeRssBytes = 1;
        await actor.WaitAsync(s => s.State.Incarnation == 2 && s.Process is not null, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal([2], process.Signals); // SIGINT, and no SIGKILL
        Assert.Equal(ExitReason.MemoryLimit, actor.Snapshot.LastExit!.Reason);
        Assert.Equal(RestartReason.MemoryLimit, actor.Snapshot.LastRestart);
        Assert.Equal(1, actor.Telemetry.Exits[(int)ExitReason.MemoryLimit]);
        Assert.Equal(1, actor.Telemetry.Restarts[(int)RestartReason.MemoryLimit]);
        Assert.Contains(world.Said, s => s == $"web:0 uses {Limit + 1} bytes and may use {Limit}: it is restarted");
    }

    [Fact]
    public async Task One_that_is_over_its_limit_at_every_start_backs_off_and_is_given_up()
    {
        var memory = new Memory { TreeRssBytes = Limit + 1 };
        await using var world = new World(sampler: memory);
        var actor = await world.Running(World.Spec() with { MaxMemoryBytes = Limit });
        await Eventually.True(
            () =>
            {
                world.Time.Advance(TimeSpan.FromMilliseconds(500));
                return actor.Snapshot.State.Phase == Phase.Failed;
            },
            "it is given up");
        Assert.Equal(FailureReason.CrashLoop, actor.Snapshot.State.Failure);
        Assert.Equal(10, world.Host.Spawned.Count);
    }

    [Fact]
    public async Task One_that_is_stopping_already_is_not_asked_again_and_one_without_a_limit_never()
    {
        var memory = new Memory { TreeRssBytes = long.MaxValue };
        await using var world = new World(sampler: memory);
        await world.Running(World.Spec("free"));
        await memory.LookedAtAgain();
        Assert.Empty(world.Host.Only.Signals);
        await world.Supervisor.DeleteAsync("free", default, CancellationToken.None);

        world.Host.Stubborn = true;
        var actor = await world.Running(World.Spec() with { MaxMemoryBytes = Limit });
        await actor.WaitAsync(s => s.State.Phase == Phase.Stopping, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        await memory.LookedAtAgain();
        Assert.Single(world.Said, s => s.Contains("it is restarted", StringComparison.Ordinal));
        world.Host.Stubborn = false;
        world.Host.Only.End(0);
    }

    /// <summary>/proc as the test wants it.</summary>
    private sealed class Memory : IProcessSampler
    {
        private long _bytes = 1;
        private long _looks;

        public long TreeRssBytes
        {
            set => Interlocked.Exchange(ref _bytes, value);
        }

        /// <summary>Two further looks have begun, so one of them began after this call and has ended.</summary>
        public Task LookedAtAgain()
        {
            var seen = Interlocked.Read(ref _looks);
            return Eventually.True(() => Interlocked.Read(ref _looks) >= seen + 2, "the sampler looks again");
        }

        public ISampledProcess? Open(int pid) => new Process(this);

        public void RefreshTrees()
        {
        }

        private sealed class Process(Memory memory) : ISampledProcess
        {
            public bool TryRead(ref ProcessSample sample)
            {
                sample.TreeRssBytes = Interlocked.Read(ref memory._bytes);
                Interlocked.Increment(ref memory._looks);
                return true;
            }

            public void Dispose()
            {
            }
        }
    }
}
