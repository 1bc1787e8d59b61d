using System.Diagnostics;
using Pharos.Core.Ports;

namespace Pharos.Linux.Tests.Processes;

public sealed class CommandTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public static TheoryData<string, bool, string> Commands => new()
    {
        { "true", true, "" },
        { "exit 3", false, "exit code 3" },
        { "echo first; echo 'no connection' >&2; exit 2", false, "exit code 2: no connection" },
        { "kill -9 $$", false, "ended by SIGKILL" },
        { "test \"$GREETING\" = hello && test \"$PWD\" = \"$EXPECTED\"", true, "" },
        { "nonsense-that-is-not-there 2>/dev/null", false, "exit code 127" },
        { "yes | head -c 300000; exit 1", false, "exit code 1: " }, // more than is kept
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_command_ends_and_says_how(string command, bool good, string message)
    {
        var result = await _sandbox.Host.RunAsync(Request(command), CancellationToken.None);
        Assert.Equal(good, result.Good);
        Assert.StartsWith(message, result.Message, StringComparison.Ordinal);
        if (message.Length == 0)
            Assert.Empty(result.Message);
    }

    [Fact]
    public async Task One_that_takes_too_long_is_killed_with_all_that_it_started()
    {
        var pids = _sandbox.Dir.At("pids");
        var began = Stopwatch.GetTimestamp();
        var result = await _sandbox.Host.RunAsync(Request($"(trap '' INT TERM; sleep 60) & echo $! > {pids}; echo $$ >> {pids}; wait") with { Timeout = TimeSpan.FromSeconds(1) }, CancellationToken.None);
        Assert.Equal(new CommandResult(false, "no end within 1 s"), result);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20));
        Eventually.True(() => File.ReadAllLines(pids).All(pid => !IsAlive(int.Parse(pid))), () => "nothing of it is left");
    }

    [Fact]
    public async Task One_that_nobody_waits_for_any_more_is_killed()
    {
        using var cancel = new CancellationTokenSource();
        var pid = _sandbox.Dir.At("pid");
        var running = _sandbox.Host.RunAsync(Request($"echo $$ > {pid}; exec sleep 60"), cancel.Token);
        Eventually.True(() => File.Exists(pid) && File.ReadAllText(pid).EndsWith('\n'), () => "it runs");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Eventually.True(() => !IsAlive(int.Parse(File.ReadAllText(pid))), () => "it is gone");
    }

    public void Dispose() => _sandbox.Dispose();

    private static bool IsAlive(int pid) => Directory.Exists($"/proc/{pid}") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);

    private CommandRequest Request(string command) => new()
    {
        Command = command,
        Cwd = _sandbox.Dir.Root,
        Env = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin", ["GREETING"] = "hello", ["EXPECTED"] = _sandbox.Dir.Root },
        Timeout = TimeSpan.FromSeconds(20),
    };
}
