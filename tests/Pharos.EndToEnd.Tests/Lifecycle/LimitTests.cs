using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Lifecycle;

public sealed class LimitTests : PharosTest
{
    private static readonly bool CanLimit = File.Exists("/sys/fs/cgroup/memory/cgroup.procs") && Environment.UserName == "root";

    [Fact]
    public async Task An_app_over_its_memory_limit_ends_by_oom_kill_and_describe_shows_the_limit()
    {
        if (!CanLimit)
            return; // the fallback without control groups is tested in Pharos.Linux.Tests
        await Pharos.OkAsync("start", "/bin/sh", "--name", "hog", "--limit", "memory=32m", "--limit", "cpu=2", "--min-uptime", "20ms", "--", "-c", "while [ ! -e go ]; do sleep 0.02; done; rm go; exec tail /dev/zero");
        var before = await Pharos.RunningAsync("hog");
        Assert.Contains("memory 32.0 MiB (cgroup v1), cpu 200 % (cgroup v1)", (await Pharos.OkAsync("describe", "hog")).Out);

        // The next daemon finds it in its group.
        await Pharos.KillDaemonAsync();
        await Pharos.OkAsync("list");
        Assert.Equal(before.Pid, (await Pharos.RunningAsync("hog")).Pid);
        Assert.Contains("memory 32.0 MiB (cgroup v1), cpu 200 % (cgroup v1)", (await Pharos.OkAsync("describe", "hog")).Out);

        // Of an adopted process the kernel tells how it ended only since 6.15; so the one after it is looked at.
        await Pharos.OkAsync("restart", "hog");
        await Pharos.RunningAsync("hog");
        File.WriteAllText(Path.Combine(Pharos.Folder, "go"), "");
        var it = await Pharos.UntilAsync("hog", i => i.LastExit?.Reason == "oom_kill", "ends by its limit");
        Assert.Equal(9, it.LastExit!.Signal);
        await Eventually.True(() => Groups().Any(g => g.Contains($"pharos-{it.InstanceId}", StringComparison.Ordinal)), "the next one has a group", details: () => string.Join('\n', Groups()));
        await Pharos.OkAsync("delete", "hog");
        await Eventually.True(() => !Groups().Any(g => g.Contains(it.InstanceId, StringComparison.Ordinal)), "its groups are gone", details: () => string.Join('\n', Groups()));
    }

    private static IEnumerable<string> Groups() =>
        Directory.EnumerateDirectories("/sys/fs/cgroup", "pharos-*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 6 });
}
