using Pharos.Benchmarks.Table;
using Pharos.TestKit;

namespace Pharos.Benchmarks.SideBySide;

/// <summary>The flood alone, in turns with those who need no minutes for it: for working on the pump.</summary>
internal static class FloodVerb
{
    public static int Run(Arguments arguments)
    {
        using var home = new TempHome();
        var big = LogMeasures.Lines(home.File("big"), arguments.Number("--megabytes", 1024));
        var floods = new List<FloodResult>();
        for (var round = 0; round < arguments.Number("--rounds", 5); round++)
        {
            foreach (var keeper in LogsVerb.Keepers(arguments, withFloor: true).Where(k => !k.Stamped && k.Name != "pm2"))
                floods.Add(LogMeasures.Flood(keeper.Make(), big, stamped: false));
        }

        Figures.Print(
        [
            ["flood of 100-byte lines", "MB/s", "cpu-s/GiB", "lines lost", "twice"],
            .. floods.GroupBy(f => f.Who).Select(g => new[]
            {
                g.Key, new Sample(0, g.Select(f => f.MegabytesPerSecond)).Text, new Sample(2, g.Select(f => f.CpuPerGib)).Text, $"{g.Sum(f => f.Lost)}", $"{g.Sum(f => f.Twice)}",
            }),
        ]);
        return 0;
    }
}
