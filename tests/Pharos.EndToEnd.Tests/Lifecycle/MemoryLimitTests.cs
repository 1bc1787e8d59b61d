using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Lifecycle;

public sealed class MemoryLimitTests : PharosTest
{
    [Fact]
    public async Task A_tree_over_its_limit_is_asked_to_stop_and_comes_back_with_the_reason()
    {
        // A shell ignores SIGINT in what it runs in the background. The memory is a child's: that of the main process alone would stay below the limit.
        var hog = Pharos.Script("hog.sh", "trap 'exit 0' TERM; x=$(head -c 60000000 /dev/zero | tr '\\0' a); echo full; while :; do sleep 0.05; done");
        var app = Pharos.Script("app.sh", $"trap 'echo asked to stop; wait; exit 0' TERM; if [ ! -e had ]; then touch had; {hog} & fi; while :; do sleep 0.05; done");
        await Pharos.OkAsync("start", app, "--name", "app", "--max-memory", "40m", "--stop-signal", "SIGTERM", "--min-uptime", "20ms");
        var after = await Pharos.UntilAsync("app", it => it.IsRunning && it.Incarnation == 2, "is back");
        Assert.Equal(("memory_limit", "memory_limit", 1L), (after.LastRestartReason, after.LastExit!.Reason, after.Restarts));
        await Pharos.LineAsync("app", "asked to stop");
        var described = await Pharos.OkAsync("describe", "app");
        Assert.Contains("memory limit", described.Out, StringComparison.Ordinal);
        Assert.Contains("app:0 uses ", Pharos.Logs, StringComparison.Ordinal);
    }
}
