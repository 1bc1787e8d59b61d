using System.Text.Json;
using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Lifecycle;

public sealed class JobsTests : PharosTest
{
    private const string Never = "0 0 29 2 *"; // not while this test runs, but for one second in four years

    [Fact]
    public async Task A_job_of_each_second_runs_each_second_and_its_history_is_described()
    {
        var script = Pharos.Script("tick.sh", "echo tick");
        var started = await Pharos.OkAsync("start", script, "--name", "tick", "--schedule", "* * * * * *", "--schedule-zone", "UTC");
        Assert.Contains("scheduled", started.Out, StringComparison.Ordinal);
        var runs = await Eventually.Value(
            async () => await RunsAsync("tick") is var all && all.Count(r => Text(r, "outcome") == "success") >= 4 ? all : null,
            "four runs went well", details: () => Pharos.Logs);
        await Pharos.OkAsync("stop", "tick");
        var due = runs.Select(r => r.GetProperty("dueAt").GetDateTimeOffset()).Reverse().ToList();
        Assert.All(runs, r => Assert.Equal("schedule", Text(r, "trigger")));
        Assert.All(due, d => Assert.Equal(0, d.Millisecond));
        Assert.All(due.Zip(due.Skip(1), (a, b) => b - a), step => Assert.Equal(TimeSpan.FromSeconds(1), step));
        var described = await Pharos.OkAsync("describe", "tick");
        Assert.Contains("last runs", described.Out, StringComparison.Ordinal);
        Assert.Contains("none, the schedule is stopped", described.Out, StringComparison.Ordinal);
        Assert.Contains("success", described.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_with_wait_exits_as_the_job_does_and_leaves_a_stopped_schedule_stopped()
    {
        var script = Pharos.Script("job.sh", "read code < code; test $code = 99 && kill -TERM $$; exit $code");
        await Pharos.OkAsync("start", script, "--name", "job", "--schedule", Never);
        await Pharos.OkAsync("stop", "job");
        foreach (var (code, expected, words) in new[] { (0, 0, "success, exit 0"), (7, 7, "failure, exit 7"), (99, 143, "failure, SIGTERM") })
        {
            await File.WriteAllTextAsync(Path.Combine(Pharos.Folder, "code"), $"{code}\n");
            var run = await Pharos.RunAsync("run", "job", "--wait");
            Assert.True(run.ExitCode == expected, $"{run}\n{Pharos.Logs}");
            Assert.Contains(words, run.Out, StringComparison.Ordinal);
        }

        Assert.Equal(["manual", "manual", "manual"], (await RunsAsync("job")).Select(r => Text(r, "trigger")));
        Assert.Equal("stopped", (await Pharos.OneAsync("job")).State);
        (await Pharos.RunAsync("run", "nope")).OneLine("no app or instance 'nope'");
        (await Pharos.RunAsync("run")).OneLine("run");
    }

    [Fact]
    public async Task A_run_goes_on_when_the_daemon_is_killed_and_its_end_is_in_the_history()
    {
        var script = Pharos.Script("long.sh", "while test ! -e end; do sleep 0.05; done");
        await Pharos.OkAsync("start", script, "--name", "long", "--schedule", Never, "--min-uptime", "20ms");
        await Pharos.OkAsync("run", "long");
        var before = await Pharos.RunningAsync("long");
        (await Pharos.RunAsync("run", "long")).OneLine("a run of 'long' goes on since", "pharos restart long");
        await Pharos.OkAsync("save");
        await Pharos.KillDaemonAsync();
        await Pharos.OkAsync("list");
        Assert.Equal((before.Pid, 1), (await Pharos.RunningAsync("long") is var after ? (after.Pid, after.Incarnation) : default));
        await File.WriteAllTextAsync(Path.Combine(Pharos.Folder, "end"), "");
        await Eventually.True(async () => Text(Assert.Single(await RunsAsync("long")), "outcome") is not null, "it has ended", details: () => Pharos.Logs);
        var run = Assert.Single(await RunsAsync("long"));
        Assert.Equal("manual", Text(run, "trigger"));
        Assert.Contains(Text(run, "reason"), new[] { "success", "lost" }); // lost where the kernel does not tell how an adopted process ended
        Assert.Equal("stopped", (await Pharos.OneAsync("long")).State);
    }

    [Fact]
    public async Task A_run_past_its_deadline_is_stopped_and_says_so()
    {
        var script = Pharos.Script("slow.sh", "trap 'echo asked to stop; exit 0' INT; while :; do sleep 0.05; done");
        await Pharos.OkAsync("start", script, "--name", "slow", "--schedule", Never, "--deadline", "500ms");
        var run = await Pharos.RunAsync("run", "slow", "--wait");
        Assert.True(run.ExitCode == 1, $"{run}\n{Pharos.Logs}");
        Assert.Contains("slow run 1: deadline, stopped, after", run.Out, StringComparison.Ordinal);
        await Pharos.LineAsync("slow", "asked to stop");
    }

    private async Task<IReadOnlyList<JsonElement>> RunsAsync(string app)
    {
        var view = JsonDocument.Parse(await Pharos.GetAsync($"/v1/apps/{app}")).RootElement;
        return [.. view.GetProperty("job").GetProperty("runs").EnumerateArray()];
    }

    private static string? Text(JsonElement run, string name) => run.TryGetProperty(name, out var value) ? value.GetString() : null;
}
