using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;

namespace Pharos.Supervisor.State;

/// <summary>Where a lifecycle was, as it stands in the state file. Durations are milliseconds.</summary>
internal sealed record RunEntry
{
    public required string Phase { get; set; }

    public string? Readiness { get; set; }

    public string? ReadinessReason { get; set; }

    public string? Status { get; set; }

    public bool Awaiting { get; set; }

    public bool Spawning { get; set; }

    public bool Killed { get; set; }

    public bool IsOnOtherSide { get; set; }

    public int Newest { get; set; }

    public string? RestartAfterStop { get; set; }

    public string? LaunchReason { get; set; }

    public string? Error { get; set; }

    public double Backoff { get; set; }

    public int UnstableInARow { get; set; }

    public DateTimeOffset[]? Crashes { get; set; }

    public DateTimeOffset? Deadline { get; set; }

    public static RunEntry From(SavedRun r) => new()
    {
        Phase = r.Phase.ToString(),
        Readiness = r.Readiness.ToString(),
        ReadinessReason = r.ReadinessReason,
        Status = r.Status,
        Awaiting = r.Awaiting,
        Spawning = r.Spawning,
        Killed = r.Killed,
        IsOnOtherSide = r.IsOnOtherSide,
        Newest = r.Newest,
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
        ReadinessReason = ReadinessReason,
        Status = Status,
        Awaiting = Awaiting,
        Spawning = Spawning,
        Killed = Killed,
        IsOnOtherSide = IsOnOtherSide,
        Newest = Newest,
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
    public required string Reason { get; set; }

    public int? Code { get; set; }

    public int? Signal { get; set; }

    public bool OomKilled { get; set; }

    public DateTimeOffset At { get; set; }

    public double Uptime { get; set; }

    public string[] LastLines { get; set; } = [];

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
