using Pharos.Benchmarks.Contestants;

namespace Pharos.Benchmarks.SideBySide;

/// <summary>What it costs to start many instances at once, until all their processes are there; the contestants by turns.</summary>
internal static class StartVerb
{
    public static int Run(Arguments arguments)
    {
        var instances = arguments.Number("--instances", 50);
        var count = arguments.Number("--count", 3);
        using var field = new Field(arguments);
        foreach (var who in field.All)
            who.Up();
        var costs = field.All.Select(who => new CommandCost(who)).ToList();
        for (var i = 0; i < count; i++)
        {
            foreach (var cost in costs)
            {
                cost.Measure(who => who.StartSleepers(instances));
                cost.Who.DeleteAll();
            }
        }

        CommandCost.Report($"start of {instances} instances", costs);
        return 0;
    }
}
