using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Service;

public sealed class DaemonVerbsTests : PharosTest
{
    [Fact]
    public async Task Stopped_with_its_daemon_an_app_comes_back_with_the_next_and_with_keep_apps_it_never_goes()
    {
        Assert.Contains("no daemon is running", (await Pharos.OkAsync("daemon", "stop")).Out);
        (await Pharos.RunAsync("daemon", "status")).OneLine("no daemon is running");
        await StartAsync("on");
        await StartAsync("off");
        await Pharos.OkAsync("stop", "off");
        var before = await Pharos.RunningAsync("on");
        var status = (await Pharos.OkAsync("daemon", "status")).Out;
        Assert.Contains("2 apps, 1 of 2 instances with a process", status);
        Assert.Contains("service    none", status);

        await Pharos.OkAsync("daemon", "stop", "--keep-apps");
        Assert.True(Processes.IsAlive(before.Pid!.Value), "the app went with the daemon");
        await Pharos.OkAsync("list");
        Assert.Equal(before.Pid, (await Pharos.RunningAsync("on")).Pid);

        Assert.Equal("all apps stopped, daemon stopped\n", (await Pharos.OkAsync("daemon", "stop")).Out);
        Assert.False(Processes.IsAlive(before.Pid.Value), "the app outlived its stop");
        var list = (await Pharos.OkAsync("list")).Out; // the very first answer of a daemon has all apps in it
        Assert.Contains("on", list);
        Assert.Contains("off", list);
        Assert.NotEqual(before.Pid, (await Pharos.RunningAsync("on")).Pid);
        Assert.Equal("stopped", (await Pharos.OneAsync("off")).State);
    }

    [Fact]
    public async Task What_was_saved_is_back_after_a_kill_and_after_a_delete()
    {
        await StartAsync("web");
        await StartAsync("late");
        await Pharos.OkAsync("stop", "late");
        await Pharos.OkAsync("save");
        await Pharos.OkAsync("kill");
        var said = (await Pharos.OkAsync("resurrect")).Out;
        Assert.StartsWith("started the daemon", said);
        Assert.Contains("web: 1 started, 0 up already\n", said);
        Assert.Contains("late: 0 started, 0 up already\n", said);
        await Pharos.RunningAsync("web");

        await Pharos.OkAsync("delete", "all");
        Assert.Contains("web: declared again, 1 started, 0 up already\n", (await Pharos.OkAsync("resurrect")).Out);
        var web = await Pharos.RunningAsync("web");
        Assert.Contains("web: 0 started, 1 up already\n", (await Pharos.OkAsync("resurrect")).Out);
        Assert.Equal(web.Pid, (await Pharos.RunningAsync("web")).Pid);

        (await Pharos.RunAsync("resurrect", "--file", "nowhere.json")).OneLine("state file", "nowhere.json", "nothing was changed");
    }

    private Task StartAsync(string name) => Pharos.OkAsync("start", PharosCli.Fixture, "--name", name, "--min-uptime", "20ms", "--", "stays-up");
}
