using System.Text.Json;
using Pharos.Telemetry;
using Xunit;

namespace Pharos.Cli.Tests.Client;

public sealed class VersionTests
{
    private const string Daemon = """{"version":"9.8.7","pid":4711,"startedAt":"2026-01-01T00:00:00Z","home":"/h"}""";

    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    [InlineData("-v")]
    public void It_needs_no_daemon_and_its_first_line_is_for_scripts(string asked)
    {
        using var bench = new Bench();
        Assert.Equal((0, ""), (bench.Run(asked), bench.Err));
        var lines = bench.Out.Split('\n');
        Assert.Matches(@"^pharos [0-9]+\.[0-9]+\.[0-9]+(-dev(\.[0-9]+)?)?$", lines[0]);
        Assert.Equal(["commit", "form", "runtime", "kernel", "daemon", ""], lines[1..].Select(l => l.Split(' ')[0]));
        Assert.Contains("form     framework-dependent", bench.Out, StringComparison.Ordinal); // tests are
        Assert.Contains("pidfd yes", bench.Out, StringComparison.Ordinal);
        Assert.Contains($"daemon   none answers in {bench.Home.Path}", bench.Out, StringComparison.Ordinal);
        Assert.False(File.Exists(bench.Home.StartLock), "no daemon is started for it");
    }

    [Fact]
    public void A_daemon_that_answers_is_told_with_its_version()
    {
        using var bench = new Bench();
        using var server = bench.Serve(ScriptedServer.Response(Daemon));
        Assert.Equal(0, bench.Run("version"));
        Assert.EndsWith("daemon   9.8.7, pid 4711, home /h\n", bench.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{}")]
    public void What_is_not_a_daemon_does_not_answer(string body)
    {
        using var bench = new Bench();
        using var server = bench.Serve(ScriptedServer.Response(body));
        Assert.Equal((0, ""), (bench.Run("version"), bench.Err));
        Assert.Contains("daemon   none answers", bench.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void As_JSON_it_has_the_same_facts()
    {
        using var bench = new Bench();
        using var server = bench.Serve(ScriptedServer.Response(Daemon));
        Assert.Equal(0, bench.Run("version", "--json"));
        using var json = JsonDocument.Parse(bench.Out);
        var it = json.RootElement;
        Assert.Equal(PharosBuild.Version, it.GetProperty("version").GetString());
        Assert.Equal(PharosBuild.Commit, it.GetProperty("commit").GetString());
        Assert.Equal("framework-dependent", it.GetProperty("form").GetString());
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), it.GetProperty("kernel").GetProperty("release").GetString());
        Assert.True(it.GetProperty("kernel").GetProperty("pidfd").GetBoolean());
        Assert.Equal(["memory", "cpu", "tasks"], it.GetProperty("kernel").GetProperty("cgroup").EnumerateObject().Select(p => p.Name));
        Assert.Equal(("9.8.7", 4711), (it.GetProperty("daemon").GetProperty("version").GetString(), it.GetProperty("daemon").GetProperty("pid").GetInt32()));
    }

    [Fact]
    public void The_manual_page_has_every_verb_and_option_and_the_date_of_its_source()
    {
        using var bench = new Bench(("SOURCE_DATE_EPOCH", "86400"));
        Assert.Equal((0, ""), (bench.Run("help", "--man"), bench.Err));
        Assert.StartsWith($".TH PHAROS 1 \"1970-01-02\" \"pharos {PharosBuild.Version}\"", bench.Out, StringComparison.Ordinal);
        foreach (var verb in Pharos.Client.Line.VerbTable.All)
        {
            Assert.Contains($"\n.SS {verb.Name.Replace("-", "\\-", StringComparison.Ordinal)}", bench.Out, StringComparison.Ordinal);
            foreach (var option in verb.Options)
                Assert.Contains(option.Name.Replace("-", "\\-", StringComparison.Ordinal), bench.Out, StringComparison.Ordinal);
        }

        Assert.All(bench.Out.Split('\n'), line => Assert.True(line.Length == 0 || line[0] != '\'', $"read as a request: {line}"));
    }
}
