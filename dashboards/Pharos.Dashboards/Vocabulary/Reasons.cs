using Pharos.Core.Lifecycle;
using Pharos.Dashboards.Board;
using Words = Pharos.Telemetry.Catalogue.Words;

namespace Pharos.Dashboards.Vocabulary;

/// <summary>Reasons of restarts and exits: which are bad news, and their colours.</summary>
public static class Reasons
{
    /// <summary>Restarts that nobody asked for, as a regular expression.</summary>
    public static readonly string Crash = Any(RestartReason.Crash, RestartReason.MemoryLimit, RestartReason.Probe);

    /// <summary>Restarts that bring something new.</summary>
    public static readonly string Deploy = Any(RestartReason.Deploy, RestartReason.Reload);

    /// <summary>Ends that nobody asked for.</summary>
    public static readonly string BadExit = Any(ExitReason.ErrorCode, ExitReason.Signal, ExitReason.OomKill, ExitReason.MemoryLimit, ExitReason.ProbeFailed, ExitReason.SpawnFailed, ExitReason.Lost);

    /// <summary>Ends for want of memory.</summary>
    public static readonly string OutOfMemory = Any(ExitReason.OomKill, ExitReason.MemoryLimit);

    /// <summary>Colours of series that are named after a reason of a restart.</summary>
    public static Override[] RestartColours { get; } = [.. Words.RestartReasons.Select(r => Override.Of(Words.Of(r)).Colour(Of(r)))];

    /// <summary>Colours of series that are named after a reason of an exit.</summary>
    public static Override[] ExitColours { get; } = [.. Words.ExitReasons.Select(r => Override.Of(Words.Of(r)).Colour(Of(r)))];

    /// <summary>Colours of series that are named after a level of Loki or a severity band of ours.</summary>
    public static Override[] LevelColours { get; } =
    [
        Override.Matching("fatal|critical").Colour("dark-red"), Override.Of("error").Colour(Colour.Broken), Override.Matching("warn(ing)?").Colour(Colour.Doubtful),
        Override.Of("info").Colour(Colour.Good), Override.Of("debug").Colour(Colour.Changing), Override.Of("trace").Colour("light-blue"),
        Override.Matching("unknown|unspecified").Colour(Colour.Idle),
    ];

    private static string Of(RestartReason reason) => reason switch
    {
        RestartReason.Crash => Colour.Broken,
        RestartReason.MemoryLimit => "dark-red",
        RestartReason.Probe => Colour.Bad,
        RestartReason.Exit => Colour.Doubtful,
        RestartReason.Dependency => "light-orange",
        RestartReason.Deploy => Colour.Changing,
        RestartReason.Reload => "light-blue",
        RestartReason.Manual => Colour.Good,
        RestartReason.Watch => "light-green",
        RestartReason.Schedule => Colour.Leaving,
    };

    private static string Of(ExitReason reason) => reason switch
    {
        ExitReason.ErrorCode => Colour.Broken,
        ExitReason.Signal => "light-red",
        ExitReason.OomKill => "dark-red",
        ExitReason.MemoryLimit => "semi-dark-red",
        ExitReason.ProbeFailed => Colour.Bad,
        ExitReason.SpawnFailed => "dark-orange",
        ExitReason.StopTimeoutKill => Colour.Doubtful,
        ExitReason.Lost => Colour.Leaving,
        ExitReason.Success => Colour.Good,
        ExitReason.StopRequested => Colour.Changing,
    };

    private static string Any(params RestartReason[] reasons) => string.Join('|', reasons.Select(Words.Of));

    private static string Any(params ExitReason[] reasons) => string.Join('|', reasons.Select(Words.Of));
}
