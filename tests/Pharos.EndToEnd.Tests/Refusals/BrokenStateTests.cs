using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Refusals;

public sealed class BrokenStateTests : PharosTest
{
    private Instance _app = null!;

    private string[] Generations => [.. Directory.GetFiles(Path.Combine(Pharos.Home, "state"), "*.json").Order(StringComparer.Ordinal)];

    public override async Task InitializeAsync()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "app", "--min-uptime", "20ms", "--", "stays-up");
        _app = await Pharos.RunningAsync("app");
        await Pharos.OkAsync("save");
        await Pharos.OkAsync("save");
        await Pharos.KillDaemonAsync();
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("flipped")]
    [InlineData("empty")]
    public async Task A_broken_newest_generation_falls_back_loudly_to_the_one_before(string how)
    {
        Break(Generations[^1], how);
        await Pharos.OkAsync("list");
        var after = await Pharos.RunningAsync("app");
        Assert.Equal((_app.Pid, _app.Restarts), (after.Pid, after.Restarts));
        Assert.Contains("falling back", Pharos.Logs);
    }

    [Fact]
    public async Task When_no_generation_is_whole_the_daemon_refuses_and_touches_nothing()
    {
        var whole = await File.ReadAllBytesAsync(Generations[^1]);
        foreach (var path in Generations)
            Break(path, "flipped");
        var before = Generations.ToDictionary(p => p, File.ReadAllBytes);
        (await Pharos.RunAsync("list")).OneLine("no state file", "nothing was changed");
        (await Pharos.RunAsync("daemon")).OneLine("no state file", "nothing was changed");
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), Generations);
        Assert.All(before, b => Assert.Equal(b.Value, File.ReadAllBytes(b.Key)));
        Assert.True(Processes.IsAlive(_app.Pid!.Value), "the app died of it");

        await File.WriteAllBytesAsync(Generations[^1], whole); // the backup that the line asks for
        await Pharos.OkAsync("list");
        Assert.Equal(_app.Pid, (await Pharos.RunningAsync("app")).Pid);
    }

    private static void Break(string path, string how)
    {
        var bytes = File.ReadAllBytes(path);
        switch (how)
        {
            case "cut":
                bytes = bytes[..(bytes.Length / 2)];
                break;
            case "flipped":
                bytes[^10] ^= 1;
                break;
            default:
                bytes = [];
                break;
        }

        File.WriteAllBytes(path, bytes);
    }
}
