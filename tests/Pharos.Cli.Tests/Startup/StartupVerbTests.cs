using Pharos.Client.Startup;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Cli.Tests.Startup;

/// <summary>Into a root folder and a configuration folder of the test's own, with a systemctl that writes down what it is asked.</summary>
public sealed class StartupVerbTests : IDisposable
{
    private static readonly bool IsRoot = Environment.IsPrivilegedProcess;
    private readonly TempHome _machine = new();

    private string Unit => _machine.Path + "/config/systemd/user/pharos.service";

    private string SystemUnit => _machine.Path + "/etc/systemd/system/mine.service";

    private string Calls => File.Exists(_machine.Path + "/calls") ? File.ReadAllText(_machine.Path + "/calls") : "";

    [Fact]
    public void A_user_gets_a_unit_that_is_enabled_and_started_and_unstartup_takes_away_just_that()
    {
        Runs("systemd/system");
        Tool("systemctl", "[ \"$2\" != is-active ]");
        using var bench = Machine(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://x:4318"));
        Assert.Equal((0, ""), (bench.Run("startup", "--user"), bench.Err));
        Assert.Equal("--user daemon-reload\n--user enable pharos.service\n--user start pharos.service\n", Calls);
        Assert.Contains($"Environment=PHAROS_HOME={bench.Home.Path}\n", File.ReadAllText(Unit), StringComparison.Ordinal);
        Assert.Contains("loginctl enable-linger", bench.Out, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(bench.Home.Path + "/daemon.env"));

        Assert.Equal(0, bench.Run("startup", "--user")); // again is fine
        var neighbour = _machine.Write("config/systemd/user/other.service", "mine");
        Assert.Equal((0, ""), (bench.Run("unstartup", "--user"), bench.Err));
        Assert.EndsWith("--user is-active --quiet pharos.service\n--user disable pharos.service\n--user daemon-reload\n", Calls, StringComparison.Ordinal);
        Assert.Equal((false, false, true), (File.Exists(Unit), File.Exists(bench.Home.Path + "/daemon.env"), File.Exists(neighbour)));
        Assert.Equal(0, bench.Run("unstartup", "--user"));
        Assert.Contains("nothing to undo", bench.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void What_somebody_else_wrote_is_neither_overwritten_nor_removed()
    {
        Runs("systemd/system");
        Tool("systemctl");
        _machine.Write("config/systemd/user/pharos.service", "[Unit]\n");
        using var bench = Machine();
        Assert.Equal(1, bench.Run("startup", "--user"));
        Assert.Equal(1, bench.Run("unstartup", "--user"));
        Assert.Equal($"pharos: {Unit} is there, and 'pharos startup' did not make it: move it away, or choose another --name\npharos: {Unit} was not made by 'pharos startup': it is left alone\n", bench.Err);
        Assert.Equal(("[Unit]\n", ""), (File.ReadAllText(Unit), Calls));
    }

    [Fact]
    public void Print_shows_everything_and_touches_nothing()
    {
        Tool("systemctl");
        using var bench = Machine();
        Assert.Equal(0, bench.Run("startup", "--user", "--print"));
        Assert.StartsWith($"# {Unit}\n{ServiceFacts.Mark}\n[Unit]\n", bench.Out, StringComparison.Ordinal);
        Assert.Contains("\nsystemctl --user enable pharos.service\n", bench.Out, StringComparison.Ordinal);
        Assert.Equal((false, ""), (File.Exists(Unit), Calls));
    }

    [Fact]
    public void Where_the_init_system_does_not_run_the_rest_is_a_block_to_copy_and_the_exit_code_says_so()
    {
        Tool("systemctl");
        using var bench = Machine();
        Assert.Equal(1, bench.Run("startup", "--user"));
        Assert.Equal("--user enable pharos.service\n", Calls);
        Assert.Contains("systemd does not run here. To do the rest, copy and run:\n\nsystemctl --user daemon-reload\nenv ", bench.Out, StringComparison.Ordinal);
        Assert.Contains("daemon stop --keep-apps\nsystemctl --user start pharos.service\n", bench.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_systemctl_that_fails_is_quoted_and_what_it_did_not_do_is_printed()
    {
        Runs("systemd/system");
        Tool("systemctl", "case $2 in start) echo 'Job failed.'; exit 4;; esac");
        using var bench = Machine();
        Assert.Equal(1, bench.Run("startup", "--user"));
        Assert.Equal("pharos: systemctl --user start pharos.service: Job failed.\n", bench.Err);
        Assert.Contains("copy and run:\n\nsystemctl --user start pharos.service\n", bench.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_of_the_machine_is_written_by_root_and_printed_for_everybody_else()
    {
        Runs("systemd/system");
        Tool("systemctl");
        using var bench = Machine();
        var exitCode = bench.Run("startup", "--system", "--name", "mine");
        if (IsRoot)
        {
            Assert.Equal((0, ""), (exitCode, bench.Err));
            Assert.Contains("\nUser=root\n", File.ReadAllText(SystemUnit), StringComparison.Ordinal);
            Assert.Equal($"--root={_machine.Path} daemon-reload\n--root={_machine.Path} enable mine.service\n--root={_machine.Path} start mine.service\n", Calls);
        }
        else
        {
            Assert.Equal((1, false, ""), (exitCode, File.Exists(SystemUnit), Calls));
            Assert.Contains($"sudo tee {SystemUnit} >/dev/null <<'END-OF-FILE'\n{ServiceFacts.Mark}\n", bench.Out, StringComparison.Ordinal);
            Assert.Contains("\nEND-OF-FILE\nsudo systemctl ", bench.Out, StringComparison.Ordinal);
        }
    }

    /// <summary>systemctl enables under a root folder without a systemd that runs.</summary>
    [Fact]
    public void The_real_systemctl_makes_the_link_and_takes_it_away()
    {
        using var bench = new Bench((InitSystem.RootVariable, _machine.Path), ("PATH", "/usr/bin:/bin"));
        if (!IsRoot || Subprocess.Find(bench.Shell, "systemctl") is null)
            return; // what is asked of it is held by the tests above
        Assert.Equal(1, bench.Run("startup", "systemd", "--system", "--name", "mine")); // 1: nothing runs that could start it
        Assert.Equal("", bench.Err);
        var link = _machine.Path + "/etc/systemd/system/multi-user.target.wants/mine.service";
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.Equal((0, ""), (bench.Run("unstartup", "systemd", "--system", "--name", "mine"), bench.Err));
        Assert.Equal((null, false), (new FileInfo(link).LinkTarget, File.Exists(SystemUnit)));
    }

    [Fact]
    public void OpenRC_gets_an_executable_script_in_its_default_runlevel()
    {
        Runs("openrc");
        Tool("rc-update");
        Tool("rc-service", "[ \"$2\" != status ]");
        using var bench = Machine();
        var exitCode = bench.Run("startup", "--name", "mine");
        if (!IsRoot)
        {
            Assert.Equal(1, exitCode);
            Assert.Contains("sudo rc-update add mine default\n", bench.Out, StringComparison.Ordinal);
            return;
        }

        Assert.Equal((0, "", "add mine default\nmine start\n"), (exitCode, bench.Err, Calls));
        var script = _machine.Path + "/etc/init.d/mine";
        Assert.True(File.GetUnixFileMode(script).HasFlag(UnixFileMode.OtherExecute));
        Assert.Equal((0, ""), (bench.Run("unstartup", "--name", "mine"), bench.Err));
        Assert.Equal((false, "add mine default\nmine start\nmine status\ndel mine default\n"), (File.Exists(script), Calls));
    }

    [Theory]
    [InlineData("there is no init system 'upstart' here: systemd or openrc", "upstart")]
    [InlineData("--user and --system exclude each other", "systemd", "--user", "--system")]
    [InlineData("a service of a user is possible with systemd only: use --system", "openrc", "--user")]
    [InlineData("a service cannot be called 'a/b': letters, digits, dash, underscore, dot and colon", "systemd", "--name", "a/b")]
    [InlineData("there is no user 'nobody-here' in /etc/passwd: if there is one elsewhere, set PHAROS_HOME to the home of that daemon", "systemd", "--for", "nobody-here")]
    public void A_mistake_is_one_line_and_exit_code_2(string expected, params string[] args)
    {
        using var bench = expected.Contains("no user", StringComparison.Ordinal) ? Machine(("PHAROS_HOME", "")) : Machine();
        Assert.Equal((2, "", $"pharos: {expected}\n"), (bench.Run(["startup", .. args]), bench.Out, bench.Err));
    }

    [Fact]
    public void Where_there_is_neither_the_line_says_what_else_can_be_done()
    {
        using var bench = Machine(("PATH", _machine.Path));
        Assert.Equal(2, bench.Run("startup"));
        Assert.StartsWith("pharos: found neither systemd nor OpenRC on this machine", bench.Err, StringComparison.Ordinal);
    }

    public void Dispose() => _machine.Dispose();

    private Bench Machine(params (string, string)[] more) =>
        new([(InitSystem.RootVariable, _machine.Path), ("XDG_CONFIG_HOME", _machine.Path + "/config"), ("HOME", _machine.Path), ("PATH", _machine.Path + "/bin:/usr/bin:/bin"), .. more]);

    private void Runs(string folder) => Directory.CreateDirectory($"{_machine.Path}/run/{folder}");

    private void Tool(string name, string then = ":")
    {
        var tool = _machine.Write("bin/" + name, $"#!/bin/sh\necho \"$*\" >>'{_machine.Path}/calls'\n{then}\n");
        File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
