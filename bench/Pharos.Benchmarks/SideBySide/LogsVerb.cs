using System.Text.Json;
using System.Text.Json.Nodes;
using Pharos.Benchmarks.Contestants;
using Pharos.TestKit;

namespace Pharos.Benchmarks.SideBySide;

/// <summary>What it costs to take an app's output into its file: a flood, as fast as it goes, and a stream of single lines at a steady rate.</summary>
internal static class LogsVerb
{
    public static int Run(Arguments arguments)
    {
        var megabytes = arguments.Number("--megabytes", 1024);
        var slow = arguments.Number("--slow-megabytes", 128);
        var seconds = arguments.Number("--seconds", 20);
        using var home = new TempHome();
        var big = LogMeasures.Lines(home.File("big"), megabytes);
        var small = LogMeasures.Lines(home.File("small"), Math.Min(slow, megabytes));
        var floods = Keepers(arguments, withFloor: true).Select(k => LogMeasures.Flood(k.Make(), k.IsSlow ? small : big, k.Stamped)).ToList();
        Figures.Print(
        [
            ["flood of 100-byte lines", "MiB", "MB/s", "cpu-s/GiB", "RSS rise MB", "lines lost", "twice"],
            .. floods.Select(f => new[] { f.Who, Figures.Text(f.Bytes / 1048576.0, 0), Figures.Text(f.MegabytesPerSecond), Figures.Text(f.CpuPerGib, 2), f.RssRiseBytes > 0 ? Figures.Megabytes(f.RssRiseBytes) : "-", $"{f.Lost}", $"{f.Twice}" }),
        ]);

        var streams = Keepers(arguments, withFloor: false).Where(k => !k.IsSlow).Select(k => LogMeasures.Stream(k.Make(), seconds)).ToList();
        Console.WriteLine();
        Figures.Print(
        [
            [$"20,000 lines a second, one per write, {seconds} s", "cpu %", "RSS MB", "lines lost"],
            .. streams.Select(s => new[] { s.Who, Figures.Text(s.CpuPercent, 2), Figures.Megabytes(s.RssBytes), $"{s.Lost}" }),
        ]);
        var file = Repository.PathOf("artifacts", "bench-logs.json");
        File.WriteAllText(file, new JsonArray([.. floods.Select(f => f.Json), .. streams.Select(s => s.Json)]).ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        Console.WriteLine($"load average {File.ReadAllText("/proc/loadavg").Split(' ')[0]}; written to {file}");
        return 0;
    }

    /// <summary>Who takes part, made when it is its turn.</summary>
    /// <param name="arguments">Of the command.</param>
    /// <param name="withFloor"><c>cat</c> too, which no daemon can beat by much.</param>
    /// <returns>Whether it writes a time into each line, and whether it is so slow at it that it gets less to do.</returns>
    public static IEnumerable<(string Name, bool Stamped, bool IsSlow, Func<LogKeeper> Make)> Keepers(Arguments arguments, bool withFloor)
    {
        if (withFloor)
            yield return ("cat", false, false, () => new CatKeeper());
        yield return ("pharos", false, false, () => new PharosKeeper("pharos", arguments));
        yield return ("pharos --time", true, false, () => new PharosKeeper("pharos --time", arguments, "--time"));
        if (arguments.WithPm2 && File.Exists(Pm2Keeper.Program))
        {
            yield return ("pm2", false, false, () => new Pm2Keeper("pm2", Pm2Keeper.Program));
            yield return ("pm2 --time", true, true, () => new Pm2Keeper("pm2 --time", Pm2Keeper.Program, "--time"));
        }

        if (Directory.Exists(SupervisordKeeper.Folder))
            yield return ("supervisord", false, false, () => new SupervisordKeeper("supervisord"));
        else
            Console.Error.WriteLine("bench: supervisord is not there, bench/supervisord/install would get it; going on without");
    }
}
