using System.Globalization;

namespace Pharos.Contracts.Text;

/// <summary>The runs of a job as a table, and one of them as a line.</summary>
public static class RunTable
{
    /// <summary>What <c>pharos run</c> says.</summary>
    /// <param name="run">The run.</param>
    /// <returns>A line without its newline.</returns>
    public static string Line(RunView run)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{TerminalText.Clean(run.App)} run {run.Number}");
        return run switch
        {
            { Outcome: null } => $"{name} goes on in {TerminalText.Clean(run.App)}:{run.Index.ToString(CultureInfo.InvariantCulture)}",
            { DurationSeconds: { } took } => $"{name}: {run.Outcome}, {Result(run)}, after {Humanize.Duration(took)}",
            { Reason: null } => $"{name}: {run.Outcome}",
            _ => $"{name}: {run.Outcome}, {Result(run)}",
        };
    }

    /// <summary>The table.</summary>
    internal static string Render(IReadOnlyList<RunView> runs, int width, bool color)
    {
        TableColumn[] columns =
        [
            new("run", 100, Right: true),
            new("#", 10, Right: true),
            new("started", 90),
            new("took", 80, Right: true),
            new("by", 70),
            new("outcome", 95),
            new("result", 60),
        ];
        List<TableCell[]> rows = [];
        foreach (var run in runs)
        {
            rows.Add(
            [
                new(run.Number.ToString(CultureInfo.InvariantCulture)),
                new(run.Outcome == "skipped" ? "-" : run.Index.ToString(CultureInfo.InvariantCulture)),
                new(Humanize.Time(run.StartedAt)),
                new(run.DurationSeconds is { } took ? Humanize.Duration(took) : "-"),
                new(run.First == run.Number ? run.Trigger : string.Create(CultureInfo.InvariantCulture, $"{run.Trigger} of {run.First}")),
                new(Outcome(run), Color: Color(run)),
                new(Result(run)),
            ]);
        }

        return TextTable.Render(columns, rows, width, color);
    }

    private static string Outcome(RunView run) => run switch
    {
        { Outcome: null } => "goes on",
        { Times: > 1 } => string.Create(CultureInfo.InvariantCulture, $"{run.Outcome} {run.Times} times"),
        _ => run.Outcome,
    };

    private static string Color(RunView run) => run.Outcome switch
    {
        "success" => Sgr.Green,
        "failure" or "deadline" => Sgr.Red,
        _ => Sgr.Yellow,
    };

    private static string Result(RunView run) => run.Reason is not { } reason ? "" : StateText.Exit(new()
    {
        Reason = reason,
        Code = run.Code,
        Signal = run.Signal,
        SignalName = run.SignalName,
        At = run.StartedAt,
        UptimeSeconds = run.DurationSeconds ?? 0,
    });
}
