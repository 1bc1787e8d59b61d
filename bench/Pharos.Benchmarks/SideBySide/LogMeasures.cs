using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Pharos.Benchmarks.Contestants;

namespace Pharos.Benchmarks.SideBySide;

/// <summary>A flood that was taken into a file.</summary>
/// <param name="Who">By whom.</param>
/// <param name="Bytes">Printed.</param>
/// <param name="Seconds">From the app's first byte, by its own word, to the last one in the file.</param>
/// <param name="CpuSeconds">Of the daemon.</param>
/// <param name="RssRiseBytes">Most memory of the daemon, above what it had before.</param>
/// <param name="Lost">Lines that are not there.</param>
/// <param name="Twice">Lines that are there more than once.</param>
internal sealed record FloodResult(string Who, long Bytes, double Seconds, double CpuSeconds, long RssRiseBytes, long Lost, long Twice)
{
    private const double Gib = 1024.0 * 1024 * 1024;

    public double MegabytesPerSecond => Bytes / 1e6 / Seconds;

    public double CpuPerGib => CpuSeconds / Bytes * Gib;

    public JsonNode Json => new JsonObject
    {
        ["what"] = "flood",
        ["who"] = Who,
        ["bytes"] = Bytes,
        ["seconds"] = Seconds,
        ["megabytesPerSecond"] = MegabytesPerSecond,
        ["cpuSecondsPerGib"] = CpuPerGib,
        ["rssRiseBytes"] = RssRiseBytes,
        ["lost"] = Lost,
        ["twice"] = Twice,
    };
}

/// <summary>A steady stream that was taken into a file.</summary>
/// <param name="Who">By whom.</param>
/// <param name="CpuPercent">Of the daemon, of one core.</param>
/// <param name="RssBytes">Of the daemon.</param>
/// <param name="Lost">Lines that are not there.</param>
internal sealed record StreamResult(string Who, double CpuPercent, long RssBytes, long Lost)
{
    public JsonNode Json => new JsonObject { ["what"] = "stream", ["who"] = Who, ["cpuPercent"] = CpuPercent, ["rssBytes"] = RssBytes, ["lost"] = Lost };
}

/// <summary>Measures who keeps the output of an app in a file.</summary>
internal static class LogMeasures
{
    /// <summary>Of each line, its end included.</summary>
    public const int LineBytes = 100;

    /// <summary>Lines a second of the stream, one write(2) each.</summary>
    public const int PerSecond = 20_000;

    /// <summary>Prints a file, as fast as it goes.</summary>
    /// <param name="keeper">Who takes it; disposed.</param>
    /// <param name="file">What is printed, made by <see cref="Lines"/>.</param>
    /// <param name="stamped">Its file has a time in each line.</param>
    public static FloodResult Flood(LogKeeper keeper, string file, bool stamped)
    {
        using var who = keeper;
        var bytes = new FileInfo(file).Length;
        var lines = bytes / LineBytes;
        var (idle, before) = who.Pid > 0 ? (ProcessUse.Of(who.Pid).RssBytes, CpuClock.SecondsOf(who.Pid)) : (0, 0);
        var begins = file + ".begins";
        File.Delete(begins);
        who.Start($"> {begins}; cat {file}; exec sleep 100000");
        var watch = Stopwatch.StartNew();
        var (most, last, lastAt) = (0L, 0L, DateTime.UtcNow);
        var cpu = 0.0;
        while (watch.Elapsed < TimeSpan.FromMinutes(10))
        {
            Thread.Sleep(5);
            var written = who.Written;
            if (who.Pid > 0 && Directory.Exists($"/proc/{who.Pid}"))
            {
                most = Math.Max(most, Rss(who.Pid));
                cpu = CpuOf(who.Pid) ?? cpu;
            }

            if (written != last)
                (last, lastAt) = (written, DateTime.UtcNow);
            else if (written > 0 && DateTime.UtcNow - lastAt > TimeSpan.FromSeconds(3))
                break; // all that comes has come
        }

        var seconds = (lastAt - File.GetLastWriteTimeUtc(begins)).TotalSeconds;
        var (there, twice) = Check(who.LogFile, stamped, lines);
        return new(who.Name, bytes, seconds, cpu - before, idle > 0 ? most - idle : 0, lines - there, twice);
    }

