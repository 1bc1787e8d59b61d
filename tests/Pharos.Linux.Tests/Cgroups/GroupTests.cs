using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Linux.Cgroups;
using Pharos.Linux.Processes;

namespace Pharos.Linux.Tests.Cgroups;

/// <summary>Real groups, where this machine lets us make them: root with version 1, or a delegated subtree of version 2.</summary>
public sealed class GroupTests : IDisposable
{
    private const long Megabyte = 1024 * 1024;

    private readonly string _name = $"test-{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<string> _said = new();
    private readonly CgroupLayout _layout = CgroupLayout.OfThisProcess();
    private readonly Sandbox _box;

    public GroupTests() => _box = new Sandbox(new ProcessHost(_said.Enqueue));

    public void Dispose()
    {
        _box.Dispose();
        Eventually.True(() => Left().Length == 0, () => $"still there: {string.Join(", ", Left())}");
    }

    [Fact]
    public void A_process_over_its_memory_limit_is_an_out_of_memory_kill()
    {
        if (Lacks(Controller.Memory))
            return;
        var child = _box.Start(Limited(_box.Shell("exec tail /dev/zero"), new() { MemoryBytes = 32 * Megabyte })); // tail keeps what it reads until a line ends
        Assert.Equal(new LimitInForce(LimitInForce.Memory, 32 * Megabyte, Means(Controller.Memory)), Assert.Single(child.Process.LimitsInForce));
        var status = child.WaitForExit();
        Assert.Equal(new ExitStatus(null, 9, OomKilled: true), status);
        Assert.Equal(ExitReason.OomKill, status.UnaskedReason());
        Assert.Empty(_said);
    }

    [Fact]
    public void A_child_that_was_killed_for_its_memory_is_a_line_and_not_the_end_of_the_main_process()
    {
        if (Lacks(Controller.Memory))
            return;
        var child = _box.Start(Limited(_box.Shell("tail /dev/zero; echo taken $?; while [ ! -e go ]; do sleep 0.02; done; exit 3"), new() { MemoryBytes = 32 * Megabyte }));
        child.WaitForLine("taken 137");
        Eventually.True(() => !_said.IsEmpty, () => "nothing was said while the main process ran on");
        Assert.Equal($"{child.Request.Key}: the kernel's out-of-memory killer took 1 of its processes, not the main one; its memory limit was reached", Assert.Single(_said));
        File.WriteAllText(_box.Dir.At("go"), "");
        Assert.Equal(new ExitStatus(3, null), child.WaitForExit());
        Assert.Single(_said);
    }

    [Fact]
    public void A_kill_by_hand_within_a_memory_limit_is_no_lack_of_memory()
    {
        if (Lacks(Controller.Memory))
            return;
        var child = _box.Start(Limited(_box.Shell("exec sleep 3600"), new() { MemoryBytes = 32 * Megabyte }));
        child.Process.KillTree(TimeSpan.FromSeconds(5));
        Assert.Equal(new ExitStatus(null, 9), child.WaitForExit());
    }

