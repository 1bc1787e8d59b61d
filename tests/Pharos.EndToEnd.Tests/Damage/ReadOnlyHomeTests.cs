using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Damage;

/// <summary>A file system that went read-only under the home, as ext4 does after an error; and a machine without any tmpfs.</summary>
public sealed class ReadOnlyHomeTests : PharosTest
{
    private MountSpace? _space;

    [Fact]
    public async Task A_running_daemon_goes_on_and_one_that_is_to_start_says_in_one_line_what_to_do()
    {
        Directory.CreateDirectory(Pharos.Home);
        _space = new MountSpace(Pharos, $"mount -t tmpfs -o size=8m,mode=700 none '{Pharos.Home}'");
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "app", "--min-uptime", "20ms", "--", "stays-up");
        var app = await Pharos.RunningAsync("app");

        // The daemon holds its log open, and what is open for writing cannot be remounted: so a read-only folder is laid over the one of the state.
        var state = Path.Combine(Pharos.Home, "state");
        await MountAsync("mount", "-t", "tmpfs", "-o", "ro", "none", state);
        await Pharos.OkAsync("restart", "app");
        app = await Pharos.RunningAsync("app");
        await Eventually.True(async () => (await Pharos.OkAsync("daemon", "status")).Out.Contains("CANNOT BE SAVED: Read-only file system", StringComparison.Ordinal), "status says so", details: () => Pharos.Logs);
        await MountAsync("umount", state);
        await Eventually.True(async () => (await Pharos.OkAsync("daemon", "status")).Out.Contains("state      saved in", StringComparison.Ordinal), "the state is saved again", details: () => Pharos.Logs);

        await Pharos.KillDaemonAsync();
        await MountAsync("mount", "-o", "remount,ro", Pharos.Home);
        (await Pharos.RunAsync("list")).OneLine("Read-only file system", "writable", "PHAROS_HOME");
        (await Pharos.RunAsync("daemon")).OneLine("Read-only file system", "writable", "PHAROS_HOME");
        Assert.True(Processes.IsAlive(app.Pid!.Value), "the app died of it");

        await MountAsync("mount", "-o", "remount,rw", Pharos.Home);
        await Pharos.OkAsync("list");
        Assert.Equal(app.Pid, (await Pharos.RunningAsync("app")).Pid);
    }

    [Fact]
    public async Task Without_a_tmpfs_the_spool_is_in_the_home_and_nothing_is_lost()
    {
        // /run and /dev/shm become folders of the disk that the test's own folder lies on.
        var disk = Directory.CreateDirectory(Path.Combine(Pharos.Folder, "disk")).FullName;
        _space = new MountSpace(Pharos, $"mount --bind '{disk}' /run && mount --bind '{disk}' /dev/shm");
        Pharos.Environment.Remove("XDG_RUNTIME_DIR");
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "app", "--min-uptime", "20ms", "--", "spews", "1000000", "200");
        var app = await Pharos.RunningAsync("app");
        Assert.StartsWith(Path.Combine(Pharos.Home, "stdio"), new FileInfo($"/proc/{app.Pid}/fd/1").LinkTarget, StringComparison.Ordinal);
        await Pharos.LineAsync("app", "line 5");
        await Pharos.KillDaemonAsync();
        await Pharos.OkAsync("list");
        Assert.Equal(app.Pid, (await Pharos.RunningAsync("app")).Pid);
        var seen = PharosCli.LinesOf(app.OutLog).Count;
        await Eventually.True(() => PharosCli.LinesOf(app.OutLog).Count > seen + 50, "the next daemon reads on", details: () => Pharos.Logs);
        await Pharos.OkAsync("stop", "app");
        var lines = PharosCli.LinesOf(app.OutLog).Select(l => int.Parse(l["line ".Length..])).ToList();
        Assert.Equal(Enumerable.Range(1, lines.Count), lines);
    }

    /// <summary>A service has another XDG_RUNTIME_DIR than the login that the apps were started from, or none.</summary>
    [Fact]
    public async Task A_daemon_in_another_environment_finds_the_output_of_the_apps_that_run()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "app", "--min-uptime", "20ms", "--", "spews", "1000000", "200");
        var app = await Pharos.RunningAsync("app");
        await Pharos.LineAsync("app", "line 5");
        await Pharos.OkAsync("daemon", "stop", "--keep-apps");
        var runtime = Directory.CreateDirectory(Path.Combine("/dev/shm", Path.GetFileName(Pharos.Folder) + "-other"));
        try
        {
            Pharos.Environment["XDG_RUNTIME_DIR"] = runtime.FullName;
            await Pharos.OkAsync("list");
            var seen = PharosCli.LinesOf(app.OutLog).Count;
            await Eventually.True(() => PharosCli.LinesOf(app.OutLog).Count > seen + 50, "the next daemon reads on", details: () => Pharos.Logs);
            Assert.Equal(app.Pid, (await Pharos.RunningAsync("app")).Pid);
            await Pharos.OkAsync("stop", "app");
            var lines = PharosCli.LinesOf(app.OutLog).Select(l => int.Parse(l["line ".Length..])).ToList();
            Assert.Equal(Enumerable.Range(1, lines.Count), lines);
        }
        finally
        {
            runtime.Delete(recursive: true);
        }
    }

    public override async Task DisposeAsync()
    {
        if (_space is not null && Directory.Exists(Pharos.Root + Pharos.Home))
            await Pharos.RunAsync(Pharos.Enter[0], [.. Pharos.Enter[1..], "mount", "-o", "remount,rw", Pharos.Home]);
        await base.DisposeAsync();
        _space?.Dispose();
    }

    /// <summary>A daemon that was killed this instant has its files open until the last of its threads is gone: then the kernel says busy.</summary>
    private Task MountAsync(params string[] command)
    {
        Run? last = null;
        return Eventually.True(
            async () => (last = await Pharos.RunAsync(Pharos.Enter[0], [.. Pharos.Enter[1..], .. command])) is { ExitCode: 0 } || !last.Err.Contains("busy", StringComparison.Ordinal) && Fail(last),
            "the mount is done",
            details: () => $"{last}");
    }

    private static bool Fail(Run run) => throw new InvalidOperationException(run.ToString());
}
