using System.Globalization;
using System.Text.RegularExpressions;
using Pharos.EndToEnd.Tests.Kit;
using Pharos.TestKit.Stack;
using Xunit.Abstractions;

namespace Pharos.EndToEnd.Tests.Shipping;

/// <summary>The Collector goes, the daemon goes, the disk of the log files is full. PHAROS_SHIP_OUTAGE says for how many seconds the Collector is away (6); 120 is the full size.</summary>
public sealed class OutageTests(ITestOutputHelper output) : PharosTest
{
    private static readonly int Away = int.Parse(Environment.GetEnvironmentVariable("PHAROS_SHIP_OUTAGE") ?? "6", CultureInfo.InvariantCulture);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private RealStack _stack = null!;
    private MountSpace? _space;

    /// <summary>Numbered lines, a pause after every few, until a file is there; then it says how many there were, and stays.</summary>
    private string Counter => Pharos.Script("counter", $$"""
        i=0
        until [ -e '{{Pharos.Folder}}/enough' ]; do
          for j in 1 2 3 4 5 6 7 8 9 10; do i=$((i+1)); echo "line $i"; done
          sleep 0.02
        done
        echo "$i" >'{{Pharos.Folder}}/count.new'; mv '{{Pharos.Folder}}/count.new' '{{Pharos.Folder}}/count'
        exec sleep 100000
        """);

    public override async Task InitializeAsync() => _stack = await RealStack.StartAsync();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _space?.Dispose();
        await _stack.DisposeAsync();
    }

    [Fact]
    public async Task No_app_notices_that_collector_daemon_and_disk_went_and_nothing_is_lost()
    {
        var logs = Path.Combine(Pharos.Home, "logs");
        Directory.CreateDirectory(logs);
        _space = new MountSpace(Pharos, $"mount -t tmpfs -o size=3m,mode=700 none '{logs}'");
        Pharos.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = _stack.OtlpHttpEndpoint.ToString();
        await Pharos.OkAsync("start", Counter, "--name", "counter");
        var pid = (await Pharos.RunningAsync("counter")).Pid;
        await Eventually.True(() => Delivered.Of(_stack, "counter").Count > 100, "lines arrive", details: () => Pharos.Logs);

        var began = Environment.TickCount64;
        await _stack.Collector.KillAsync();
        await Task.Delay(500); // the daemon has a batch that nobody answers
        await Pharos.KillDaemonAsync();
        await Pharos.OkAsync("list");
        var filler = Path.Combine(Pharos.Root + logs, "filler");
        Fill(filler);
        await Eventually.True(() => Pharos.Logs.Contains("No space left", StringComparison.Ordinal) || Pharos.Logs.Contains("disk is full", StringComparison.Ordinal), "it is said that the disk is full", Patience, () => Pharos.Logs);
        await Pharos.KillDaemonAsync();
        await Pharos.OkAsync("list");
        await Task.Delay((int)Math.Max(0, (Away * 1000L) - (Environment.TickCount64 - began)));
        File.Delete(filler);
        await _stack.Collector.StartAsync();

        await File.WriteAllTextAsync(Path.Combine(Pharos.Folder, "enough"), "");
        var count = await CountAsync();
        List<string> lines = [];
        await Eventually.True(() => (lines = LinesOf("counter")).Distinct().Count() >= count, "every line has arrived", Patience, () => $"{lines.Count}, {lines.Distinct().Count()} different, of {count}\n{Pharos.Logs}");
        Assert.Equal(Enumerable.Range(1, count).Select(i => $"line {i}"), lines.Distinct());
        Assert.Equal(pid, (await Pharos.OneAsync("counter")).Pid);
        Assert.Equal(0, Dropped(await Pharos.GetAsync("/metrics")));
        output.WriteLine($"{count} lines while the Collector was away for {Away} s and the daemon was killed twice: all there, {lines.Count - count} of them twice");
    }

    [Fact]
    public async Task What_is_beyond_the_cap_is_dropped_oldest_first_and_counted_to_the_line()
    {
        const int Lines = 200_000; // some 2.3 MB
        Pharos.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = _stack.OtlpHttpEndpoint.ToString();
        await _stack.Collector.KillAsync();
        await File.WriteAllTextAsync(Path.Combine(Pharos.Folder, "pharos.yaml"), $$"""
            apps:
              - name: spews
                script: {{PharosCli.Fixture}}
                args: [spews, "{{Lines}}", "20000"]
                restart: never
                logs: { buffer: { size: 1m } }
            """);
        await Pharos.OkAsync("apply", Path.Combine(Pharos.Folder, "pharos.yaml"));
        await Pharos.UntilAsync("spews", i => i.State == "stopped" && i.LastExit is not null, "has ended", Patience);
        await Eventually.True(async () => Dropped(await Pharos.GetAsync("/metrics"), "buffer_full") > 0, "it is counted while the Collector is away", Patience, () => Pharos.Logs);
        await Pharos.KillDaemonAsync();
        await Pharos.OkAsync("list");
        await _stack.Collector.StartAsync();

        List<string> lines = [];
        await Eventually.True(() => (lines = LinesOf("spews")).Contains($"line {Lines}"), "the newest has arrived", Patience, () => $"{lines.Count}\n{Pharos.Logs}");
        var dropped = Dropped(await Pharos.GetAsync("/metrics"));
        var different = lines.Distinct().Count();
        Assert.Equal(Lines, different + dropped);
        Assert.Equal(Lines, (int)(Dropped(await Pharos.GetAsync("/metrics"), "buffer_full") + different));
        Assert.InRange(lines.Sum(l => l.Length + 1), 1_000_000, 2_000_000);
        output.WriteLine($"{Lines} lines, cap of 1 MiB: {different} arrived ({lines.Count - different} twice), {dropped} counted as dropped");
    }

    private List<string> LinesOf(string app) => Delivered.Of(_stack, app).Lines.Values.SingleOrDefault() ?? [];

    private async Task<int> CountAsync()
    {
        var path = Path.Combine(Pharos.Folder, "count");
        await Eventually.True(() => File.Exists(path), "the app says how many lines there were");
        return int.Parse(await File.ReadAllTextAsync(path), CultureInfo.InvariantCulture);
    }

    private static long Dropped(string metrics, string reason = "[a-z_]+") =>
        Regex.Matches(metrics, $$"""^pharos_log_dropped_total\{[^}]*pharos_log_drop_reason="{{reason}}"[^}]*\} ([0-9.e+]+)$""", RegexOptions.Multiline, TimeSpan.FromSeconds(10))
            .Sum(m => (long)double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));

    private static void Fill(string path)
    {
        using var filler = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
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
