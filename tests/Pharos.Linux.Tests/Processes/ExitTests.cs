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
        using (File.Create(_box.Dir.At("start")))
        {
        }

        var go = _box.Dir.At("go");
        var children = Enumerable.Range(0, 300).Select(i => _box.Start(_box.Shell($"while [ ! -e {go} ]; do sleep 0.2; done; exit {i % 256}"))).ToList();
        var threads = Directory.GetDirectories("/proc/self/task").Count(t => File.ReadAllText(t + "/comm").Trim() == "reap");
        File.WriteAllText(go, "");
        Assert.All(children.Index(), c => Assert.Equal(new ExitStatus(c.Index % 256, null), c.Item.WaitForExit()));
        Assert.All(children, c => Assert.False(Directory.Exists($"/proc/{c.Pid}"), "a zombie was left"));
        Assert.InRange(threads, 1, Environment.ProcessorCount * 2); // one for each host; other tests have hosts of their own
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
}
