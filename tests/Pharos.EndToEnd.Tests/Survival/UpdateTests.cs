using System.Net;
using System.Text;
using System.Text.Json;
using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Survival;

public sealed class UpdateTests : PharosTest
{
    [Fact]
    public async Task The_daemon_becomes_the_executable_of_the_client_with_its_pid_and_its_environment_and_takes_its_apps_along()
    {
        Pharos.Environment["PHAROS_TEST_KEPT"] = "as it was \u00e9";
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "app", "--min-uptime", "20ms", "--", "stays-up");
        var app = await Pharos.RunningAsync("app");
        var pid = await Pharos.DaemonPidAsync();
        var (command, environment) = (Processes.CommandOf(pid), await EnvironmentOf(pid));
        var files = OpenFiles(pid);
        var newer = Copy("newer");
        var run = await Pharos.RunAsync(newer, ["update"]);
        Assert.True(run.ExitCode == 0, $"{run}\n{Pharos.Logs}");
        Assert.Matches($"^updated [0-9a-z.+-]+ → [0-9a-z.+-]+ in [0-9.]+ s, pid {pid} as before, 1 process kept\n$", run.Out);
        Assert.Equal(newer, new FileInfo($"/proc/{pid}/exe").LinkTarget);
        Assert.Equal(pid, await Pharos.DaemonPidAsync());
        Assert.Equal(command, Processes.CommandOf(pid));
        Assert.Equal(environment, await EnvironmentOf(pid));
        var after = await Pharos.RunningAsync("app");
        Assert.Equal((app.Pid, app.Incarnation, 0L), (after.Pid, after.Incarnation, after.Restarts));
        await Eventually.True(() => OpenFiles(pid) <= files + 2, $"no more than its {files} descriptors are open", details: () => $"{OpenFiles(pid)}");
        Assert.Equal(1, (await Pharos.RunAsync("daemon")).ExitCode); // the home is still locked
    }

    [Fact]
    public async Task A_child_that_ends_between_the_two_is_told_with_its_code_and_no_other_command_can_slip_into_the_home()
    {
        await Pharos.OkAsync("start", Pharos.Script("short.sh", "sleep 0.15; exit 7"), "--name", "short", "--backoff", "0", "--max-crashes", "0");
        for (var round = 0; round < 8; round++)
            await Pharos.OkAsync("update");
        await Pharos.OkAsync("stop", "short");
        var page = await Pharos.GetAsync("/metrics");
        var exits = page.Split('\n').Where(l => l.StartsWith("pharos_instance_exits_total{", StringComparison.Ordinal) && !l.EndsWith(" 0", StringComparison.Ordinal)).ToList();
        Assert.Contains(exits, l => l.Contains("error_code", StringComparison.Ordinal));
        Assert.DoesNotContain(exits, l => l.Contains("lost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_may_not_or_cannot_take_its_place_is_refused_in_words_and_the_daemon_goes_on_as_it_was()
    {
        Assert.Contains("no daemon is running", (await Pharos.RunAsync("update")).OneLine(), StringComparison.Ordinal);
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "app", "--min-uptime", "20ms", "--", "stays-up");
        var (app, pid) = (await Pharos.RunningAsync("app"), await Pharos.DaemonPidAsync());

        var open = Copy("open");
        File.SetUnixFileMode(open, File.GetUnixFileMode(open) | UnixFileMode.OtherWrite);
        (await Pharos.RunAsync(open, ["update"])).OneLine("the daemon is not replaced", $"chmod go-w {open}");
        var garbage = Path.Combine(Pharos.Folder, "garbage");
        await File.WriteAllTextAsync(garbage, "no program");
        foreach (var (executable, word) in new[] { (garbage, "Permission denied"), (Pharos.Folder, "is not a file"), ("pharos", "absolute"), ("/no/such", "No such file") })
        {
            var (status, said) = await OrderAsync(executable, "x1");
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Contains(word, said, StringComparison.Ordinal);
        }

        File.SetUnixFileMode(garbage, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Equal(HttpStatusCode.Accepted, (await OrderAsync(garbage, "x2")).Status); // only execve(2) can say that it is no program
        using var told = JsonDocument.Parse(await Pharos.GetAsync("/v1/update?id=x2"));
        Assert.Equal($"cannot execute {garbage}: Exec format error", told.RootElement.GetProperty("error").GetString());
        Assert.Equal(pid, await Pharos.DaemonPidAsync());
        Assert.Equal(app.Pid, (await Pharos.RunningAsync("app")).Pid);
        await Pharos.OkAsync("restart", "app");
        await Pharos.OkAsync("update"); // and a good one still can
    }

    private string Copy(string folder)
    {
        var path = Path.Combine(Pharos.Folder, folder, "pharos");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(PharosCli.Program)!).Where(f => new FileInfo(f).LinkTarget is null))
            File.Copy(file, Path.Combine(Path.GetDirectoryName(path)!, Path.GetFileName(file)));
        return path;
    }

    private async Task<(HttpStatusCode Status, string Said)> OrderAsync(string executable, string id)
    {
        using var body = new StringContent(JsonSerializer.Serialize(new { executable, id }), Encoding.UTF8, "application/json");
        return await Pharos.PostAsync("/v1/update", body);
    }

    private static async Task<IReadOnlyList<string>> EnvironmentOf(int pid) =>
        [.. Encoding.UTF8.GetString(await File.ReadAllBytesAsync($"/proc/{pid}/environ")).Split('\0')
            .Where(v => !v.StartsWith("PHAROS_READY_FD=", StringComparison.Ordinal) && !v.StartsWith("PHAROS_HANDOVER=", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static int OpenFiles(int pid) => Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Count();
}
