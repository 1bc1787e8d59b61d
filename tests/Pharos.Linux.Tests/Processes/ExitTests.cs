using Pharos.Core.Lifecycle;

namespace Pharos.Linux.Tests.Processes;

public sealed class ExitTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void An_exit_code_is_told() =>
        Assert.Equal(new ExitStatus(42, null), _box.Start(_box.Verb("exits-with", "42")).WaitForExit());

    [Fact]
    public void A_deadly_signal_is_told()
    {
        var child = _box.Start(_box.Shell("echo ready; exec sleep 3600")).WaitForLine("ready");
        child.Process.SignalTree(15);
        Assert.Equal(new ExitStatus(null, 15), child.WaitForExit());
    }

    [Fact]
    public void Three_hundred_children_that_end_together_are_reaped_with_their_own_codes_by_one_thread()
    {
        // A FIFO opened for reading makes its opener wait for a writer: one writer, and all go at once.
        var gate = _box.Dir.At("gate");
        _box.Output(_box.Program("/usr/bin/mkfifo", ["mkfifo", gate]));
        var before = ThreadsNamed("reap");
        var children = Enumerable.Range(0, 300).Select(i => _box.Start(_box.Shell($": <{gate}; exit {i % 256}"))).ToList();
        var threads = ThreadsNamed("reap");
        using (new FileStream(gate, FileMode.Open, FileAccess.ReadWrite))
            Assert.All(children.Index(), c => Assert.Equal(new ExitStatus(c.Index % 256, null), c.Item.WaitForExit()));
        Assert.All(children, c => Assert.False(Directory.Exists($"/proc/{c.Pid}"), "a zombie was left"));
        // Tests that run beside this one have a reaper each; one thread for each child would be 300.
        Assert.InRange(threads, 1, before + 20);
    }

    [Fact]
    public void System_Diagnostics_Process_keeps_its_own_children()
    {
        var ours = Enumerable.Range(0, 20).Select(i => _box.Start(_box.Shell($"exit {i}"))).ToList();
        for (var i = 0; i < 20; i++)
        {
            using var theirs = System.Diagnostics.Process.Start("/bin/sh", ["-c", $"exit {i + 100}"]);
            theirs.WaitForExit();
            Assert.Equal(i + 100, theirs.ExitCode);
        }

        Assert.All(ours.Index(), c => Assert.Equal(c.Index, c.Item.WaitForExit().Code));
    }

    private static int ThreadsNamed(string name) =>
        Directory.GetDirectories("/proc/self/task").Count(t => File.ReadAllText(t + "/comm").Trim() == name);
}
