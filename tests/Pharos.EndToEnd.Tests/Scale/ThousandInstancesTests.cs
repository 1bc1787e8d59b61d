using System.Diagnostics;
using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Scale;

/// <summary>A thousand instances under one daemon. The bounds are wide: bench/ has the figures; what must not come back is work that grows with the square.</summary>
public sealed class ThousandInstancesTests : PharosTest
{
    private const int Instances = 1000;
    private const long MostResidentBytes = 110L * 1024 * 1024;

    [Fact]
    public async Task They_start_are_listed_outlive_the_daemon_and_stop()
    {
        var clock = Stopwatch.StartNew();
        var run = await Pharos.RunAsync("/bin/sh", ["-c", $"ulimit -Sn 1024; exec '{PharosCli.Program}' start sleep --name s --instances {Instances} --min-uptime 100ms -- 1000000"]); // the usual soft limit
        Assert.True(run.ExitCode == 0, $"{run}\n{Pharos.Logs}");
        await Eventually.True(async () => (await Pharos.InstancesAsync()).Count(i => i.IsRunning) == Instances, "all run", TimeSpan.FromSeconds(40), () => Pharos.Logs);
        var started = clock.Elapsed;
        Assert.Contains($"{Instances} instances: {Instances} running", (await Pharos.OkAsync("list")).Out);
        var before = await Pharos.InstancesAsync();
        Assert.Equal(Instances, before.Select(i => i.Pid).Distinct().Count());

        var daemon = await Pharos.DaemonPidAsync();
        await Eventually.True(() => ResidentBytes(daemon) is > 0 and < MostResidentBytes, "what the start took is given back", TimeSpan.FromSeconds(30), () => $"{ResidentBytes(daemon)} bytes are resident");

        await Pharos.KillDaemonAsync();
        await Pharos.OkAsync("list");
        Assert.Equal(before.Select(i => (i.Index, i.Pid)), (await Pharos.InstancesAsync()).Select(i => (i.Index, i.Pid)));

        clock.Restart();
        await Pharos.OkAsync("stop", "all");
        var stopped = clock.Elapsed;
        Assert.All(await Pharos.InstancesAsync(), i => Assert.Equal("stopped", i.State));
        await Eventually.True(() => !Directory.EnumerateFiles(Pharos.Runtime, "*", SearchOption.AllDirectories).Any(), "their output is read and their spool files are gone");
        Assert.True(started < TimeSpan.FromSeconds(40) && stopped < TimeSpan.FromSeconds(20), $"started in {started.TotalSeconds:F1} s, stopped in {stopped.TotalSeconds:F1} s");
    }

    private static long ResidentBytes(int pid) =>
        long.Parse(File.ReadLines($"/proc/{pid}/status").Single(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
}
