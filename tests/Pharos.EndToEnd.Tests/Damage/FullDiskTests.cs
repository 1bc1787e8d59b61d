using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Damage;

/// <summary>The whole disk under the home is full, or becomes so.</summary>
public sealed class FullDiskTests : PharosTest
{
    private MountSpace _space = null!;

    private string Filler => Path.Combine(Pharos.Root + Pharos.Home, "filler");

    public override Task InitializeAsync()
    {
        Directory.CreateDirectory(Pharos.Home);
        _space = new MountSpace(Pharos, $"mount -t tmpfs -o size=2m,mode=700 none '{Pharos.Home}'");
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Apps_run_on_it_is_said_in_one_line_and_the_state_catches_up_when_there_is_room()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "app", "--min-uptime", "20ms", "--", "stays-up");
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "other", "--min-uptime", "20ms", "--", "stays-up");
        var app = await Pharos.RunningAsync("app");
        var other = await Pharos.RunningAsync("other");
        Fill();

        // What a person asks for now is done or refused whole, in one line.
        (await Pharos.RunAsync("start", PharosCli.Fixture, "--name", "new", "--", "stays-up")).OneLine("cannot save the state", "No space left");
        await Pharos.OkAsync("restart", "app");
        var restarted = await Pharos.RunningAsync("app");
        Assert.NotEqual(app.Pid, restarted.Pid);
        await Eventually.True(async () => (await Pharos.OkAsync("daemon", "status")).Out.Contains("CANNOT BE SAVED: No space left", StringComparison.Ordinal), "status says so", details: () => Pharos.Logs);

        // A daemon that comes now has an older state, and nowhere to write: it takes the apps back all the same.
        await Pharos.KillDaemonAsync();
        await Pharos.OkAsync("list");
        Assert.Equal(restarted.Pid, (await Pharos.RunningAsync("app")).Pid);
        Assert.Equal(other.Pid, (await Pharos.RunningAsync("other")).Pid);
        await Eventually.True(async () => (await Pharos.OkAsync("daemon", "status")).Out.Contains("CANNOT BE SAVED: No space left", StringComparison.Ordinal), "status says so", details: () => Pharos.Logs);

        File.Delete(Filler);
        await Eventually.True(async () => (await Pharos.OkAsync("daemon", "status")).Out.Contains("state      saved in", StringComparison.Ordinal), "the state is saved again", details: () => Pharos.Logs);
        Assert.Single(Pharos.Logs.Split('\n'), l => l.Contains("the state is saved again", StringComparison.Ordinal));
        await Pharos.KillDaemonAsync();
        await Pharos.OkAsync("list");
        Assert.Equal((restarted.Pid, restarted.Incarnation), ((await Pharos.RunningAsync("app")).Pid, (await Pharos.OneAsync("app")).Incarnation));
    }

    [Fact]
    public async Task A_first_daemon_on_a_full_disk_starts_and_says_what_it_cannot_do()
    {
        Fill();
        var run = await Pharos.RunAsync("list");
        Assert.True(run.ExitCode == 0, $"{run}\n{Pharos.Logs}");
        (await Pharos.RunAsync("start", PharosCli.Fixture, "--name", "new", "--", "stays-up")).OneLine("cannot save the state", "No space left");
        File.Delete(Filler);
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "new", "--min-uptime", "20ms", "--", "stays-up");
        await Pharos.RunningAsync("new");
    }

    public override async Task DisposeAsync()
    {
        File.Delete(Filler);
        await base.DisposeAsync();
        _space.Dispose();
    }

    private void Fill()
    {
        using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[1024];
        try
        {
            while (true)
                filler.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
