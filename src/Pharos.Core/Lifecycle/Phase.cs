namespace Pharos.Core.Lifecycle;

/// <summary>Where an instance is. PM2's status words are made from this in the pm2 face only.</summary>
public enum Phase
{
    /// <summary>No process and none wanted.</summary>
    Stopped,

    /// <summary>It waits for its dependencies, is being spawned, or is up and not yet known to be ready for the first time.</summary>
    Starting,

    /// <summary>A process is up and has been ready at least once, or had all the time that it was given for that.</summary>
    Running,

    /// <summary>The process was told to go and has not gone yet.</summary>
    Stopping,

    /// <summary>The process is gone and the next one waits for its delay.</summary>
    BackingOff,

    /// <summary>Given up: nothing spawns until somebody asks.</summary>
    Failed,
}

/// <summary>Whether the process can do its work: a fact of its own beside the phase.</summary>
public enum Readiness
{
    /// <summary>Not ready yet, or no process.</summary>
    NotReady,

    /// <summary>Ready.</summary>
    Ready,

    /// <summary>Runs and cannot do its work: no longer, or not yet after all the time that it was given.</summary>
    Unready,
}

/// <summary>Why a process ended. A closed set: it is a metric attribute.</summary>
public enum ExitReason
{
    /// <summary>Exit code 0, unasked.</summary>
    Success,

    /// <summary>Exit code other than 0.</summary>
    ErrorCode,

    /// <summary>Ended by a signal that we did not send.</summary>
    Signal,

    /// <summary>Killed by the kernel because memory ran out.</summary>
    OomKill,

    /// <summary>Stopped by us because it went over its memory limit.</summary>
    MemoryLimit,

    /// <summary>Stopped because somebody asked, within its grace.</summary>
    StopRequested,

    /// <summary>Stopped because somebody asked, and killed because the grace had passed.</summary>
    StopTimeoutKill,

    /// <summary>Stopped by us because its liveness probe failed.</summary>
    ProbeFailed,

    /// <summary>Never began: the kernel or the configuration refused it.</summary>
    SpawnFailed,

    /// <summary>Gone while nobody looked; how is not known.</summary>
    Lost,
}

/// <summary>Why a further incarnation is started. A closed set: it is a metric attribute.</summary>
public enum RestartReason
{
    /// <summary>It ended with an error code or by a signal.</summary>
    Crash,

    /// <summary>It ended with code 0 and its policy says always.</summary>
    Exit,

    /// <summary>It went over its memory limit.</summary>
    MemoryLimit,

    /// <summary>Its liveness probe failed.</summary>
    Probe,

    /// <summary>A watched file changed.</summary>
    Watch,

    /// <summary>Its schedule came round.</summary>
    Schedule,

    /// <summary>Somebody asked for a restart.</summary>
    Manual,

    /// <summary>Somebody asked for a reload.</summary>
    Reload,

    /// <summary>A new version was applied.</summary>
    Deploy,

    /// <summary>Something that it depends on restarted.</summary>
    Dependency,
}

/// <summary>What reasons have in common.</summary>
public static class RestartReasons
{
    /// <summary>Somebody asked for it: it brings back also what is stopped.</summary>
    /// <param name="reason">The reason.</param>
    /// <returns>False for what happens by itself, and only to what runs.</returns>
    public static bool IsAPersons(this RestartReason reason) => reason is RestartReason.Manual or RestartReason.Reload or RestartReason.Deploy;
}

/// <summary>Why an instance is <see cref="Phase.Failed"/>.</summary>
public enum FailureReason
{
    /// <summary>Too many crashes within the crash window.</summary>
    CrashLoop,

    /// <summary>It cannot be spawned, and trying again would not help.</summary>
    SpawnFailed,

    /// <summary>Its policy says that this end is not followed by a restart, and it was an error.</summary>
    NotRestarted,

    /// <summary>Something that it depends on did not come.</summary>
    DependencyFailed,
}
