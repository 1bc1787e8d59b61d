using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Lifecycle;

public sealed class SpawnFailureTests : PharosTest
{
    private Instance _other = null!;
    private int _daemon;

    public override async Task InitializeAsync()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "other", "--min-uptime", "20ms", "--", "stays-up");
        _other = await Pharos.RunningAsync("other");
        _daemon = await Pharos.DaemonPidAsync();
    }

    [Fact]
    public async Task A_missing_interpreter_is_named() =>
        (await Pharos.RunAsync("start", Pharos.Script("app.x", "sleep 60"), "--name", "app", "--interpreter", "no-such-interpreter")).OneLine("no-such-interpreter");

    [Fact]
    public async Task A_file_without_the_x_bit_is_named_with_the_fix()
    {
        var path = Pharos.Script("app", "");
        await File.WriteAllTextAsync(path, "neither a program nor a script that says who runs it\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await Pharos.RunAsync("start", path, "--name", "app")).OneLine(path, "chmod +x");
    }

    [Fact]
    public async Task A_first_line_that_names_a_missing_interpreter_is_quoted()
    {
        var path = Pharos.Script("app", "");
        await File.WriteAllTextAsync(path, "#!/no/such/interpreter -x\n");
        (await Pharos.RunAsync("start", path, "--name", "app")).OneLine("/no/such/interpreter");
        var it = await Pharos.OneAsync("app"); // only the kernel could tell: the app is declared, and says what became of it
        Assert.Equal(("failed", "spawn_failed", 0L), (it.State, it.Failure, it.Restarts));
        Assert.Contains("/no/such/interpreter", (await Pharos.OkAsync("describe", "app")).Out);
    }

    public override async Task DisposeAsync()
    {
        try
        {
            Assert.Equal(_daemon, await Pharos.DaemonPidAsync());
            var after = await Pharos.OneAsync("other");
            Assert.Equal((_other.Pid, _other.Restarts), (after.Pid, after.Restarts));
        }
        finally
        {
            await base.DisposeAsync();
        }
    }
}
