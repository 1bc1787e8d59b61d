using Pharos.Core.Lifecycle;
using Pharos.Dashboards.Board;
using Pharos.Telemetry.Catalogue;

namespace Pharos.Dashboards.Vocabulary;

/// <summary>
/// What an instance is doing as one number, the worse the larger: phases, and "runs but cannot do its work" between them. The largest of an app's
/// instances is the app's.
/// </summary>
public static class States
{
    private const int Unready = 4;

    /// <summary>Number, word, colour.</summary>
    public static IReadOnlyList<Word> Words { get; } =
    [
        new("0", "Stopped", Colour.Idle),
        new("1", "Running", Colour.Good),
        new("2", "Starting", Colour.Changing),
        new("3", "Stopping", Colour.Leaving),
        new("4", "Not ready", Colour.Doubtful),
        new("5", "Backing off", Colour.Bad),
        new("6", "Failed", Colour.Broken),
    ];

    /// <summary>The number of a phase.</summary>
    public static int Number(Phase phase) => phase switch
    {
        Phase.Stopped => 0,
        Phase.Running => 1,
        Phase.Starting => 2,
        Phase.Stopping => 3,
        Phase.BackingOff => 5,
        Phase.Failed => 6,
    };

    /// <summary>One series per group: the number of its worst instance.</summary>
    /// <param name="scope">Which instances.</param>
    /// <param name="by">Labels of a group.</param>
    public static string Worst(Scope scope, params string[] by) =>
        $"max by ({string.Join(", ", by)}) ({string.Join(" or ", Telemetry.Catalogue.Words.Phases.Select(p => $"({In(scope, p)} == 1) * {Number(p)}"))} or ({NotReady(scope)}) * 0 + {Unready})";

    /// <summary>The status series of one phase.</summary>
    public static string In(Scope scope, Phase phase) => InstanceMetrics.Status.In(scope, Labels.State, "=", Telemetry.Catalogue.Words.Of(phase));

    /// <summary>A series, of value 0, for each instance that runs and cannot do its work.</summary>
    public static string NotReady(Scope scope) =>
        $"{InstanceMetrics.Ready.In(scope)} == 0 and on ({Labels.Job}, {Labels.Instance}) {In(scope, Phase.Running)} == 1";
}
