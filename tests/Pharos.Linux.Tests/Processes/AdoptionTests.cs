using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Linux.Daemon;
using Pharos.Linux.Processes;

namespace Pharos.Linux.Tests.Processes;

public sealed class AdoptionTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Theory]
    [InlineData("exit 42", 42, null)]
    [InlineData("kill -TERM $$", null, 15)]
    public void A_process_that_another_one_started_is_adopted_and_its_end_is_told(string end, int? code, int? signal)
    {
        // The shell between us and it is its parent and reaps it, as init would.
        var gate = _box.Dir.At("gate");
        _box.Output(_box.Program("/usr/bin/mkfifo", ["mkfifo", gate]));
        var parent = _box.Start(_box.Shell($"sh -c ': <{gate}; {end}' & echo pid $!; echo ready; wait")).WaitForLine("ready");
        var identity = Identify(parent.Number("pid"));
        var exit = new TaskCompletionSource<ExitStatus>();
        using var adopted = _box.Host.Adopt(identity, parent.Request.Marker, exit.SetResult);
        Assert.NotNull(adopted);
        Assert.InRange(adopted.StartedAt, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.False(exit.Task.IsCompleted);
        using (new FileStream(gate, FileMode.Open, FileAccess.ReadWrite))
            Eventually.True(() => exit.Task.IsCompleted, () => "its end was not told");
        Assert.Equal(new ExitStatus(code, signal), exit.Task.Result);
    }

    [Fact]
    public void An_adopted_process_is_killed_with_its_tree()
    {
        var parent = _box.Start(_box.Shell("sh -c 'setsid sleep 3600 & echo left $!; echo ready; wait' & echo pid $!; wait")).WaitForLine("ready");
        var exit = new TaskCompletionSource<ExitStatus>();
        using var adopted = _box.Host.Adopt(Identify(parent.Number("pid")), parent.Request.Marker + "-none", exit.SetResult);
        Assert.Equal(0, adopted!.KillTree(TimeSpan.FromSeconds(5)));
        Assert.False(TreeTests.IsRunning(parent.Number("left")));
        Eventually.True(() => exit.Task.IsCompleted, () => "its end was not told");
        Assert.Equal(9, exit.Task.Result.Signal);
    }

    [Fact]
    public void The_main_process_of_a_mark_is_found_without_knowing_its_pid_and_a_child_in_a_session_of_its_own_is_not_taken_for_it()
    {
        var main = _box.Start(_box.Shell("setsid sleep 3600 & echo ready; wait")).WaitForLine("ready");
        var found = Assert.Single(_box.Host.FindMarked(), m => m.Marker == main.Request.Marker);
        Assert.Equal(main.Process.Identity, found.Identity);
    }

    [Fact]
    public void A_recycled_pid_is_not_adopted()
    {
        var child = _box.Start(_box.Shell("exec sleep 3600"));
        var identity = child.Process.Identity;
        Assert.Null(_box.Host.Adopt(identity with { StartTicks = identity.StartTicks - 1 }, child.Request.Marker, _ => { }));
        Assert.Null(_box.Host.Adopt(identity with { BootId = "another boot" }, child.Request.Marker, _ => { }));
        child.Process.KillTree(TimeSpan.FromSeconds(5));
        child.WaitForExit();
        Assert.Null(_box.Host.Adopt(identity, child.Request.Marker, _ => { }));
    }

    [Fact]
    public void A_process_that_ended_and_that_nobody_reaped_yet_is_adopted_and_how_it_ended_is_told_at_once()
    {
        var parent = _box.Start(_box.Shell("exec 3>&1; sh -c 'echo pid $$; exit 3' & exec sleep 3600"));
        Eventually.True(() => parent.Output.Contains("pid ", StringComparison.Ordinal), () => parent.Output);
        var pid = parent.Number("pid");
        Eventually.True(() => File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal), () => "no zombie");
        var exit = new TaskCompletionSource<ExitStatus>();
        using var adopted = _box.Host.Adopt(Identify(pid), parent.Request.Marker, exit.SetResult);
        Eventually.True(() => exit.Task.IsCompleted, () => "its end was not told");
        Assert.Equal(new ExitStatus(3, null), exit.Task.Result);
    }

    [Fact]
    public void What_outlives_its_main_process_is_counted_and_killed_by_its_mark()
    {
        var main = _box.Start(_box.Shell("setsid sleep 3600 & echo left $!; echo ready")).WaitForLine("ready");
        main.WaitForExit();
        using var remains = _box.Host.Remains(main.Process.Identity, main.Request.Marker);
        Assert.Equal(1, remains.CountSurvivors());
        Assert.Equal(0, remains.KillTree(TimeSpan.FromSeconds(5)));
        Assert.Equal(0, remains.CountSurvivors());
        Assert.False(TreeTests.IsRunning(main.Number("left")));
    }

    [Fact]
    public void A_pidfd_tells_how_its_process_ended_after_somebody_else_reaped_it()
    {
        var gate = _box.Dir.At("gate");
        _box.Output(_box.Program("/usr/bin/mkfifo", ["mkfifo", gate]));
        var parent = _box.Start(_box.Shell($"sh -c ': <{gate}; exit 42' & echo pid $!; echo ready; wait")).WaitForLine("ready");
        var pid = parent.Number("pid");
        using var pidfd = new Fd(Libc.pidfd_open(pid));
        Assert.Null(PidfdInfo.WaitStatus(pidfd));
        using (new FileStream(gate, FileMode.Open, FileAccess.ReadWrite))
            Eventually.True(() => !Directory.Exists($"/proc/{pid}"), () => "not reaped");
        Assert.Equal(Environment.OSVersion.Version >= new Version(6, 15) ? 42 << 8 : null, PidfdInfo.WaitStatus(pidfd));
    }

    private static ProcessIdentity Identify(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return new ProcessIdentity(pid, long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19]), BootInfo.BootId);
    }
}
