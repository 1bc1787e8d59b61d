using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;

namespace Pharos.Supervisor.State;

/// <summary>Where a lifecycle was, as it stands in the state file. Durations are milliseconds.</summary>
internal sealed record RunEntry
{
    public required string Phase { get; init; }

    public string? Readiness { get; init; }

    public bool Spawning { get; init; }

    public bool Killed { get; init; }

    public string? RestartAfterStop { get; init; }

    public string? LaunchReason { get; init; }

    public string? Error { get; init; }

    public double Backoff { get; init; }

    public int UnstableInARow { get; init; }

    public DateTimeOffset[]? Crashes { get; init; }

    public DateTimeOffset? Deadline { get; init; }

    public static RunEntry From(SavedRun r) => new()
    {
        Phase = r.Phase.ToString(),
        Readiness = r.Readiness.ToString(),
        Spawning = r.Spawning,
        Killed = r.Killed,
        RestartAfterStop = r.RestartAfterStop?.ToString(),
        LaunchReason = r.LaunchReason?.ToString(),
        Error = r.Error,
        Backoff = r.Backoff.TotalMilliseconds,
        UnstableInARow = r.UnstableInARow,
        Crashes = r.Crashes.Count == 0 ? null : [.. r.Crashes],
        Deadline = r.Deadline,
    };

    public SavedRun ToRun() => new()
    {
        Phase = Enum.Parse<Phase>(Phase),
        Readiness = Parse<Readiness>(Readiness) ?? Core.Lifecycle.Readiness.NotReady,
        Spawning = Spawning,
        Killed = Killed,
        RestartAfterStop = Parse<RestartReason>(RestartAfterStop),
        LaunchReason = Parse<RestartReason>(LaunchReason),
        Error = Error,
        Backoff = TimeSpan.FromMilliseconds(Backoff),
        UnstableInARow = UnstableInARow,
        Crashes = [.. Crashes ?? []],
        Deadline = Deadline,
    };

    internal static T? Parse<T>(string? name)
        where T : struct, Enum => name is null ? null : Enum.Parse<T>(name);
}

/// <summary>How a process ended, as it stands in the state file. The uptime is milliseconds.</summary>
internal sealed record ExitEntry
{
    public required string Reason { get; init; }

    public int? Code { get; init; }

    public int? Signal { get; init; }

    public bool OomKilled { get; init; }

    public DateTimeOffset At { get; init; }

    public double Uptime { get; init; }

    public string[] LastLines { get; init; } = [];

    public static ExitEntry From(SavedExit e) => new()
    {
        Reason = e.Reason.ToString(),
        Code = e.Status.Code,
        Signal = e.Status.Signal,
        OomKilled = e.Status.OomKilled,
        At = e.At,
        Uptime = e.Uptime.TotalMilliseconds,
        LastLines = [.. e.LastLines],
    };

    public SavedExit ToExit() => new(
        Enum.Parse<ExitReason>(Reason), new ExitStatus(Code, Signal, OomKilled), At, TimeSpan.FromMilliseconds(Uptime), [.. LastLines]);
}
