using System.Diagnostics;

namespace Pharos.Linux.Tests.Processes;

public sealed class TreeTests : IDisposable
{
    private static readonly string[] Roles = ["root", "child", "grandchild", "setsid", "deaf", "orphan"];

    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void Of_a_family_of_six_none_survives_KillTree()
    {
        var family = _box.Start(_box.Verb("leaves-grandchildren")).WaitForLine("ready");
        var pids = Roles.Select(family.Number).ToArray();
        Assert.All(pids, pid => Assert.True(IsRunning(pid)));
        Assert.Equal(0, family.Process.KillTree(TimeSpan.FromSeconds(5)));
        Assert.All(pids, pid => Assert.False(IsRunning(pid)));
        Assert.Equal(9, family.WaitForExit().Signal);
    }

    [Fact]
    public void A_parent_that_waits_for_its_child_is_killed_before_it_can_exit_by_itself()
    {
        for (var i = 0; i < 20; i++)
        {
            var child = _box.Start(_box.Shell("sleep 3600 & echo ready; wait; exit 0")).WaitForLine("ready");
            Assert.Equal(0, child.Process.KillTree(TimeSpan.FromSeconds(5)));
            Assert.Equal(9, child.WaitForExit().Signal);
        }
    }

    [Fact]
    public void A_polite_signal_reaches_all_of_the_family_and_only_the_deaf_one_stays()
    {
        var family = _box.Start(_box.Verb("leaves-grandchildren")).WaitForLine("ready");
        var pids = Roles.ToDictionary(r => r, family.Number);
        family.Process.SignalTree(15);
        Assert.Equal(15, family.WaitForExit().Signal);
        Eventually.True(() => pids.Count(p => IsRunning(p.Value)) == 1, () => string.Join(' ', pids.Where(p => IsRunning(p.Value))));
        Assert.True(IsRunning(pids["deaf"]));
        Assert.Equal(0, family.Process.KillTree(TimeSpan.FromSeconds(5)));
        Assert.False(IsRunning(pids["deaf"]));
    }

    [Fact]
    public void A_child_that_ignores_SIGTERM_and_SIGINT_is_killed()
    {
        var deaf = _box.Start(_box.Verb("ignores-sigterm")).WaitForLine("ready");
        deaf.Process.SignalTree(15);
        deaf.Process.SignalTree(2);
        Assert.False(deaf.Exit.Wait(100));
        Assert.Equal(0, deaf.Process.KillTree(TimeSpan.FromSeconds(5)));
        Assert.Equal(9, deaf.WaitForExit().Signal);
    }

    [Fact]
    public void What_an_instance_leaves_behind_is_swept_by_its_mark_and_nothing_else_is()
    {
        var other = _box.Start(_box.Shell("setsid sleep 3600 & echo left $!; echo ready; wait")).WaitForLine("ready");
        var gone = _box.Start(_box.Shell("setsid sleep 3600 & echo left $!; sleep 3600 & echo also $!"));
        gone.WaitForExit();
        int[] left = [gone.Number("left"), gone.Number("also")];
        Assert.All(left, pid => Assert.True(IsRunning(pid)));
        Assert.Equal(2, _box.Host.SweepLeftovers(gone.Request.Marker));
        Assert.All(left, pid => Assert.False(IsRunning(pid)));
        Assert.True(IsRunning(other.Number("left")));
        Assert.Equal(0, _box.Host.SweepLeftovers(gone.Request.Marker));
    }

    [Theory]
    [InlineData("setsid sleep 3600 & echo left $!")]
    [InlineData("(sh -c 'setsid sleep 3600 & echo left $!')")]
    [InlineData("for i in 1 2 3 4 5 6 7 8 9 10; do sh -c 'for j in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do (exit 0); done'; done; setsid sleep 3600 & echo left $!")]
    public void What_a_process_of_a_moment_leaves_behind_is_swept_too(string script)
    {
        var gone = _box.Start(_box.Shell(script));
        gone.WaitForExit();
        var left = gone.Number("left");
        Eventually.True(() => File.ReadAllText($"/proc/{left}/environ").Length > 0, () => "it did not get to its program");
        Assert.Equal(1, _box.Host.SweepLeftovers(gone.Request.Marker, gone.Process.Identity));
        Assert.False(IsRunning(left));
        Assert.Equal(0, _box.Host.SweepLeftovers(gone.Request.Marker, gone.Process.Identity));
    }

