using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pharos.EndToEnd.Tests.Kit;
using Xunit.Abstractions;

namespace Pharos.EndToEnd.Tests.Shipping;

/// <summary>A follower that is stopped while an app prints 4 MB/s. PHAROS_FOLLOW_SECONDS says for how long (5); 60 is the full size.</summary>
public sealed class SlowFollowerTests(ITestOutputHelper output) : PharosTest
{
    private const int SigStop = 19;
    private const int SigCont = 18;
    private const double MostGrowthMiB = 5;
    private const int WarmLines = 400_000; // ten seconds of the same load with a follower that reads: what the stop adds is measured, not what the load does
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly int Seconds = int.Parse(Environment.GetEnvironmentVariable("PHAROS_FOLLOW_SECONDS") ?? "5", CultureInfo.InvariantCulture);

    /// <summary>4 MB/s in lines of 100 bytes.</summary>
    private const string Printer = """
        import os, time
        n, began = 0, time.monotonic()
        while True:
            block = b''.join(b'line %09d ' % (n + i) + b'x' * 84 + b'\n' for i in range(400))
            n += 400
            os.write(1, block)
            ahead = n * 100 / 4e6 - (time.monotonic() - began)
            if ahead > 0: time.sleep(ahead)
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stopped_follower_costs_the_daemon_a_bounded_buffer_and_is_told_what_it_missed(bool json)
    {
        var script = Path.Combine(Pharos.Folder, "printer.py");
        await File.WriteAllTextAsync(script, Printer);
        await Pharos.OkAsync("start", script, "--name", "printer", "--interpreter", "python3", "--min-uptime", "50ms");
        await Pharos.LineAsync("printer", "line");
        var daemon = await Pharos.DaemonPidAsync();
        using var follower = Pharos.Start(PharosCli.Program, json ? ["logs", "printer", "--json"] : ["logs", "printer"]);
        var read = 0L;
        string? missed = null;
        var reading = Task.Run(async () =>
        {
            while (await follower.StandardOutput.ReadLineAsync() is { } line)
            {
                Interlocked.Increment(ref read);
                if (line.Contains("missed", StringComparison.Ordinal))
                    missed ??= line;
            }
        });
        await Eventually.True(() => Interlocked.Read(ref read) > WarmLines, "the follower follows", Patience);
        var before = Usage.Of(daemon);
        Sys.Signal(follower.Id, SigStop);
        var (most, clock) = (0L, Stopwatch.StartNew());
        while (clock.Elapsed < TimeSpan.FromSeconds(Seconds))
        {
            await Task.Delay(100);
            most = Math.Max(most, Usage.Of(daemon).RssBytes);
        }

        var stopped = Interlocked.Read(ref read);
        Sys.Signal(follower.Id, SigCont);
        await Eventually.True(() => missed is not null && Interlocked.Read(ref read) > stopped + 20_000, "it is told what it missed, and goes on", Patience, () => $"{read - stopped} lines\n{Pharos.Logs}");
        most = Math.Max(most, Usage.Of(daemon).RssBytes);
        Sys.Signal(follower.Id, Sys.SigKill);
        await follower.WaitForExitAsync();
        await reading;

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory {before.RssBytes / 1048576.0:0.0} MiB, at most {most / 1048576.0:0.0} MiB in {Seconds} s and after; told: {missed}"));
        Assert.InRange((most - before.RssBytes) / 1048576.0, double.MinValue, MostGrowthMiB);
        if (json)
        {
            using var told = JsonDocument.Parse(missed!);
            Assert.InRange(told.RootElement.GetProperty("missed").GetInt64(), 1, long.MaxValue);
        }
        else
        {
            Assert.Matches("… [0-9,]+ lines missed, slow reader", missed);
        }
    }
}