    /// <summary>Prints lines at a steady rate.</summary>
    /// <param name="keeper">Who takes them; disposed.</param>
    /// <param name="seconds">How long it is measured.</param>
    public static StreamResult Stream(LogKeeper keeper, int seconds)
    {
        using var who = keeper;
        var total = (long)PerSecond * (seconds + 6);
        who.Start($"exec {Environment.ProcessPath} print-lines {PerSecond} {seconds + 6}");
        var watch = Stopwatch.StartNew();
        while (who.Written < PerSecond * 2 * LineBytes && watch.Elapsed < TimeSpan.FromMinutes(1))
            Thread.Sleep(20);
        var cpu = CpuClock.SecondsOf(who.Pid);
        watch.Restart();
        Thread.Sleep(TimeSpan.FromSeconds(seconds));
        var percent = 100 * (CpuClock.SecondsOf(who.Pid) - cpu) / watch.Elapsed.TotalSeconds;
        var rss = Rss(who.Pid);
        // All is there when nothing more comes: with a time in each line there are more bytes than were printed.
        var (last, lastAt) = (0L, watch.Elapsed);
        while (watch.Elapsed < TimeSpan.FromSeconds(seconds + 30) && (who.Written < total * LineBytes || watch.Elapsed - lastAt < TimeSpan.FromSeconds(3)))
        {
            Thread.Sleep(100);
            if (who.Written != last)
                (last, lastAt) = (who.Written, watch.Elapsed);
        }

        var (there, _) = Check(who.LogFile, who.Name.Contains("--time", StringComparison.Ordinal), total);
        return new(who.Name, percent, rss, total - there);
    }

    /// <summary>The app of <see cref="Stream"/>.</summary>
    public static int Print(int perSecond, int seconds)
    {
        using var output = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        var watch = Stopwatch.StartNew();
        var line = new byte[LineBytes];
        for (long n = 0; n < (long)perSecond * seconds;)
        {
            var due = Math.Min((long)(watch.Elapsed.TotalSeconds * perSecond), (long)perSecond * seconds);
            for (; n < due; n++)
            {
                Line(n, line);
                output.Write(line);
            }

            Thread.Sleep(1);
        }

        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    /// <summary>Writes numbered lines into a file.</summary>
    public static string Lines(string path, int megabytes)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 20);
        var line = new byte[LineBytes];
        for (long n = 0, count = megabytes * 1024L * 1024 / LineBytes; n < count; n++)
        {
            Line(n, line);
            file.Write(line);
        }

        return path;
    }

    /// <returns>How many of the numbered lines are in the file, and how many lines are there that are not new.</returns>
    private static (long There, long Twice) Check(string path, bool stamped, long lines)
    {
        var seen = new bool[lines];
        var (there, twice) = (0L, 0L);
        using var reader = new StreamReader(path, Encoding.Latin1, false, 1 << 20);
        while (reader.ReadLine() is { } line)
        {
            var at = stamped ? line.IndexOf(": ", StringComparison.Ordinal) + 2 : 0;
            if (line.Length - at != LineBytes - 1 || !long.TryParse(line.AsSpan(at + 5, 9), NumberStyles.None, CultureInfo.InvariantCulture, out var n) || n >= lines)
                continue;
            if (seen[n])
                twice++;
            else
                there++;
            seen[n] = true;
        }

        return (there, twice);
    }

    private static void Line(long n, Span<byte> line)
    {
        "line 000000000 handled GET /api/v1/orders for tenant acme in 12 ms, status 200, cache miss, 5123 bytes\n"u8[..(LineBytes - 1)].CopyTo(line);
        for (var digit = 13; digit >= 5; digit--, n /= 10)
            line[digit] = (byte)('0' + (n % 10));
        line[^1] = (byte)'\n';
    }

    private static long Rss(int pid)
    {
        try
        {
            return long.Parse(File.ReadAllText($"/proc/{pid}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static double? CpuOf(int pid)
    {
        try
        {
            return CpuClock.SecondsOf(pid);
        }
        catch (CannotMeasureException)
        {
            return null; // it has just ended, as cat does
        }
    }
}
