using System.Diagnostics;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Cli.Tests.Client;

/// <summary>The executable itself, and the daemon that it starts.</summary>
public sealed class DaemonStartTests : IDisposable
{
    private static readonly string Executable = Path.Combine(AppContext.BaseDirectory, "pharos");

    private readonly TempHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Clients_that_come_at_once_start_one_daemon()
    {
        try
        {
            var all = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Run("list")));
            Assert.All(all, one => Assert.Equal((0, ""), (one.ExitCode, one.Error)));

            var ping = await Run("ping", "--json");
            var pid = int.Parse(ping.Output.Split("\"pid\":")[1].Split(',')[0]);
            var daemons = Directory.GetDirectories("/proc").Where(IsDaemonOfThisHome).Select(Path.GetFileName);
            Assert.Equal([$"{pid}"], daemons);

            Assert.Equal("/dev/null", Link(pid, "fd/0"));
            Assert.Equal(Home + "/daemon.log", Link(pid, "fd/1"));
            Assert.Equal(Home + "/daemon.log", Link(pid, "fd/2"));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Home + "/daemon.log"));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Home));
            Assert.Equal($"{pid}", (await File.ReadAllTextAsync($"/proc/{pid}/stat")).Split(") ")[1].Split(' ')[3]); // its own session
        }
        finally
        {
            Assert.Equal(0, (await Run("kill")).ExitCode);
            await Eventually.True(() => !Directory.GetDirectories("/proc").Any(IsDaemonOfThisHome), "the daemon is gone");
        }
    }

    [Fact]
    public async Task A_home_that_is_a_file_is_one_line_and_exit_code_1()
    {
        _home.Write("home", "a file");
        var (exitCode, _, error) = await Run("list");
        Assert.Equal((1, $"pharos: cannot reach the daemon at {Home}/pharos.sock: Not a directory\n"), (exitCode, error));
    }

    [Fact]
    public void A_home_that_cannot_be_made_is_one_line_and_exit_code_1()
    {
        using var bench = new Bench(("PHAROS_HOME", "/proc/nowhere"));
        Assert.Equal(1, bench.Run("list"));
        Assert.StartsWith("pharos: cannot make the folder /proc/nowhere: ", bench.Err, StringComparison.Ordinal);
        Assert.Single(bench.Err.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Without_a_terminal_monit_points_to_list()
    {
        var (exitCode, _, error) = await Run("monit");
        Assert.Equal((1, "pharos: monit needs a terminal; 'pharos list' shows the same once, and --json makes it readable for programs\n"), (exitCode, error));
    }

    private string Home => _home.Path + "/home";

    private bool IsDaemonOfThisHome(string process)
    {
        try
        {
            return File.ReadAllText(process + "/environ").Split('\0').Contains("PHAROS_READY_FD=3")
                && File.ReadAllText(process + "/environ").Split('\0').Contains($"PHAROS_HOME={Home}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // no process, or gone, or not ours
        }
    }

    private static string? Link(int pid, string what) => new FileInfo($"/proc/{pid}/{what}").LinkTarget;

    private async Task<(int ExitCode, string Output, string Error)> Run(params string[] args)
    {
        var start = new ProcessStartInfo(Executable, args) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        start.Environment["PHAROS_HOME"] = Home;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output, await error);
    }
}
