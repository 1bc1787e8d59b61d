using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Screens;

public sealed class TerminalTests : PharosTest
{
    private const string LongName = "an-app-with-a-name-that-takes-its-room-in-a-table";

    public override async Task InitializeAsync()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", LongName, "--instances", "2", "--min-uptime", "20ms", "--", "stays-up");
        await Pharos.OkAsync("start", Repository.PathOf("examples", "shell", "worker.sh"), "--name", "busy", "--env", "INTERVAL=0.05", "--min-uptime", "20ms");
        await Pharos.RunningAsync("busy");
        await Eventually.True(async () => (await Pharos.InstancesAsync(LongName)).All(i => i.IsRunning), "both run");
    }

    [Theory]
    [InlineData(80)]
    [InlineData(250)]
    public async Task List_fits_the_terminal(int columns)
    {
        await using var terminal = await Terminal.OpenAsync(Pharos, columns, 24);
        await terminal.EnterAsync($"clear; {PharosCli.Program} list; echo 'that was' all");
        var screen = await terminal.UntilAsync(s => s.Contains("that was all"), "the list is shown");
        var table = screen.SkipWhile(l => !l.StartsWith('┌')).TakeWhile(l => l != "that was all").ToList();
        Assert.Equal(8, table.Count); // three rules, heading, three instances, sum: no line was wrapped
        Assert.All(table, line => Assert.InRange(line.Length, 1, columns));
        Assert.Single(table.Take(7).Select(l => l.Length).Distinct()); // a rectangle
        Assert.Equal(columns == 250 ? 2 : 0, table.Count(l => l.Contains($" {LongName} ", StringComparison.Ordinal)));
        Assert.Equal(2, table.Count(l => l.StartsWith("│ an-app-with-a", StringComparison.Ordinal)));
        Assert.Equal(3, table.Count(l => l.Contains(" running ", StringComparison.Ordinal)));
        var busy = await Pharos.OneAsync("busy");
        Assert.Contains(table, l => l.StartsWith("│ busy ", StringComparison.Ordinal) && l.Contains($" {busy.Pid} ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(250, 50)]
    public async Task Monit_shows_what_runs_and_moves_and_gives_the_screen_back(int columns, int rows)
    {
        await using var terminal = await Terminal.OpenAsync(Pharos, columns, rows);
        await terminal.EnterAsync("echo 'from before' monit");
        await terminal.UntilAsync(s => s.Contains("from before monit"), "the shell answers");
        await terminal.EnterAsync($"{PharosCli.Program} monit busy");
        var first = await terminal.UntilAsync(s => s[0].Contains("3 instances, 3 running", StringComparison.Ordinal) && s.Any(l => l.Contains("line ", StringComparison.Ordinal)), "the screen is full");
        Assert.Equal(rows, first.Count);
        Assert.All(first, line => Assert.InRange(line.Length, 0, columns));
        Assert.Contains(first, l => l.Contains("busy", StringComparison.Ordinal));
        Assert.Contains(first, l => l.Contains("an-app-with", StringComparison.Ordinal));
        Assert.Contains("q quit", first[^1]);
        Assert.Contains("r restart", first[^1]);
        Assert.DoesNotContain("from before monit", first);

        // The title sums up cpu and memory, a log line is new; and the uptime in the panes goes on.
        await terminal.UntilAsync(s => Panes(s) != Panes(first), "the numbers move");
        await terminal.UntilAsync(s => Log(s) != Log(first), "the log moves");

        await terminal.PressAsync("q");
        var after = await terminal.UntilAsync(s => s.Contains("from before monit"), "the screen is back");
        Assert.DoesNotContain(after, l => l.Contains("q quit", StringComparison.Ordinal));
        await terminal.EnterAsync("stty -a | tr ';' '\\n' | grep -w -e icanon -e isig; echo 'typed and' shown");
        var shell = await terminal.UntilAsync(s => s.Contains("typed and shown"), "the shell takes lines again");
        Assert.DoesNotContain(shell, l => l.Contains("-icanon", StringComparison.Ordinal) || l.Contains("-isig", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Monit_without_a_terminal_says_so_in_one_line() => (await Pharos.RunAsync("monit")).OneLine("terminal");

    private static string Panes(IReadOnlyList<string> screen) => string.Join('\n', screen.Skip(1).TakeWhile(l => !l.Contains("log busy", StringComparison.Ordinal)));

    private static string Log(IReadOnlyList<string> screen) => string.Join('\n', screen.SkipWhile(l => !l.Contains("log busy", StringComparison.Ordinal)));
}
