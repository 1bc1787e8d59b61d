using System.Collections.Concurrent;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Linux.Cgroups;
using Pharos.Linux.Daemon;
using Pharos.Linux.Processes;

namespace Pharos.Linux.Tests.Cgroups;

/// <summary>A machine without a writable control group.</summary>
public sealed class FallbackTests : IDisposable
{
    private static readonly ResourceSpec All = new() { MemoryBytes = 256 * 1024 * 1024, CpuPercent = 50, Tasks = 4000 };

    private readonly ConcurrentQueue<string> _said = new();
    private readonly Sandbox _box;

    public FallbackTests() => _box = new Sandbox(new ProcessHost(new GroupKeeper(_said.Enqueue, CgroupLayout.None)));

    public void Dispose() => _box.Dispose();

    [Fact]
    public void Memory_is_limited_by_address_space_and_what_cannot_be_had_is_said_once()
    {
        var request = _box.Shell("ulimit -v; while [ ! -e go ]; do sleep 0.02; done") with { Resources = new ResourceGroup("x", All) };
        var child = _box.Start(request);
        child.WaitForLine("262144"); // kilobytes
        Assert.Contains(new LimitInForce(LimitInForce.Memory, 256 * 1024 * 1024, "rlimit"), child.Process.LimitsInForce);
        Assert.DoesNotContain(child.Process.LimitsInForce, l => l.Resource == LimitInForce.Cpu);
        _ = _box.Start(request with { Marker = "again" });
        var line = Assert.Single(_said);
        Assert.StartsWith($"{request.Key}: no control group is writable for memory: the address space of each of its processes is limited instead; cpu: not limited to 50 %; tasks: ", line);
    }

    [Fact]
    public void Roots_tasks_are_not_counted_and_that_is_said()
    {
        if (!SelfIdentity.IsRoot)
            return; // any other user's are
        var request = _box.Shell("exec sleep 3600") with { Resources = new ResourceGroup("x", new() { Tasks = 5 }) };
        Assert.Empty(_box.Start(request).Process.LimitsInForce);
        Assert.EndsWith("tasks: not limited, since the kernel does not count root's", Assert.Single(_said));
    }

    [Fact]
    public void Another_users_tasks_are_limited_by_number()
    {
        if (!SelfIdentity.IsRoot)
            return; // needs the right to change users
        var request = _box.Program("/bin/bash", ["bash", "-c", "ulimit -u; exec sleep 3600"]) with { User = "daemon", Resources = new ResourceGroup("x", All) };
        var child = _box.Start(request with { Cwd = "/" });
        child.WaitForLine("4000");
        Assert.Contains(new LimitInForce(LimitInForce.Tasks, 4000, "rlimit"), child.Process.LimitsInForce);
    }

    [Fact]
    public void The_apps_own_limit_stands_above_the_stand_in()
    {
        var request = _box.Shell("ulimit -v; exec sleep 3600") with { Limits = [new ResourceLimit("as", 1 << 30, 1 << 30)], Resources = new ResourceGroup("x", new() { MemoryBytes = 1 << 20 }) };
        var child = _box.Start(request);
        child.WaitForLine("1048576");
        Assert.Empty(child.Process.LimitsInForce);
    }
}
