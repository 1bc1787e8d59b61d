using Pharos.Core.Ports;
using Pharos.Linux.Sampling;

namespace Pharos.Linux.Tests.Sampling;

public sealed class ProcSamplerTests : IDisposable
{
    private readonly Sandbox _box = new();
    private readonly ProcSampler _sampler = new();

    public void Dispose()
    {
        _sampler.Dispose();
        _box.Dispose();
    }

    [Fact]
    public void A_sample_says_what_the_process_does()
    {
        var path = _box.Dir.At("written");
        var child = _box.Start(_box.Shell($"ulimit -n 123; exec 5</dev/null 6</dev/null; i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; head -c 100000 /dev/zero >{path}; echo ready; read x <{_box.Dir.At("none")}; exec sleep 3600")).WaitForLine("ready");
        using var process = _sampler.Open(child.Pid);
        var sample = default(ProcessSample);
        Eventually.True(() => process!.TryRead(ref sample) && sample.FileDescriptors <= 5, () => $"{sample.FileDescriptors} descriptors");
        Assert.Equal((5, 123), (sample.FileDescriptors, sample.FileDescriptorLimit));
        Assert.InRange(sample.CpuUserSeconds, 0.02, 60);
        Assert.InRange(sample.CpuSystemSeconds, 0, 60);
        Assert.InRange(sample.RssBytes, 100_000, 100_000_000);
        Assert.InRange(sample.VirtualBytes, sample.RssBytes, long.MaxValue);
        Assert.Equal(1, sample.Threads);
        Assert.InRange(sample.MinorFaults, 10, long.MaxValue);
        Assert.InRange(sample.VoluntarySwitches, 1, long.MaxValue);
        Assert.InRange(sample.InvoluntarySwitches, 0, long.MaxValue);
        Assert.InRange(sample.DiskReadBytes, 0, long.MaxValue);
        Assert.InRange(sample.DiskWriteBytes, 0, long.MaxValue);
        Assert.Equal((1, sample.RssBytes), (sample.TreeProcesses, sample.TreeRssBytes));
    }

    [Fact]
    public void A_tree_is_summed_up_also_over_a_double_fork_within_the_session()
    {
        var child = _box.Start(_box.Shell("sleep 3600 & sleep 3600 & sh -c 'sleep 3600 &'; echo ready; wait")).WaitForLine("ready");
        var alone = _box.Start(_box.Shell("echo ready; exec sleep 3600")).WaitForLine("ready");
        using var tree = _sampler.Open(child.Pid);
        using var single = _sampler.Open(alone.Pid);
        var sample = default(ProcessSample);
        Eventually.True(
            () =>
            {
                _sampler.RefreshTrees();
                return tree!.TryRead(ref sample) && sample.TreeProcesses == 4;
            },
            () => $"{sample.TreeProcesses} processes");
        Assert.InRange(sample.TreeRssBytes, sample.RssBytes + 300_000, sample.RssBytes * 10);
        Assert.True(single!.TryRead(ref sample));
        Assert.Equal(1, sample.TreeProcesses);
    }

    [Fact]
    public void A_process_that_is_gone_has_no_samples()
    {
        var child = _box.Start(_box.Shell("exec sleep 3600"));
        using var process = _sampler.Open(child.Pid);
        var sample = default(ProcessSample);
        Assert.True(process!.TryRead(ref sample));
        child.Process.KillTree(TimeSpan.FromSeconds(5));
        child.WaitForExit();
        Assert.False(process.TryRead(ref sample));
        Assert.Null(_sampler.Open(child.Pid));
        _sampler.RefreshTrees();
    }

    [Fact]
    public void Sampling_allocates_nothing()
    {
        var children = Enumerable.Range(0, 5).Select(_ => _box.Start(_box.Shell("sleep 3600"))).ToList();
        var processes = children.ConvertAll(c => _sampler.Open(c.Pid)!);
        // The table grows when the machine has more processes than ever before, and other tests start some meanwhile: that happens to one
        // round or two. What is allocated with every sample would show in every round.
        var allocated = new List<long>();
        for (var round = 0; round < 10; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 20; i++)
                SampleAll();
            allocated.Add(GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Contains(0L, allocated);

        void SampleAll()
        {
            _sampler.RefreshTrees();
            var sample = default(ProcessSample);
            foreach (var process in processes)
                Assert.True(process.TryRead(ref sample));
        }
    }

    [Fact]
    public void What_may_not_be_read_is_minus_one_and_no_error()
    {
        using var init = _sampler.Open(1);
        var sample = default(ProcessSample);
        Assert.True(init!.TryRead(ref sample));
        Assert.Equal(IsReadable("/proc/1/io"), sample.DiskReadBytes >= 0);
        Assert.Equal(IsReadable("/proc/1/io"), sample.DiskWriteBytes >= 0);
        Assert.InRange(sample.RssBytes, 1, long.MaxValue);
    }

    [Fact]
    public void A_name_with_brackets_and_blanks_does_not_confuse_a_stat_line()
    {
        Assert.True(StatLine.TryParse("7 (a) R (b c) S 3 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 1234 4096 10 184467"u8, out var line));
        Assert.Equal((7, (byte)'S', 3, 7, 9, 1234L, 4096L), (line.Pid, line.State, line.Parent, line.Session, line.Threads, line.StartTicks, line.VirtualBytes));
        Assert.Equal((1L, 3L, 5L, 6L), (line.MinorFaults, line.MajorFaults, line.UserTicks, line.SystemTicks));
        Assert.False(StatLine.TryParse("7 (a) R 1"u8, out _));
        Assert.False(StatLine.TryParse(""u8, out _));
    }

    private static bool IsReadable(string path)
    {
        try
        {
            return File.ReadAllText(path).Length > 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
