using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Linux.Daemon;

namespace Pharos.Linux.Processes;

/// <summary>A process that we hold by pidfd, with its tree; or what is left of the tree when the process is gone.</summary>
/// <remarks>Disposing lets the caller's hold go; the reaper keeps its own until the process has ended, so that no zombie stays and the end is told.</remarks>
internal sealed class HostedProcess : IHostedProcess
{
    private readonly ProcessTree _tree;
    private readonly TreeRoot _root;
    private readonly Fd? _pidfd;

    internal HostedProcess(ProcessTree tree, ProcessIdentity identity, DateTimeOffset startedAt, string marker, Fd? pidfd)
    {
        _tree = tree;
        _pidfd = pidfd;
        // Without its main process the session's number may be somebody else's by now: only the mark is believed.
        _root = new TreeRoot(pidfd is null ? 0 : identity.Pid, pidfd is null ? 0 : identity.StartTicks, marker, pidfd);
        Identity = identity;
        StartedAt = startedAt;
    }

    /// <inheritdoc/>
    public ProcessIdentity Identity { get; }

    /// <inheritdoc/>
    public DateTimeOffset StartedAt { get; }

    /// <inheritdoc/>
    public void SignalTree(int signal) => _tree.Signal(_root, signal);

    /// <inheritdoc/>
    public int KillTree(TimeSpan patience) => _tree.Kill(_root, patience, out _);

    /// <inheritdoc/>
    public int CountSurvivors() => _tree.Find(_root).Count;

    /// <inheritdoc/>
    public void Dispose() => _pidfd?.Dispose();

    /// <summary>Begins to wait for its end.</summary>
    internal void Follow(PidfdReaper reaper, Action<ExitStatus> exited) =>
        reaper.Watch(_pidfd!, Identity.Pid, status =>
        {
            // The number may be given away from now on.
            _root.SessionTrustedUntil = BootInfo.NowTicks;
            _root.IsAlive = false;
            exited(status);
        });
}
