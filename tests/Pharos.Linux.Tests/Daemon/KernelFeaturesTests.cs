using Pharos.Linux.Cgroups;
using Pharos.Linux.Daemon;

namespace Pharos.Linux.Tests.Daemon;

public sealed class KernelFeaturesTests
{
    [Fact]
    public void What_a_probe_finds_is_what_is_used()
    {
        var found = KernelFeatures.Probe();
        Assert.True(found.Pidfd, "nothing here works without it");
        var groups = CgroupLayout.OfThisProcess();
        Assert.Equal([Of(Controller.Memory), Of(Controller.Cpu), Of(Controller.Pids)], [found.Memory, found.Cpu, found.Tasks]);

        CgroupVersion Of(Controller controller) => groups.PlaceOf(controller) is { } place ? place.IsV2 ? CgroupVersion.V2 : CgroupVersion.V1 : CgroupVersion.None;
    }

    [Fact]
    public void Looking_leaves_no_descriptor_open()
    {
        KernelFeatures.Probe();
        var before = Pidfds();
        for (var i = 0; i < 10; i++)
            KernelFeatures.Probe();
        Assert.InRange(Pidfds(), 0, before + 5); // other tests hold some too
    }

    // "anon_inode:[pidfd]", and "pidfd:[…]" since Linux 6.9.
    private static int Pidfds() => new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Count(f => f.LinkTarget?.Contains("pidfd", StringComparison.Ordinal) == true);
}
