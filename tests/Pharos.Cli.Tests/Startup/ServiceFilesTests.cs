using Pharos.Client.Startup;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Cli.Tests.Startup;

/// <summary>What startup writes, as people will find it.</summary>
public sealed class ServiceFilesTests : IDisposable
{
    private static readonly ServiceFacts OfUser = new("pharos", ["/usr/local/bin/pharos"], "/home/ann/.pharos", "ann", System: false);
    private static readonly ServiceFacts OfMachine = new("pharos-ann", ["/opt/my tools/pharos$1 100%"], "/srv/an app\"s/.pharos", "ann", System: true);

    private readonly TempHome _home = new();

    [Fact]
    public void The_unit_of_a_user_is_as_reviewed() => Golden.Match(SystemdUnit.Text(OfUser));

    [Fact]
    public void The_unit_of_the_machine_is_as_reviewed() => Golden.Match(SystemdUnit.Text(OfMachine));

    [Fact]
    public void The_init_script_is_as_reviewed() => Golden.Match(OpenRcScript.Text(OfMachine));

    [Theory, InlineData(false), InlineData(true)]
    public void Every_line_of_a_unit_is_a_section_a_comment_or_a_setting_in_its_section(bool system)
    {
        var section = "";
        var seen = new HashSet<string>();
        foreach (var line in SystemdUnit.Text(system ? OfMachine : OfUser).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] != '#'))
        {
            if (line is ['[', .. var name, ']'])
                section = name;
            else
                Assert.True(line.Split('=', 2) is [{ Length: > 0 } key, { Length: > 0 }] && key.All(char.IsAsciiLetter) && seen.Add($"{section}.{key}") && section.Length > 0, line);
        }

        Assert.Superset(
            new HashSet<string> { "Service.Type", "Service.NotifyAccess", "Service.ExecStart", "Service.ExecStop", "Service.KillMode", "Service.Restart", "Service.WatchdogSec", "Install.WantedBy" }, seen);
        Assert.Equal(system, seen.Contains("Service.User"));
    }

    /// <summary>Where systemd is installed it has the word; the test above holds anywhere.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public void Systemd_itself_finds_nothing_wrong_with_a_unit(bool system)
    {
        using var bench = new Bench(("XDG_RUNTIME_DIR", _home.Path), ("HOME", _home.Path));
        if (Subprocess.Find(bench.Shell, "systemd-analyze") is null)
            return;
        var program = _home.Write(system ? "my tools/pharos$1 100%" : "pharos", "#!/bin/sh\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var facts = (system ? OfMachine : OfUser) with { Command = [program], User = "root" };
        var unit = _home.Write($"{facts.Name}.service", SystemdUnit.Text(facts));
        var (exitCode, said) = Subprocess.Run(bench.Shell, ["systemd-analyze", system ? "--system" : "--user", "verify", unit]);
        var about = said.Split('\n').Where(l => l.Contains(facts.Name + ".service", StringComparison.Ordinal));
        Assert.True(exitCode == 0 && !about.Any(), $"exit code {exitCode}\n{said}");

        File.WriteAllText(unit, SystemdUnit.Text(facts).Replace("KillMode=process", "KillMood=process", StringComparison.Ordinal));
        Assert.Contains("KillMood", Subprocess.Run(bench.Shell, ["systemd-analyze", system ? "--system" : "--user", "verify", unit]).Said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shell_reads_the_init_script_and_finds_every_word_whole()
    {
        using var bench = new Bench();
        var script = _home.Write("pharos-ann", OpenRcScript.Text(OfMachine) + "\nprintf '%s|' \"$command\" \"$command_args\" \"$PHAROS_HOME\" \"$command_user\" \"$name\"\n");
        Assert.Equal((0, "/opt/my tools/pharos$1 100%|daemon|/srv/an app\"s/.pharos|ann|pharos-ann|"), Subprocess.Run(bench.Shell, ["sh", script]));
    }

    [Fact]
    public void Settings_of_the_shell_come_out_as_they_went_in()
    {
        const string value = "a \"b\" $HOME `id` \\ 'c'";
        using var bench = new Bench(("OTEL_EXPORTER_OTLP_HEADERS", value), ("PHAROS_METRICS", "9464"), ("SECRET", "no"));
        var text = Settings.Text(bench.Shell)!;
        Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal);
        var script = _home.Write("x", text + "printf '%s|' \"$OTEL_EXPORTER_OTLP_HEADERS\" \"$PHAROS_METRICS\"\n");
        Assert.Equal((0, $"{value}|9464|"), Subprocess.Run(new Bench().Shell, ["sh", script]));
    }

    public void Dispose() => _home.Dispose();
}
