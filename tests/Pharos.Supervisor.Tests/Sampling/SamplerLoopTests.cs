using Pharos.Core.Ports;
using Pharos.Supervisor.Sampling;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.Sampling;

public sealed class SamplerLoopTests
{
    [Fact]
    public async Task Who_looks_at_old_numbers_waits_for_a_pass_that_begins_then()
    {
        var time = new ManualTime();
        time.Advance(TimeSpan.FromMinutes(1));
        var sampler = new Counting();
        using var stats = new SupervisorStats();
        using var loop = new SamplerLoop(sampler, () => [], stats, time, TimeSpan.FromHours(1), _ => { });
        await loop.FreshenAsync().WaitAsync(Eventually.DefaultDeadline);
        Assert.True(loop.FreshenAsync().IsCompleted);

        time.Advance(TimeSpan.FromSeconds(5));
        var passes = sampler.Passes;
        await loop.FreshenAsync().WaitAsync(Eventually.DefaultDeadline);
        Assert.True(sampler.Passes > passes);
    }

    [Fact]
    public void Nobody_waits_where_the_numbers_are_always_new()
    {
        using var stats = new SupervisorStats();
        using var loop = new SamplerLoop(new Counting(), () => [], stats, TimeProvider.System, TimeSpan.FromSeconds(1), _ => { });
        Assert.True(loop.FreshenAsync().IsCompleted);
    }

    private sealed class Counting : IProcessSampler
    {
        private int _passes;

        public int Passes => Volatile.Read(ref _passes);

        public ISampledProcess? Open(int pid) => null;

        public void RefreshTrees() => Interlocked.Increment(ref _passes);
    }
}
