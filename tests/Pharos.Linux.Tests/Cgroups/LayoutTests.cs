using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Linux.Cgroups;

namespace Pharos.Linux.Tests.Cgroups;

/// <summary>Layouts of other machines, as folders that look like theirs.</summary>
public sealed class LayoutTests : IDisposable
{
    private readonly TempDir _dir = new();

    public void Dispose() => _dir.Dispose();

    private string Root => _dir.Root;

    [Fact]
    public void Version_1_groups_are_made_in_the_own_group_of_each_hierarchy()
    {
        Group("memory/user/app");
        Group("cpu,cpuacct");
        Group("pids");
        var layout = Layout("4:memory:/user/app\n3:cpu,cpuacct:/\n2:pids:/elsewhere\n1:name=systemd:/x", V1("memory"), V1("cpu,cpuacct"), V1("pids"), Mount("systemd", "cgroup", "rw,name=systemd"));
        Assert.Equal(new ControllerPlace($"{Root}/memory/user/app", IsV2: false), layout.PlaceOf(Controller.Memory));
        Assert.Equal(new ControllerPlace($"{Root}/cpu,cpuacct", IsV2: false), layout.PlaceOf(Controller.Cpu));
        Assert.Equal(new ControllerPlace($"{Root}/pids", IsV2: false), layout.PlaceOf(Controller.Pids)); // the group is not to be seen from here
    }

    [Fact]
    public void A_container_that_sees_its_own_part_only_begins_there()
    {
        Group("memory/mine");
        var layout = Layout("4:memory:/docker/abc/mine", Mount("memory", "cgroup", "rw,memory", root: "/docker/abc"));
        Assert.Equal($"{Root}/memory/mine", layout.PlaceOf(Controller.Memory)!.Directory);
    }

    [Fact]
    public void A_mount_point_with_a_blank_in_it_is_read()
    {
        Group("my memory");
        Assert.Equal($"{Root}/my memory", Layout("4:memory:/", Mount("my\\040memory", "cgroup", "rw,memory")).PlaceOf(Controller.Memory)!.Directory);
    }

    [Fact]
    public void A_service_of_our_own_is_divided_and_the_daemon_moves_into_a_leaf()
    {
        V2("", "cpu memory pids", "cpu memory pids", 1);
        V2("svc", "cpu memory pids", "", 42);
        var layout = Layout("0::/svc", Unified(), ours: [42]);
        Assert.Equal(new ControllerPlace($"{Root}/svc", IsV2: true), layout.PlaceOf(Controller.Memory));

        // Folders are no kernel: a file keeps the last pid that was written. That the loop ends all the same is part of the test.
        Assert.Empty(layout.Unified!.Enable([Controller.Memory]));
        Assert.Equal("42", Read("svc/pharos-daemon/cgroup.procs"));
        Assert.Equal("+memory", Read("svc/cgroup.subtree_control"));
    }

    [Fact]
    public void A_daemon_that_is_in_the_leaf_already_divides_the_group_above()
    {
        V2("svc", "cpu memory pids", "memory");
        V2("svc/pharos-daemon", "memory", "", 42);
        Assert.Equal($"{Root}/svc", Layout("0::/svc/pharos-daemon", Unified(), ours: [42]).PlaceOf(Controller.Memory)!.Directory);
    }

    [Fact]
    public void A_group_with_strangers_in_it_is_left_alone_and_the_delegated_one_above_taken()
    {
        V2("user", "cpu memory pids", "memory pids");
        V2("user/terminal", "memory pids", "", 42, 43);
        var layout = Layout("0::/user/terminal", Unified(), ours: [42]);
        Assert.Equal($"{Root}/user", layout.PlaceOf(Controller.Cpu)!.Directory);
        Assert.Equal($"{Root}/user", layout.PlaceOf(Controller.Memory)!.Directory);
    }

    [Fact]
    public void Where_strangers_are_everywhere_there_is_no_place()
    {
        V2("", "cpu memory pids", "", 1, 42); // of a container: a root that has a type is none
        var layout = Layout("0::/", Unified(), ours: [42]);
        Assert.Null(layout.PlaceOf(Controller.Memory));
        Assert.Empty(layout.Bases);
    }

    [Fact]
    public void The_real_root_may_have_processes()
    {
        V2("", "cpu memory pids", "", 1, 42);
        File.Delete($"{Root}/cgroup.type");
        Assert.Equal(new ControllerPlace(Root, IsV2: true), Layout("0::/", Unified(), ours: []).PlaceOf(Controller.Pids));
    }

