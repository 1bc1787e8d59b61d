using System.Globalization;
using System.Text.RegularExpressions;
using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Damage;

/// <summary>The disk of the log files is full while apps go on printing.</summary>
public sealed partial class FullLogDiskTests : PharosTest
{
    private const int Lines = 30_000;
    private MountSpace _space = null!;

    private string Filler => Path.Combine(Pharos.Root + Pharos.Home, "filler");

    public override Task InitializeAsync()
    {
        Directory.CreateDirectory(Pharos.Home);
        _space = new MountSpace(Pharos, $"mount -t tmpfs -o size=16m,mode=700 none '{Pharos.Home}'");
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("1m", true)]
    [InlineData("64m", false)]
    public async Task No_app_notices_and_what_is_over_the_cap_is_counted_to_the_line(string cap, bool drops)
    {
        var script = Pharos.Script("printer.sh", $$"""
            #!/bin/sh
            while [ ! -e "$GO" ]; do sleep 0.05; done
            i=0
            while [ $i -lt {{Lines}} ]; do echo "line $i of an app that does not know that the disk is full, and must not be told, 100 bytes end"; i=$((i+1)); done
            echo > "$GO.done"
            exec sleep 100000
            """);
        var go = Path.Combine(Pharos.Folder, "go");
        await Pharos.OkAsync("start", script, "--name", "printer", "--min-uptime", "20ms", "--env", $"GO={go}", "--log-opt", $"max_unread={cap}", "--log-opt", "rotate=false");
        var before = await Pharos.RunningAsync("printer");
        Fill();
        File.WriteAllText(go, "");
        await Eventually.True(() => File.Exists(go + ".done"), "the app printed all it had", TimeSpan.FromSeconds(60), () => Pharos.Logs);
        if (drops)
            await Eventually.True(async () => await DroppedAsync() > 0, "drops are counted", TimeSpan.FromSeconds(60), () => Pharos.Logs);
        File.Delete(Filler);
        var file = Path.Combine(Pharos.Root + Pharos.Home, "logs", "printer-out-0.log");
        await Eventually.True(() => File.ReadLines(file).LastOrDefault()?.StartsWith($"line {Lines - 1} ", StringComparison.Ordinal) == true, "the log file has caught up", TimeSpan.FromSeconds(60), () => Pharos.Logs);

        var numbers = File.ReadLines(file).Select(l => Whole().Match(l)).Where(m => m.Success).Select(m => int.Parse(m.Groups["number"].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(numbers.Distinct().Order(), numbers);
        Assert.Equal(Lines, numbers.Count + await DroppedAsync());
        Assert.Equal(drops, numbers.Count < Lines);
        var after = await Pharos.OneAsync("printer");
        Assert.Equal((before.Pid, 0), (after.Pid, after.Restarts));
        Assert.Contains("cannot write stdout of printer", Pharos.Logs, StringComparison.Ordinal);
    }

    public override async Task DisposeAsync()
    {
        File.Delete(Filler);
        await base.DisposeAsync();
        _space.Dispose();
    }

    private async Task<long> DroppedAsync() => (await Pharos.GetAsync("/metrics")).Split('\n')
        .Where(l => l.StartsWith("pharos_log_dropped", StringComparison.Ordinal) && l.Contains("\"unread\"", StringComparison.Ordinal))
        .Sum(l => (long)double.Parse(l[(l.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));

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

    [GeneratedRegex("^line (?<number>[0-9]+) of an app .* end$", RegexOptions.None, 10_000)]
    private static partial Regex Whole();
}
