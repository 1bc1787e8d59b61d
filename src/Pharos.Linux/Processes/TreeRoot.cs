using Pharos.Linux.Cgroups;

namespace Pharos.Linux.Processes;

/// <summary>By what the processes of one instance are known.</summary>
internal sealed class TreeRoot(int pid, long startTicks, string marker, Fd? pidfd, InstanceGroup? group = null)
{
    /// <summary>The main process, which leads the session; 0 when only the mark is known.</summary>
    internal int Pid { get; } = pid;

    /// <summary>Start time of the main process: nothing of its tree is older.</summary>
    internal long StartTicks { get; } = startTicks;

    /// <summary>The mark in the environment of all.</summary>
    internal string Marker { get; } = marker;

    /// <summary>The control group that all of them are in, whatever they do; null: there is none.</summary>
    internal InstanceGroup? Group { get; } = group;

    /// <summary>The main process itself; null when it is not held.</summary>
    internal Fd? Pidfd { get; } = pidfd;

    /// <summary>
    /// Processes of session <see cref="Pid"/> that started no later than this are ours. The kernel does not hand out a number again while it is the
    /// id of a process that was not reaped, or of a session that has a member; so each time one of them is seen alive this moves on.
    /// After the last is gone, a stranger may get the number and lead a session of that id, but only with younger processes.
    /// </summary>
    internal long SessionTrustedUntil { get; set; } = long.MaxValue;

    /// <summary>The main process has not ended.</summary>
    internal bool IsAlive { get; set; } = pidfd is not null;

    /// <summary>Monotonic timestamp at which the main process was seen to have ended; 0: it was not. A picture of /proc that was begun later shows all that it left.</summary>
    internal long EndedAt
    {
        get => Volatile.Read(ref _endedAt);
        set => Volatile.Write(ref _endedAt, value);
    }

    private long _endedAt;
}
