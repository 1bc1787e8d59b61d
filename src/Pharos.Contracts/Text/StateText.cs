using System.Globalization;

namespace Pharos.Contracts.Text;

/// <summary>States, ends and reasons in words.</summary>
public static class StateText
{
    /// <summary>The state and what there is to say about it: <c>running, unready</c>, <c>failed (crash loop)</c>.</summary>
    public static string Long(InstanceView it) => it.State switch
    {
        "running" when it.Readiness == "unready" => "running, unready",
        "starting" when it is { Pid: null, ReadinessReason: { } waits } => $"starting, {waits}",
        "running" when it.Readiness == "not_ready" => "running, not ready",
        "stopped" when it.NextRunAt is { } next => $"scheduled ({Humanize.Time(next)})",
        "backing_off" when it.BackoffSeconds is { } wait => $"backing off ({Humanize.Duration(wait)})",
        "failed" when it.Failure is { } why => $"failed ({Words(why)})",
        _ => Words(it.State),
    };

    /// <summary>The state in a word: what is running and not ready is <c>unready</c>.</summary>
    public static string Short(InstanceView it) => it switch
    {
        { State: "running", Readiness: "unready" } => "unready",
        { State: "backing_off" } => "backoff",
        { State: "stopped", NextRunAt: not null } => "scheduled",
        _ => Words(it.State),
    };

    /// <summary>Colour of the state.</summary>
    public static string Color(InstanceView it) => it switch
    {
        { State: "running", Readiness: "unready" } => Sgr.Red,
        { State: "running", Readiness: "ready" } => Sgr.Green,
        { State: "failed" } => Sgr.Red,
        { State: "stopped", NextRunAt: null } => Sgr.Dim,
        _ => Sgr.Yellow,
    };

    /// <summary>How a process ended, in a few words; empty for null.</summary>
    public static string Exit(ExitView? exit) => exit switch
    {
        null => "",
        { Reason: "error_code" or "success", Code: { } code } => string.Create(CultureInfo.InvariantCulture, $"exit {code}"),
        { Reason: "signal", SignalName: { } signal } => signal,
        { Reason: "signal", Signal: { } number } => string.Create(CultureInfo.InvariantCulture, $"signal {number}"),
        { Reason: "oom_kill" } => "out of memory",
        { Reason: "stop_requested" } => "stopped",
        { Reason: "stop_timeout_kill" } => "killed after grace",
        _ => Words(exit.Reason),
    };

    /// <summary>A word of the wire for people: underscores become blanks.</summary>
    public static string Words(string wire) => wire.Replace('_', ' ');
}
