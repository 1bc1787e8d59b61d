using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pharos.Benchmarks.Contestants;
using Pharos.TestKit;

namespace Pharos.Benchmarks.SideBySide;

/// <summary>What it costs to take an app's output into its file: a flood, as fast as it goes, and a stream of single lines at a steady rate.</summary>
internal static class LogsVerb
{
    private const int LineBytes = 100;
    private const double Gib = 1024.0 * 1024 * 1024;

    public static int Run(Arguments arguments)
    {
        var megabytes = arguments.Number("--megabytes", 1024);
        var slow = arguments.Number("--slow-megabytes", 128);
        var seconds = arguments.Number("--seconds", 20);
        using var home = new TempHome();
        var big = Lines(home.File("big"), megabytes * 1024L * 1024 / LineBytes);
        var small = Lines(home.File("small"), Math.Min(slow, megabytes) * 1024L * 1024 / LineBytes);
        List<JsonNode> results = [];
        List<string[]> rows = [["flood of 100-byte lines", "MiB", "MB/s", "cpu-s/GiB", "RSS rise MB", "lines lost", "twice"]];
        Flood(new CatKeeper(), big, stamped: false, rows, results);
        Flood(new PharosKeeper("pharos", arguments, "--log-opt", "max_unread=16g"), big, stamped: false, rows, results);
        Flood(new PharosKeeper("pharos --time", arguments, "--time", "--log-opt", "max_unread=16g"), big, stamped: true, rows, results);
        foreach (var other in Others(arguments))
            Flood(other.Make(), other.Stamped ? small : big, other.Stamped, rows, results);
        Figures.Print(rows);

        rows = [[$"20,000 lines a second, one per write, {seconds} s", "cpu %", "RSS MB", "lines lost"]];
        Stream(new PharosKeeper("pharos", arguments), seconds, rows, results);
        Stream(new PharosKeeper("pharos --time", arguments, "--time"), seconds, rows, results);
        foreach (var other in Others(arguments).Where(o => !o.Stamped))
            Stream(other.Make(), seconds, rows, results);
        Console.WriteLine();
        Figures.Print(rows);
        var file = Repository.PathOf("artifacts", "bench-logs.json");
        File.WriteAllText(file, new JsonArray([.. results]).ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        Console.WriteLine($"load average {File.ReadAllText("/proc/loadavg").Split(' ')[0]}; written to {file}");
        return 0;
    }

    /// <summary>Prints lines at a rate, one write(2) each: the app of the second half.</summary>
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

    private static IEnumerable<(bool Stamped, Func<LogKeeper> Make)> Others(Arguments arguments)
    {
        if (arguments.WithPm2 && File.Exists(Pm2Keeper.Program))
        {
            yield return (false, () => new Pm2Keeper("pm2", Pm2Keeper.Program));
            yield return (true, () => new Pm2Keeper("pm2 --time", Pm2Keeper.Program, "--time"));
        }

        if (Directory.Exists(SupervisordKeeper.Folder))
            yield return (false, () => new SupervisordKeeper("supervisord"));
        else
            Console.Error.WriteLine("bench: supervisord is not there, bench/supervisord/install would get it; going on without");
    }

    private static void Flood(LogKeeper keeper, string file, bool stamped, List<string[]> rows, List<JsonNode> results)
    {
        using var who = keeper;
        var bytes = new FileInfo(file).Length;
        var lines = bytes / LineBytes;
        var idle = who.Pid > 0 ? ProcessUse.Of(who.Pid) : default;
        var watch = Stopwatch.StartNew();
        who.Start($"cat {file}; exec sleep 100000");
        var (most, last, lastAt) = (0L, 0L, watch.Elapsed);
        var cpu = 0.0;
        while (watch.Elapsed < TimeSpan.FromMinutes(10))
        {
            Thread.Sleep(5);
            var written = who.Written;
            if (Directory.Exists($"/proc/{who.Pid}"))
            {
                most = Math.Max(most, Rss(who.Pid));
                cpu = ProcessUse.CpuSecondsOf(who.Pid);
            }

            if (written != last)
                (last, lastAt) = (written, watch.Elapsed);
            else if (written > 0 && watch.Elapsed - lastAt > TimeSpan.FromSeconds(3))
                break; // all that comes has come
        }

        var (there, twice) = Check(who.LogFile, stamped, lines);
        var used = cpu - idle.CpuSeconds;
        var rate = bytes / 1e6 / lastAt.TotalSeconds;
        rows.Add([who.Name, Figures.Text(bytes / 1048576.0, 0), Figures.Text(rate), Figures.Text(used / bytes * Gib, 2), idle.RssBytes > 0 ? Figures.Megabytes(most - idle.RssBytes) : "-", $"{lines - there}", $"{twice}"]);
        results.Add(new JsonObject
        {
            ["what"] = "flood",
            ["who"] = who.Name,
            ["bytes"] = bytes,
            ["seconds"] = lastAt.TotalSeconds,
            ["megabytesPerSecond"] = rate,
            ["cpuSecondsPerGib"] = used / bytes * Gib,
            ["rssRiseBytes"] = most - idle.RssBytes,
            ["lost"] = lines - there,
            ["twice"] = twice,
        });
    }

    private static void Stream(LogKeeper keeper, int seconds, List<string[]> rows, List<JsonNode> results)
    {
        using var who = keeper;
        var total = 20_000L * (seconds + 6);
        who.Start($"exec {Environment.ProcessPath} print-lines 20000 {seconds + 6}");
        var watch = Stopwatch.StartNew();
        while (who.Written < 20_000 * 2 * LineBytes && watch.Elapsed < TimeSpan.FromMinutes(1))
            Thread.Sleep(20);
        var cpu = ProcessUse.CpuSecondsOf(who.Pid);
        watch.Restart();
        Thread.Sleep(TimeSpan.FromSeconds(seconds));
        var percent = 100 * (ProcessUse.CpuSecondsOf(who.Pid) - cpu) / watch.Elapsed.TotalSeconds;
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
        rows.Add([who.Name, Figures.Text(percent, 2), Figures.Megabytes(rss), $"{total - there}"]);
        results.Add(new JsonObject { ["what"] = "stream", ["who"] = who.Name, ["cpuPercent"] = percent, ["rssBytes"] = rss, ["lost"] = total - there });
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

    private static string Lines(string path, long count)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 20);
        var line = new byte[LineBytes];
        for (long n = 0; n < count; n++)
        {
            Line(n, line);
            file.Write(line);
        }

        return path;
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
}
