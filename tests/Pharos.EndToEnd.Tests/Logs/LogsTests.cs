using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Logs;

public sealed class LogsTests : PharosTest
{
    private const int Many = 20_000;

    /// <summary>Ten lines on stdout, three on stderr, then one more for each line that comes through the pipe <c>go</c>.</summary>
    private string Talker => Pharos.Script("talker", """
        for i in 1 2 3 4 5 6 7 8 9 10; do echo "out $i"; done
        for i in 1 2 3; do echo "err $i" >&2; done
        while :; do read -r line <>"$HOME/go" && echo "said $line"; done
        """);

    [Fact]
    public async Task The_last_lines_come_first_and_then_what_the_app_prints()
    {
        await StartTalkerAsync();
        // A job in the background of a script ignores SIGINT, and so would what these tests start when they are one.
        using var follower = Pharos.Start("env", "--default-signal=INT", PharosCli.Program, "logs", "talker", "--out", "--lines", "2");
        Assert.Equal("out 9", await NextAsync(follower.StandardOutput));
        Assert.Equal("out 10", await NextAsync(follower.StandardOutput));
        await File.WriteAllTextAsync(Path.Combine(Pharos.Folder, "go"), "hello\n");
        Assert.Equal("said hello", await NextAsync(follower.StandardOutput));
        await File.WriteAllTextAsync(Path.Combine(Pharos.Folder, "go"), "again\n");
        Assert.Equal("said again", await NextAsync(follower.StandardOutput));
        Sys.Signal(follower.Id, Sys.SigInt);
        await follower.WaitForExitAsync().WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal((0, ""), (follower.ExitCode, await follower.StandardError.ReadToEndAsync()));
    }

    [Fact]
    public async Task Each_stream_can_be_asked_for_alone()
    {
        await StartTalkerAsync();
        Assert.Equal("err 1\nerr 2\nerr 3\n", (await Pharos.OkAsync("logs", "talker", "--err", "--no-follow")).Out);
        Assert.Equal("out 8\nout 9\nout 10\n", (await Pharos.OkAsync("logs", "talker", "--out", "--no-follow", "-n", "3")).Out);
        var both = (await Pharos.OkAsync("logs", "talker", "--no-follow", "-n", "100")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(13, both.Length);
        Assert.Equal("out 1", both.First(l => l.StartsWith("out", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Colours_are_for_terminals_only()
    {
        await StartTalkerAsync();
        const string command = "logs --no-follow";
        Assert.DoesNotContain('\e', (await Pharos.OkAsync(command.Split(' '))).Out);
        Assert.DoesNotContain('\e', (await Pharos.OkAsync("list")).Out);
        foreach (var verb in new[] { command, "list" })
        {
            Assert.Contains("\e[", await OnTerminalAsync(verb));
            Assert.DoesNotContain('\e', await OnTerminalAsync($"{verb} --no-color"));
            Pharos.Environment["NO_COLOR"] = "1";
            Assert.DoesNotContain('\e', await OnTerminalAsync(verb));
            Pharos.Environment.Remove("NO_COLOR");
        }
    }

    [Theory]
    [InlineData("spool")]
    [InlineData("fifo")]
    public async Task Twenty_thousand_lines_written_at_once_are_all_in_the_file(string stdio)
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "spews", "--stdio", stdio, "--restart", "never", "--", "spews", $"{Many}", "0");
        var it = await Pharos.UntilAsync("spews", i => i.State == "stopped" && i.LastExit is { LastLines.Count: > 0 }, "has ended");
        Assert.Equal(0, it.LastExit!.Code);
        await Eventually.True(() => PharosCli.LinesOf(it.OutLog).Count >= Many, "the file has all lines", details: () => $"{PharosCli.LinesOf(it.OutLog).Count}\n{Pharos.Logs}");
        Assert.Equal(Enumerable.Range(1, Many).Select(n => $"line {n}"), PharosCli.LinesOf(it.OutLog));
        Assert.Equal($"line {Many}", it.LastExit.LastLines[^1]);
        Assert.Empty(PharosCli.LinesOf(it.ErrLog));
    }

    [Fact]
    public async Task A_last_line_without_an_end_is_a_line()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "half", "--restart", "never", "--", "half-lines");
        await Pharos.UntilAsync("half", i => i.State == "stopped" && i.LastExit is { LastLines.Count: > 0 }, "has ended");
        Assert.Equal("first half\nsecond\n\nlast without an end\n", (await Pharos.OkAsync("logs", "half", "--no-follow")).Out);
    }

    private async Task StartTalkerAsync()
    {
        Assert.Equal(0, (await Pharos.RunAsync("mkfifo", [Path.Combine(Pharos.Folder, "go")])).ExitCode);
        await Pharos.OkAsync("start", Talker, "--name", "talker");
        await Pharos.LineAsync("talker", "out 10");
        await Pharos.LineAsync("talker", "err 3", stderr: true);
    }

    private async Task<string> OnTerminalAsync(string verb)
    {
        var run = await Pharos.RunAsync("script", ["-qec", $"{PharosCli.Program} {verb}", "/dev/null"]); // script(1) gives it a pseudo-terminal
        Assert.True(run.ExitCode == 0 && run.Out.Contains("talker", StringComparison.Ordinal), $"{run}");
        return run.Out;
    }

    private static async Task<string?> NextAsync(StreamReader reader) => await reader.ReadLineAsync().WaitAsync(Eventually.DefaultDeadline);
}
