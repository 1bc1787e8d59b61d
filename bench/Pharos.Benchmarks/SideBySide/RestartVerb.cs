using System.Diagnostics;
using System.Globalization;
using Pharos.Benchmarks.Contestants;
using Pharos.TestKit;

namespace Pharos.Benchmarks.SideBySide;

/// <summary>kill -9, again and again: how long is the app away? By the app's own clock, so nothing that a supervisor says is believed.</summary>
/// <remarks>The last beat is up to a millisecond before the kill, so the figures are too high by half a millisecond on average.</remarks>
internal static class RestartVerb
{
    private const double TargetMilliseconds = 50;
    private static readonly TimeSpan Life = TimeSpan.FromMilliseconds(200);

    public static int Run(Arguments arguments)
    {
        var count = arguments.Number("--count", 100);
        var example = PharosContestant.Example;
        using var folder = new TempHome();
        using var field = new Field(arguments);
        var runs = field.All.Select(who => (who, Begin(who, example, folder))).ToList();
        for (var kills = 0; kills < count; kills++)
        {
            foreach (var (who, clock) in runs)
            {
                Wait(who, clock, kills + 1);
                using var process = Process.GetProcessById(clock.Pid);
                process.Kill();
            }
        }

        foreach (var (who, clock) in runs)
            Wait(who, clock, count + 1);
        return Report(runs);
    }

    private static ClockFile Begin(Contestant who, string example, TempHome folder)
    {
        who.Up();
        var file = folder.File($"{who.Name}.clock");
        who.StartApp(new App("example", example, [], 1, new Dictionary<string, string>
        {
            ["PHAROS_EXAMPLE_CLOCK"] = file,
            ["PORT"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
        }));
        return new ClockFile(file);
    }

    private static void Wait(Contestant who, ClockFile clock, int starts)
    {
        try
        {
            clock.WaitForLife(starts, Life);
        }
        catch (CannotMeasureException e)
        {
            throw new CannotMeasureException($"{who.Name}: {e.Message}\n{who.LastWords()}");
        }
    }

    private static int Report(List<(Contestant Who, ClockFile Clock)> runs)
    {
        List<string[]> rows = [["death to running, ms", "kills", "p50", "p90", "max"]];
        foreach (var (who, clock) in runs)
        {
            var away = clock.AwayMilliseconds;
            string[] figures = [.. new[] { 0.5, 0.9, 1 }.Select(share => Figures.Text(Figures.Percentile(away, share)))];
            rows.Add([who.Name, $"{away.Count}", .. figures]);
        }

        Figures.Print(rows);
        var median = Figures.Median(runs[0].Clock.AwayMilliseconds);
        if (runs.Count > 1)
            Console.WriteLine($"ratio of the medians, pm2 : pharos = {Figures.Text(Figures.Median(runs[1].Clock.AwayMilliseconds) / median)}");
        Console.WriteLine($"target: p50 of at most {TargetMilliseconds} ms: {(median <= TargetMilliseconds ? "met" : "MISSED")}");
        return median <= TargetMilliseconds ? 0 : 1;
    }
}
