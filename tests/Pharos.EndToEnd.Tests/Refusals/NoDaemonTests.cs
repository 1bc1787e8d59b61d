using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Refusals;

/// <summary>Homes in which no daemon is, or can be.</summary>
public sealed class NoDaemonTests : PharosTest
{
    [Fact]
    public async Task Ping_without_a_daemon_says_so_and_starts_none()
    {
        (await Pharos.RunAsync("ping")).OneLine("no daemon is running", Pharos.Home);
        Assert.Empty(Processes.Of(Pharos.Folder));
    }

    [Fact]
    public async Task Kill_without_a_daemon_has_nothing_to_do_and_starts_none()
    {
        var run = await Pharos.RunAsync("kill");
        Assert.Equal((0, $"no daemon is running in {Pharos.Home}\n", ""), (run.ExitCode, run.Out, run.Err));
        Assert.Empty(Processes.Of(Pharos.Folder));
    }

    [Fact]
    public async Task A_socket_that_a_dead_daemon_left_behind_is_as_good_as_none()
    {
        await Pharos.OkAsync("list");
        await Pharos.KillDaemonAsync();
        Assert.True(File.Exists(Path.Combine(Pharos.Home, "pharos.sock")));
        (await Pharos.RunAsync("ping")).OneLine("no daemon is running");
        await Pharos.OkAsync("list");
    }

    [Theory]
    [InlineData("list")]
    [InlineData("daemon")]
    public async Task A_home_too_long_for_a_socket_is_refused_with_the_fix(string verb)
    {
        Pharos.Environment["PHAROS_HOME"] = Path.Combine(Pharos.Folder, new string('x', 100));
        (await Pharos.RunAsync(verb)).OneLine("PHAROS_HOME");
        Assert.False(Directory.Exists(Pharos.Environment["PHAROS_HOME"]));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("daemon")]
    public async Task A_home_that_cannot_be_written_is_refused(string verb)
    {
        var folder = Path.Combine(Pharos.Folder, "locked");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        Pharos.Environment["PHAROS_HOME"] = Path.Combine(folder, "h");
        (await AsSomebodyAsync(verb)).OneLine(Pharos.Environment["PHAROS_HOME"]);
    }

    [Fact]
    public async Task A_folder_that_the_user_may_not_enter_is_refused_before_anything_runs()
    {
        var locked = Path.Combine(Pharos.Folder, "locked");
        Directory.CreateDirectory(locked, UnixFileMode.None);
        Directory.CreateDirectory(Pharos.Home);
        File.SetUnixFileMode(Pharos.Home, (UnixFileMode)0x1FF); // whoever the command runs as
        (await AsSomebodyAsync("start", "/bin/sleep", "--name", "app", "--cwd", locked, "--", "60")).OneLine(locked);
        Assert.Equal(0, (await AsSomebodyAsync("kill")).ExitCode);
    }

    /// <summary>Root may write and enter everything: as root the command runs as nobody, from a copy that nobody can reach.</summary>
    private Task<Run> AsSomebodyAsync(params string[] args)
    {
        if (!Sys.IsRoot)
            return Pharos.RunAsync(args);
        const UnixFileMode enter = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(Pharos.Folder, enter);
        var program = Path.Combine(Pharos.Folder, "pharos");
        if (!File.Exists(program))
            File.Copy(PharosCli.Program, program);
        File.SetUnixFileMode(program, enter);
        Pharos.Environment.Remove("XDG_RUNTIME_DIR"); // root's
        return Pharos.RunAsync("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", program, .. args]);
    }
}
