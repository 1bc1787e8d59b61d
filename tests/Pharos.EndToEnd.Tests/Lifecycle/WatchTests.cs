using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Lifecycle;

public sealed class WatchTests : PharosTest
{
    [Fact]
    public async Task A_watched_app_is_restarted_when_a_file_changes_and_not_when_an_ignored_one_does()
    {
        var folder = Path.Combine(Pharos.Folder, "app");
        Directory.CreateDirectory(folder + "/src");
        File.WriteAllText(folder + "/run.sh", "exec sleep 3600\n");
        await Pharos.OkAsync("start", folder + "/run.sh", "--name", "web", "--cwd", folder, "--watch", "--ignore-watch", "*.md", "--watch-delay", "50ms", "--min-uptime", "20ms");
        var first = await Pharos.RunningAsync("web");

        // Watching begins a moment after the start: the first change may have to be made again.
        var second = await Eventually.Value(
            async () =>
            {
                File.WriteAllText(folder + "/src/index.js", "1");
                return await Pharos.OneAsync("web") is { IsRunning: true } it && it.Pid != first.Pid ? it : null;
            },
            "a changed file restarts it", details: () => Pharos.Logs);
        Assert.Equal("watch", second.LastRestartReason);
        Assert.Contains("web is restarted: src/index.js changed", Pharos.Logs);
        Assert.Contains("web:0 restarts in 0 s, reason watch (src/index.js)", Pharos.Logs);

        var settled = await SettledAsync();
        File.WriteAllText(folder + "/README.md", "1");
        Directory.CreateDirectory(folder + "/node_modules/x");
        File.WriteAllText(folder + "/node_modules/x/index.js", "1");
        File.WriteAllText(folder + "/last.js", "1"); // what comes after it must be the first that is noticed
        await Pharos.UntilAsync("web", it => it.IsRunning && it.Restarts > settled.Restarts, "is restarted by the last file");
        Assert.DoesNotContain("README.md", Pharos.Logs);
        Assert.DoesNotContain("node_modules", Pharos.Logs);
        Assert.Contains("web is restarted: last.js changed", Pharos.Logs);

        await Pharos.OkAsync("stop", "web");
        File.WriteAllText(folder + "/src/index.js", "2");
        await Pharos.OkAsync("list");
        Assert.Equal("stopped", (await Pharos.OneAsync("web")).State);
    }

    /// <summary>The last of the rounds that the repeated first change led to.</summary>
    private async Task<Instance> SettledAsync()
    {
        var last = await Pharos.RunningAsync("web");
        var since = Environment.TickCount64;
        return await Eventually.Value(
            async () =>
            {
                var now = await Pharos.OneAsync("web");
                if (!now.IsRunning || now.Pid != last.Pid)
                    (last, since) = (now, Environment.TickCount64);
                return Environment.TickCount64 - since > 500 ? now : null;
            },
            "the restarts come to an end", details: () => Pharos.Logs);
    }
}
