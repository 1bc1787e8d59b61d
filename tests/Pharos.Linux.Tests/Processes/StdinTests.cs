using System.Text;

namespace Pharos.Linux.Tests.Processes;

public sealed class StdinTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void Lines_are_read_in_order_and_there_is_no_end_between_them()
    {
        var path = _box.Dir.At("in");
        var child = _box.Start(_box.Shell("while read -r line; do echo \"got $line\"; [ \"$line\" = bye ] && exit 0; done; echo end; exit 1") with { StdinPath = path });
        Assert.Null(_box.Host.WriteInput(path, "one\n"u8));
        Eventually.True(() => child.Output == "got one\n", () => child.Output + child.Errors);
        Assert.Null(_box.Host.WriteInput(path, "two\nbye\n"u8));
        Assert.Equal(0, child.WaitForExit().Code);
        Assert.Equal("got one\ngot two\ngot bye\n", child.Output);
    }

    [Fact]
    public void It_belongs_to_the_process_so_another_daemon_can_write_to_it()
    {
        var path = _box.Dir.At("in");
        var child = _box.Start(_box.Shell("read -r line; echo $line") with { StdinPath = path });
        using var next = new Linux.Processes.ProcessHost();
        Assert.Null(next.WriteInput(path, "from the next\n"u8));
        child.WaitForExit();
        Assert.Equal("from the next\n", child.Output);
    }

    [Fact]
    public void Who_does_not_read_stops_nobody_and_who_is_gone_is_told_apart()
    {
        var path = _box.Dir.At("in");
        var child = _box.Start(_box.Shell("exec sleep 60") with { StdinPath = path });
        var line = Encoding.ASCII.GetBytes(new string('x', 4096));
        string? refused = null;
        for (var i = 0; i < 1000 && refused is null; i++)
            refused = _box.Host.WriteInput(path, line);
        Assert.StartsWith("the process does not read its stdin", refused, StringComparison.Ordinal);
        child.Process.KillTree(TimeSpan.FromSeconds(20));
        child.WaitForExit();
        Assert.StartsWith("nobody reads it", _box.Host.WriteInput(path, "x"u8), StringComparison.Ordinal);
        Assert.StartsWith("nobody reads it", _box.Host.WriteInput(_box.Dir.At("nothing"), "x"u8), StringComparison.Ordinal);
    }
}