    [Fact]
    public void A_limit_of_tasks_refuses_the_fork_that_is_one_too_many()
    {
        if (Lacks(Controller.Pids))
            return;
        var child = _box.Start(Limited(_box.Shell("for i in 1 2 3 4 5 6; do sleep 3600 & echo started; done"), new() { Tasks = 4 }));
        Assert.NotEqual(0, child.WaitForExit().Code);
        Assert.Equal(3, child.Output.Split("started").Length - 1);
        Assert.Contains("fork", child.Errors, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(3, _box.Host.SweepLeftovers(child.Request.Marker));
    }

    [Fact]
    public void A_share_of_the_processor_is_kept_to()
    {
        if (Lacks(Controller.Cpu))
            return;
        var child = _box.Start(Limited(_box.Shell("while :; do :; done"), new() { CpuPercent = 20 }));
        Assert.Equal(new LimitInForce(LimitInForce.Cpu, 20, Means(Controller.Cpu)), Assert.Single(child.Process.LimitsInForce));
        var began = Stopwatch.GetTimestamp();
        var before = CpuSeconds(child.Pid);
        Eventually.True(() => CpuSeconds(child.Pid) - before >= 0.4, () => "it uses no time");

        // Two seconds at a fifth of a core. On a busy machine it takes longer, never less.
        Assert.True(Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(1), $"0.4 s of processor time in {Stopwatch.GetElapsedTime(began)}");
    }

    [Fact]
    public void The_group_is_entered_before_the_program_runs()
    {
        if (Lacks(Controller.Memory) || Lacks(Controller.Cpu) || Lacks(Controller.Pids))
            return;
        var all = new ResourceSpec { MemoryBytes = 64 * Megabyte, CpuPercent = 50, Tasks = 20 };
        var groups = _box.Output(Limited(_box.Program("/bin/cat", ["cat", "/proc/self/cgroup"]), all));
        Assert.Equal(_layout.Bases.Count(), groups.Split('\n').Count(l => l.EndsWith($"/pharos-{_name}", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_process_that_left_the_session_and_wiped_its_environment_is_found_by_its_group()
    {
        if (Lacks(Controller.Pids))
            return;
        var child = _box.Start(Limited(_box.Shell("(env -i /usr/bin/setsid /bin/sh -c '/bin/sleep 3600 & echo daemon $!; exit' &); exec sleep 3600"), new() { Tasks = 20 }));
        Eventually.True(() => child.Output.Contains("daemon ", StringComparison.Ordinal), () => child.Errors);
        Eventually.True(() => child.Process.CountSurvivors() == 1, () => $"{child.Process.CountSurvivors()} survivors");
        var daemon = child.Number("daemon");
        Assert.Equal(0, child.Process.KillTree(TimeSpan.FromSeconds(5)));
        Eventually.True(() => ProcessTree.StartOf(daemon) is null, () => "the escaped one lives");
    }

    [Fact]
    public void An_adopted_process_is_still_in_its_group()
    {
        if (Lacks(Controller.Memory) || Lacks(Controller.Pids))
            return;
        var child = _box.Start(Limited(_box.Shell("while [ ! -e go ]; do sleep 0.02; done; exec tail /dev/zero"), new() { MemoryBytes = 32 * Megabyte, Tasks = 9 }));
        using var next = new ProcessHost(_said.Enqueue);
        var exit = new TaskCompletionSource<ExitStatus>();
        using var adopted = next.Adopt(child.Process.Identity, child.Request.Marker, exit.SetResult)!;
        Assert.Equal(
            [new LimitInForce(LimitInForce.Memory, 32 * Megabyte, Means(Controller.Memory)), new LimitInForce(LimitInForce.Tasks, 9, Means(Controller.Pids))], adopted.LimitsInForce);
        File.WriteAllText(_box.Dir.At("go"), "");
        Eventually.True(() => exit.Task.IsCompleted, () => "it lives");
        Assert.True(exit.Task.Result.OomKilled || child.WaitForExit().OomKilled); // of the two hosts one reaps it, the other may not know how it ended
    }

    [Fact]
    public void What_a_killed_daemon_left_is_removed_by_the_next_sweep()
    {
        if (Lacks(Controller.Memory))
            return;
        var left = $"{_layout.PlaceOf(Controller.Memory)!.Directory}/pharos-{_name}";
        Directory.CreateDirectory(left);
        _box.Host.SweepLeftovers("no-such-mark");
        Assert.False(Directory.Exists(left));
    }

    [Fact]
    public void What_a_process_left_in_its_group_is_swept_whatever_it_did_to_its_environment()
    {
        if (Lacks(Controller.Pids))
            return;
        var child = _box.Start(Limited(_box.Shell("(env -i /usr/bin/setsid /bin/sleep 3600 &); exit 0"), new() { Tasks = 20 }));
        child.WaitForExit();
        Assert.Single(Left());
        Assert.Equal(1, _box.Host.SweepLeftovers(child.Request.Marker));
        Assert.Empty(Left());
    }

    [Fact]
    public void The_group_of_an_instance_is_taken_again_while_something_is_left_in_it()
    {
        if (Lacks(Controller.Pids))
            return;
        var first = _box.Start(Limited(_box.Shell("(env -i /usr/bin/setsid /bin/sleep 3600 &); exit 0"), new() { Tasks = 20 }));
        first.WaitForExit();
        var second = _box.Start(Limited(_box.Shell("exec sleep 3600"), new() { Tasks = 30 }));
        Assert.Equal(30, Assert.Single(second.Process.LimitsInForce).Value);
        second.Process.KillTree(TimeSpan.FromSeconds(5)); // takes what the first one left with it
        second.WaitForExit();
    }

    [Fact]
    public void A_limit_that_the_kernel_refuses_is_a_refusal_that_leaves_nothing()
    {
        if (Lacks(Controller.Pids))
            return;
        var refused = _box.Host.Spawn(Limited(_box.Shell("exit 0"), new() { Tasks = -5 }), _ => { }).Refused;
        Assert.StartsWith("cannot limit what it may use: write -5 to ", refused?.Message);
    }

    private LaunchRequest Limited(LaunchRequest request, ResourceSpec limits) => request with { Resources = new ResourceGroup(_name, limits) };

    private bool Lacks(Controller controller) => _layout.PlaceOf(controller) is null;

    private string Means(Controller controller) => _layout.PlaceOf(controller)!.IsV2 ? "cgroup v2" : "cgroup v1";

    private string[] Left() => [.. _layout.Bases.Select(b => $"{b}/pharos-{_name}").Where(Directory.Exists)];

    private static double CpuSeconds(int pid)
    {
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(')')[1].Split(' ');
        return (long.Parse(fields[12], CultureInfo.InvariantCulture) + long.Parse(fields[13], CultureInfo.InvariantCulture)) / 100.0;
    }
}
