using System.Globalization;
using System.Text.Json;
using Pharos.EndToEnd.Tests.Kit;
using Xunit.Abstractions;

namespace Pharos.EndToEnd.Tests.Survival;

/// <summary>The daemon goes again and again, at moments that a seed chooses, and nobody notices. PHAROS_SOAK_KILLS says how often (10), PHAROS_SOAK_SEED repeats a run.</summary>
public sealed class SoakTests(ITestOutputHelper output) : PharosTest
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private static readonly int Rounds = Number("PHAROS_SOAK_KILLS") ?? 10;

    private Fleet? _fleet;
    private readonly int _seed = Number("PHAROS_SOAK_SEED") ?? Random.Shared.Next();

    [Fact]
    public async Task A_daemon_that_is_killed_again_and_again_costs_nobody_anything()
    {
        var (fleet, counters, random) = await BeginAsync();
        var inItsStart = 0;
        for (var round = 1; round <= Rounds; round++)
        {
            var when = $"seed {_seed}, kill {round}";
            await Task.Delay(random.Next(0, 300));
            await Pharos.KillDaemonAsync();
            if (random.Next(4) == 0)
                inItsStart += await KillOneThatStartsAsync(random) ? 1 : 0;
            await LookAsync(fleet, counters, when);
        }

        output.WriteLine($"{inItsStart} more were killed while they started");
        var (lines, crasher) = await EndAsync(fleet, counters);
        // One that started and ended in the last instant of a daemon left no trace: then it is not counted. What is counted happened.
        Assert.InRange(fleet.CrasherStarts - 1 - crasher.Restarts, 0, 1 + ((Rounds + inItsStart) / 10));
        Report(lines, crasher, fleet, counters);
    }

    [Fact]
    public async Task A_daemon_that_is_replaced_again_and_again_costs_nobody_anything_and_knows_how_everybody_ended()
    {
        var (fleet, counters, random) = await BeginAsync();
        var pid = await Pharos.DaemonPidAsync();
        List<double> seconds = [];
        for (var round = 1; round <= Rounds; round++)
        {
            var when = $"seed {_seed}, update {round}";
            await Task.Delay(random.Next(0, 300));
            var update = Pharos.RunAsync("update", "--json");
            var others = Enumerable.Range(0, 3).Select(async _ =>
            {
                await Task.Delay(random.Next(0, 60));
                return await Pharos.RunAsync("list", "--json");
            }).ToList();
            var updated = await update;
            Check.That(updated.ExitCode == 0, () => $"{when}: {updated}\n{Pharos.Logs}");
            using var told = JsonDocument.Parse(updated.Out);
            seconds.Add(told.RootElement.GetProperty("seconds").GetDouble());
            Assert.InRange(told.RootElement.GetProperty("kept").GetInt32(), 18, 19); // the crashing one may have no process just then
            foreach (var other in await Task.WhenAll(others))
                Check.That(other.ExitCode == 0, () => $"{when}: {other}\n{Pharos.Logs}");
            await LookAsync(fleet, counters, when);
            Assert.Equal(pid, await Pharos.DaemonPidAsync());
        }

        var (lines, crasher) = await EndAsync(fleet, counters);
        Assert.Equal(fleet.CrasherStarts - 1, crasher.Restarts);
        Assert.Equal(0, counters.Of("pharos_instance_exits_total", "crasher", "reason=\"lost\""));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"an update takes {seconds.Average():0.000} s, {seconds.Max():0.000} s at most"));
        Report(lines, crasher, fleet, counters);
    }

    public override async Task DisposeAsync()
    {
        _fleet?.Release();
        await base.DisposeAsync();
    }

    private async Task<(Fleet Fleet, Counters Counters, Random Random)> BeginAsync()
    {
        output.WriteLine($"PHAROS_SOAK_SEED={_seed} PHAROS_SOAK_KILLS={Rounds}");
        var fleet = _fleet = new Fleet(Pharos);
        await fleet.StartAsync();
        return (fleet, new Counters(Pharos), new Random(_seed));
    }

    private async Task LookAsync(Fleet fleet, Counters counters, string when)
    {
        var listed = await Pharos.OkAsync("list", "--json"); // the command that brings the next daemon
        var instances = JsonSerializer.Deserialize<Instance[]>(listed.Out, Web)!;
        fleet.IsUnharmed(instances, when);
        counters.Look(instances, when);
        await counters.LookAsync(when);
    }

    /// <summary>Kills a daemon that has not come up yet; its client says so, and the next one tries again.</summary>
    private async Task<bool> KillOneThatStartsAsync(Random random)
    {
        var client = Pharos.RunAsync("list");
        await Task.Delay(random.Next(0, 80));
        var daemon = Processes.Of(Pharos.Folder).FirstOrDefault(pid => Processes.CommandOf(pid) == "pharos daemon");
        if (daemon > 0)
        {
            Sys.Signal(daemon, Sys.SigKill);
            await Eventually.True(() => !Processes.IsAlive(daemon), "the daemon is gone");
        }

        await client;
        return daemon > 0;
    }

    private async Task<(long Lines, Instance Crasher)> EndAsync(Fleet fleet, Counters counters)
    {
        var (lines, crasher) = await fleet.EndAsync();
        await counters.LookAsync("at the end");
        return (lines, crasher);
    }

    private void Report(long lines, Instance crasher, Fleet fleet, Counters counters) => output.WriteLine(
        $"{Rounds} rounds; {lines} lines of {Fleet.Writers} writers, none lost or doubled; {counters.Series} counters, none fell back; "
        + $"the crashing app started {fleet.CrasherStarts} times, {crasher.Restarts} restarts counted");

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