    [Fact]
    public void A_hybrid_machine_has_some_of_each()
    {
        Group("memory");
        V2("", "pids", "pids");
        var layout = Layout("4:memory:/\n0::/", V1("memory"), Unified());
        Assert.Equal(new ControllerPlace($"{Root}/memory", IsV2: false), layout.PlaceOf(Controller.Memory));
        Assert.Equal(new ControllerPlace(Root, IsV2: true), layout.PlaceOf(Controller.Pids));
        Assert.Null(layout.PlaceOf(Controller.Cpu));
    }

    [Fact]
    public void A_read_only_hierarchy_is_no_place()
    {
        Group("memory");
        File.Delete($"{Root}/memory/cgroup.procs");
        Assert.Null(Layout("4:memory:/", V1("memory")).PlaceOf(Controller.Memory));
    }

    [Fact]
    public void Version_2_limits_are_written_and_read_back()
    {
        V2("", "cpu memory pids", "cpu memory pids");
        var group = InstanceGroup.Plan(Layout("0::/", Unified()), new ResourceGroup("a.b", new ResourceSpec { MemoryBytes = 1 << 20, CpuPercent = 150, Tasks = 7 }));
        group.Make(new ResourceSpec { MemoryBytes = 1 << 20, CpuPercent = 150, Tasks = 7 });
        Assert.Equal([$"{Root}/pharos-a.b"], group.Directories);
        Assert.Equal(("1048576", "0", "150000 100000", "7"), (Read("pharos-a.b/memory.max"), Read("pharos-a.b/memory.swap.max"), Read("pharos-a.b/cpu.max"), Read("pharos-a.b/pids.max")));
        Assert.Equal([("memory", 1 << 20), ("cpu", 150), ("tasks", 7)], group.InForce().Select(l => (l.Resource, l.Value)));
        Assert.All(group.InForce(), l => Assert.Equal("cgroup v2", l.Means));
        File.WriteAllText($"{Root}/pharos-a.b/memory.events", "low 0\noom 3\noom_kill 2\noom_group_kill 0\n");
        Assert.Equal(2, group.OomKills());
        Assert.Equal(0, group.TryEnter(77));
        Assert.Equal([77], group.Processes());
    }

    [Fact]
    public void Version_1_counts_its_kills_in_another_file()
    {
        Group("memory");
        var limits = new ResourceSpec { MemoryBytes = 1 << 20 };
        var group = InstanceGroup.Plan(Layout("4:memory:/", V1("memory")), new ResourceGroup("x", limits));
        group.Make(limits);
        File.WriteAllText($"{Root}/memory/pharos-x/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n");
        Assert.Equal(5, group.OomKills());
        Assert.Equal(("1048576", "1048576"), (Read("memory/pharos-x/memory.limit_in_bytes"), Read("memory/pharos-x/memory.memsw.limit_in_bytes")));
    }

    private CgroupLayout Layout(string groups, params string[] mounts) => CgroupLayout.Of(string.Join('\n', mounts), groups, _ => false);

    private CgroupLayout Layout(string groups, string mount, int[] ours) => CgroupLayout.Of(mount, groups, ours.Contains);

    private string V1(string controllers) => Mount(controllers, "cgroup", "rw," + controllers);

    private string Unified() => $"41 31 0:38 / {Root} rw shared:9 - cgroup2 cgroup2 rw,nsdelegate";

    private string Mount(string at, string type, string options, string root = "/") => $"36 31 0:33 {root} {Root}/{at} rw,relatime shared:1 master:2 - {type} {type} {options}";

    private void Group(string path)
    {
        Directory.CreateDirectory($"{Root}/{path}");
        for (var at = $"{Root}/{path}"; at.Length >= Root.Length; at = Path.GetDirectoryName(at)!)
            File.WriteAllText($"{at}/cgroup.procs", "");
    }

    private void V2(string path, string controllers, string enabled, params int[] processes)
    {
        var directory = path.Length == 0 ? Root : $"{Root}/{path}";
        Group(path);
        File.WriteAllText($"{directory}/cgroup.controllers", controllers + "\n");
        File.WriteAllText($"{directory}/cgroup.subtree_control", enabled);
        File.WriteAllText($"{directory}/cgroup.type", "domain\n");
        File.WriteAllText($"{directory}/cgroup.procs", string.Join('\n', processes));
    }

    private string Read(string file) => File.ReadAllText($"{Root}/{file}");
}
