using Pharos.Core.Lifecycle;
using Pharos.Linux.Processes;

namespace Pharos.Linux.Tests.Processes;

public sealed class OomTests : IDisposable
{
    private const string MemoryGroups = "/sys/fs/cgroup/memory";

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

    [Fact]
    public void A_process_that_the_kernel_took_for_its_memory_is_told_apart()
    {
        var group = $"{MemoryGroups}/pharos-test-{Environment.ProcessId}";
        if (!TryMakeGroup(group))
            return; // needs root and a version 1 memory controller; the parsing above is tested everywhere
        try
        {
            var script = $"echo $$ >{group}/cgroup.procs && exec tail /dev/zero"; // tail keeps what it reads until a line ends
            var child = _box.Start(_box.Shell(script));
            Assert.Equal(new ExitStatus(null, 9, OomKilled: true), child.WaitForExit());
        }
        finally
        {
            Eventually.True(() => TryRemove(group), () => $"{group} is still in use");
        }
    }

    private static bool TryMakeGroup(string group)
    {
        try
        {
            if (!Directory.Exists(MemoryGroups) || !File.Exists("/dev/kmsg"))
                return false;
            Directory.CreateDirectory(group);
            File.WriteAllText(group + "/memory.limit_in_bytes", "33554432");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool TryRemove(string group)
    {
        try
        {
            Directory.Delete(group);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
