using Pharos.Contracts;

namespace Pharos.Pm2.Shape;

/// <summary>PM2's words for where a process is.</summary>
internal static class StatusWord
{
    public const string Online = "online";
    public const string Launching = "launching";
    public const string Stopping = "stopping";
    public const string Stopped = "stopped";
    public const string Errored = "errored";
    public const string WaitingRestart = "waiting restart";

    /// <summary>The word.</summary>
    /// <param name="it">The instance.</param>
    /// <param name="waitsForReady">It is to say itself that it is ready (<c>wait_ready</c>).</param>
    public static string Of(InstanceView it, bool waitsForReady) => it switch
    {
        { State: "starting", Pid: null } => Launching,
        { State: "starting", Readiness: not "ready" } when waitsForReady => Launching,
        { State: "starting" or "running" } => Online,
        { State: "stopping" } => Stopping,
        { State: "backing_off" } => WaitingRestart,
        // One that is not to be started again has simply ended, whatever its exit code.
        { State: "failed", Failure: not "not_restarted" } => Errored,
        _ => Stopped,
    };
}