    [Fact]
    public void Of_one_that_left_nothing_nothing_is_swept_whatever_else_was_started_since()
    {
        var gone = _box.Start(_box.Shell("exit 0"));
        gone.WaitForExit();
        var other = _box.Start(_box.Shell("setsid sleep 3600 & echo left $!; echo ready; wait")).WaitForLine("ready");
        Assert.Equal(0, _box.Host.SweepLeftovers(gone.Request.Marker, gone.Process.Identity));
        Assert.True(IsRunning(other.Number("left")));
    }

    [Fact]
    public void A_leftover_that_cleaned_its_environment_is_found_by_its_session()
    {
        var gone = _box.Start(_box.Shell("env -i sleep 3600 & echo left $!"));
        gone.WaitForExit();
        var left = gone.Number("left");
        Eventually.True(() => File.ReadAllText($"/proc/{left}/environ").Length == 0, () => "env -i did not run");
        Assert.Equal(0, _box.Host.SweepLeftovers(gone.Request.Marker));
        Assert.True(IsRunning(left));
        Assert.Equal(0, gone.Process.KillTree(TimeSpan.FromSeconds(5)));
        Assert.False(IsRunning(left));
    }

    [Fact]
    public void A_tree_that_grows_while_it_is_killed_is_killed_all_the_same()
    {
        // Each generation leaves its session and its parent; the number of living ones stays small.
        File.WriteAllText(_box.Dir.At("grow.sh"), "sleep 0.01; setsid sh grow.sh & setsid sleep 3600 & sleep 3600");
        var root = _box.Start(_box.Shell("echo ready; sh grow.sh")).WaitForLine("ready");
        Eventually.True(() => Marked(root.Request.Marker) > 15, () => "it does not grow");
        Assert.Equal(0, root.Process.KillTree(TimeSpan.FromSeconds(15)));
        Assert.Equal(0, Marked(root.Request.Marker));
    }

    [Fact]
    public void Killing_what_is_dead_already_takes_one_look_at_proc()
    {
        var child = _box.Start(_box.Shell("exit 0"));
        child.WaitForExit();
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 20; i++)
        {
            var began = Stopwatch.GetTimestamp();
            Assert.Equal(0, child.Process.KillTree(TimeSpan.FromSeconds(5)));
            best = TimeSpan.FromTicks(Math.Min(best.Ticks, Stopwatch.GetElapsedTime(began).Ticks));
        }

        // About 20 microseconds a process when the machine is quiet; the bound is for one that is not.
        var processes = Directory.GetDirectories("/proc").Count(d => char.IsAsciiDigit(Path.GetFileName(d)[0]));
        Assert.InRange(best.TotalMilliseconds, 0, 5 + (processes * 0.1));
    }

    [Fact]
    public void A_disposed_process_is_still_reaped_and_its_end_told()
    {
        var child = _box.Start(_box.Shell("exec sleep 3600"));
        child.Process.Dispose();
        child.Process.SignalTree(15); // safe: the reaper holds it until its end
        Assert.Equal(15, child.WaitForExit().Signal);
        child.Process.SignalTree(15);
        Assert.Equal(0, child.Process.KillTree(TimeSpan.Zero));
        Assert.False(Directory.Exists($"/proc/{child.Pid}"));
    }

    /// <summary>Not even /proc shows it as anything but a zombie.</summary>
    internal static bool IsRunning(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static int Marked(string marker) => Directory.GetDirectories("/proc").Count(d =>
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(d)[0]) && File.ReadAllText(d + "/environ").Contains(marker, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });
}
