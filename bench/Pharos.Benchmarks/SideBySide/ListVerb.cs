using Pharos.Benchmarks.Contestants;

namespace Pharos.Benchmarks.SideBySide;

/// <summary>What one <c>list</c> costs, the contestants by turns.</summary>
internal static class ListVerb
{
    public static int Run(Arguments arguments)
    {
        var instances = arguments.Number("--instances", 20);
        var count = arguments.Number("--count", 20);
        using var field = new Field(arguments);
        foreach (var who in field.All)
        {
            who.Up();
            who.StartSleepers(instances);
            if (who.List().Output.Split("sleeper").Length - 1 < instances) // also warms it up
                throw new CannotMeasureException($"{who.Name} list does not show {instances} instances");
        }

        var costs = field.All.Select(who => new CommandCost(who)).ToList();
        for (var i = 0; i < count; i++)
            costs.ForEach(cost => cost.Measure(who => who.List()));

        CommandCost.Report($"list of {instances} instances", costs);
        return 0;
    }
}
