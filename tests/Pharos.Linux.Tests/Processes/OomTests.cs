using Pharos.Core.Lifecycle;
using Pharos.Linux.Processes;

namespace Pharos.Linux.Tests.Processes;

public sealed class OomTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Theory]
    [InlineData("3,1,2,-;Out of memory: Killed process 123 (node) total-vm:1kB", 123)]
    [InlineData("3,1,2,-;Memory cgroup out of memory: Killed process 77 (a b) total-vm:1kB", 77)]
    [InlineData("3,1,2,-;app: Killed process 5 (x)", null)]
    [InlineData("3,1,2,-;Out of memory: nothing to kill", null)]
    public void The_kernels_log_names_whom_it_took(string record, int? pid) =>
        Assert.Equal(pid, OomKills.VictimOf(System.Text.Encoding.ASCII.GetBytes(record)));

    [Fact]
    public void A_kill_by_hand_is_no_lack_of_memory()
    {
        var child = _box.Start(_box.Shell("exec sleep 3600"));
        child.Process.KillTree(TimeSpan.FromSeconds(5));
        Assert.Equal(new ExitStatus(null, 9), child.WaitForExit());
    }
}
