using System.Diagnostics;
using Pharos.Benchmarks.Table.Lines;

namespace Pharos.Benchmarks.Table;

/// <summary>Every measure that the project holds itself to, beside PM2 in the same run, with its target.</summary>
internal static class TableVerb
{
    private static readonly IReadOnlyList<(string Name, Func<TableRun, IEnumerable<Row>> Measure)> Lines =
    [
        ("list", Commands.List),
        ("jlist", Commands.Jlist),
        ("memory", Footprint.Memory),
        ("inside", InsideNode.Measure),
        ("idle", Footprint.Idle),
        ("asked", Commands.Asked),
        ("start", Starts.Start),
        ("stop", Starts.Stop),
        ("restart", Restarts.Restart),
        ("loop", Restarts.Loop),
        ("logs", LogFiles.Measure),
        ("cluster", Cluster.Measure),
        ("telemetry", TelemetryCost.Measure),
        ("scale", Starts.Scale),
    ];

    /// <param name="args">What follows the verb.</param>
    /// <returns>0: all that was asked for is measured, whether targets are met or not; 2: something could not be.</returns>
    public static int Run(string[] args)
    {
        var (only, quick, write, left) = Read(args);
        using var run = new TableRun(new Arguments(left), quick);
        var file = TableFile.Load();
        var failed = false;
        foreach (var (name, measure) in Lines.Where(l => only is null || only.Contains(l.Name)))
        {
            var watch = Stopwatch.StartNew();
            try
            {
                file.Set(name, [.. measure(run)]);
                Console.Error.WriteLine($"bench: {name}: {watch.Elapsed.TotalSeconds:F0} s");
                foreach (var row in file.RowsOf(name))
                    Console.WriteLine($"{row.Measure} | {row.Pharos} | PM2 {row.Pm2} | {row.Floor} | {row.Ratio} | {row.Target} | {Word(row)}");
            }
            catch (CannotMeasureException e)
            {
                Console.Error.WriteLine($"bench: {name}: not measured: {e.Message}");
                failed = true;
            }
        }

        if (write)
            file.Save(Lines.Select(l => l.Name));
        return failed ? 2 : 0;
    }

    /// <summary>Whether the target is reached, in a word.</summary>
    public static string Word(Row row) => row.Met switch { true => "met", false => "**MISSED**", null => "" };

    private static (IReadOnlyList<string>? Only, bool Quick, bool Write, string[] Left) Read(string[] args)
    {
        IReadOnlyList<string>? only = null;
        var (quick, write, left) = (false, true, new List<string>());
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--quick")
                quick = true;
            else if (args[i] == "--no-write")
                write = false;
            else if (args[i] == "--only" && i + 1 < args.Length)
                only = args[++i].Split(',');
            else
                left.Add(args[i]);
        }

        if (only?.FirstOrDefault(o => Lines.All(l => l.Name != o)) is { } unknown)
            throw new CannotMeasureException($"the table has no line '{unknown}': {string.Join(", ", Lines.Select(l => l.Name))}");
        return (only, quick, write, [.. left]);
    }
}
