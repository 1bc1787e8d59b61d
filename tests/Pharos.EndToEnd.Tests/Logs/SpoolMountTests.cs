using System.Globalization;
using System.Text.Json;
using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Logs;

/// <summary>The tmpfs that root's daemon mounts for the spool files of its home, on a machine of the test's own: what is mounted goes with it.</summary>
public sealed class SpoolMountTests : PharosTest
{
    private static readonly bool IsNewEnough = Environment.OSVersion.Version >= new Version(6, 14);
    private MountSpace? _space;

    [Fact]
    public async Task Root_has_a_tmpfs_of_large_folios_for_its_home_which_outlives_the_daemon_and_goes_with_the_last_app()
    {
        Machine();
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "app", "--min-uptime", "20ms", "--", "spews", "1000000", "200");
        await Eventually.True(async () => PharosCli.LinesOf(Pharos.Root + (await Pharos.OneAsync("app")).OutLog).Count > 5, "it prints", details: () => Pharos.Logs);
        var spool = (await InsideAsync("readlink", Pharos.Home + "/spool")).Out.Trim();
        if (!IsNewEnough)
        {
            Assert.Empty(await MountsAsync()); // it would bring nothing
            return;
        }

        Assert.StartsWith("/run/pharos-0/", spool, StringComparison.Ordinal);
        var mount = Assert.Single(await MountsAsync());
        Assert.StartsWith($"pharos {spool} tmpfs rw,nosuid,nodev,noexec,", mount, StringComparison.Ordinal);
        Assert.Contains("huge=within_size", mount, StringComparison.Ordinal);
        Assert.Contains("mode=700", mount, StringComparison.Ordinal);
        Assert.Contains("app-0.1.out", (await InsideAsync("ls", spool)).Out, StringComparison.Ordinal);

        // The next daemon finds it, and mounts nothing over it.
        await KillInsideAsync();
        await Pharos.OkAsync("list");
        var log = Pharos.Root + (await Pharos.OneAsync("app")).OutLog;
        Assert.Equal(mount, Assert.Single(await MountsAsync()));
        var seen = PharosCli.LinesOf(log).Count;
        await Eventually.True(() => PharosCli.LinesOf(log).Count > seen + 50, "the next daemon reads on", details: () => Pharos.Logs);

        // While the app runs it stays, whoever ends.
        await Pharos.OkAsync("daemon", "stop", "--keep-apps");
        Assert.Equal(mount, Assert.Single(await MountsAsync()));
        await Pharos.OkAsync("stop", "app");
        var lines = PharosCli.LinesOf(log).Select(l => int.Parse(l["line ".Length..], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(1, lines.Count), lines);
        await Pharos.OkAsync("kill");
        Assert.Empty(await MountsAsync());
        Assert.Empty((await InsideAsync("ls", "/run/pharos-0")).Out);
    }

    /// <summary>As under systemd with ProtectSystem=: what is mounted there is not seen by the daemon that a login starts.</summary>
    [Fact]
    public async Task A_daemon_in_a_mount_namespace_of_its_own_mounts_nothing()
    {
        _space = new MountSpace(Pharos, "mount -t tmpfs none /run && mount -t tmpfs none /dev/shm");
        Pharos.Environment.Remove("XDG_RUNTIME_DIR");
        await PrintsAsync();
        Assert.Empty(await MountsAsync());
    }

    [Fact]
    public async Task A_runtime_directory_that_somebody_chose_is_taken()
    {
        Machine();
        Pharos.Environment["XDG_RUNTIME_DIR"] = "/mnt";
        await InsideAsync("mount", "-t", "tmpfs", "none", "/mnt");
        await PrintsAsync();
        Assert.Empty(await MountsAsync());
        Assert.StartsWith("/mnt/pharos/", (await InsideAsync("readlink", Pharos.Home + "/spool")).Out, StringComparison.Ordinal);
    }

    /// <summary>For users who may not mount: one line in fstab (docs/service.md).</summary>
    [Fact]
    public async Task A_tmpfs_that_an_administrator_mounted_for_the_user_is_taken()
    {
        Machine();
        await InsideAsync("mkdir", "-m", "700", "/run/pharos-0");
        await InsideAsync("mount", "-t", "tmpfs", "-o", "mode=0700,size=100m", "theirs", "/run/pharos-0");
        Pharos.Environment["XDG_RUNTIME_DIR"] = "/run/user/0";
        await PrintsAsync();
        Assert.Empty(await MountsAsync());
        Assert.StartsWith("/run/pharos-0/", (await InsideAsync("readlink", Pharos.Home + "/spool")).Out, StringComparison.Ordinal);
        await Pharos.OkAsync("kill");
        Assert.Contains("theirs /run/pharos-0 tmpfs", (await InsideAsync("cat", "/proc/mounts")).Out, StringComparison.Ordinal);
    }

    /// <summary>A folder that holds something is not covered, and one that is not ours is not used.</summary>
    [Fact]
    public async Task A_folder_of_somebody_else_is_not_used()
    {
        Machine();
        await InsideAsync("mkdir", "-m", "777", "/run/pharos-0");
        await PrintsAsync();
        Assert.Empty(await MountsAsync());
        Assert.StartsWith("/dev/shm/pharos-0/", (await InsideAsync("readlink", Pharos.Home + "/spool")).Out, StringComparison.Ordinal);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _space?.Dispose();
    }

    private void Machine()
    {
        _space = new MountSpace(Pharos, "mount -t tmpfs none /run && mount -t tmpfs none /dev/shm", isMachine: true);
        Pharos.Environment.Remove("XDG_RUNTIME_DIR");
    }

    private async Task PrintsAsync()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "app", "--min-uptime", "20ms", "--", "spews", "1000000", "200");
        var log = Pharos.Root + (await Pharos.OneAsync("app")).OutLog;
        await Eventually.True(() => PharosCli.LinesOf(log).Count > 50, "it prints", details: () => Pharos.Logs);
    }

    private async Task<Run> InsideAsync(params string[] command)
    {
        var run = await Pharos.RunAsync(Pharos.Enter[0], [.. Pharos.Enter[1..], .. command]);
        Assert.True(run.ExitCode == 0, run.ToString());
        return run;
    }

    private async Task<string[]> MountsAsync() =>
        [.. (await InsideAsync("cat", "/proc/mounts")).Out.Split('\n').Where(line => line.StartsWith("pharos ", StringComparison.Ordinal))];

    private async Task KillInsideAsync()
    {
        using var ping = JsonDocument.Parse((await Pharos.OkAsync("ping", "--json")).Out);
        await InsideAsync("kill", "-9", ping.RootElement.GetProperty("pid").GetInt32().ToString(CultureInfo.InvariantCulture));
    }
}
