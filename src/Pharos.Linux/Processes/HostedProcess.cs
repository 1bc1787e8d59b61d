using System.Diagnostics;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Linux.Daemon;

namespace Pharos.Linux.Processes;

/// <summary>A process that we hold by pidfd, with its tree.</summary>
/// <remarks>Disposing lets the caller's hold go; the reaper keeps its own until the process has ended, so that no zombie stays and the end is told.</remarks>
internal sealed class HostedProcess : IHostedProcess
{
    private readonly ProcessTree _tree;
    private readonly TreeRoot _root;
    private readonly Fd _pidfd;

    internal HostedProcess(ProcessTree tree, ProcessIdentity identity, DateTimeOffset startedAt, string marker, Fd pidfd)
    {
        _tree = tree;
        _pidfd = pidfd;
        _root = new TreeRoot(identity.Pid, identity.StartTicks, marker, pidfd);
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
    public int CountSurvivors() => _tree.CountSurvivors(_root);

    /// <inheritdoc/>
    public void Dispose() => _pidfd.Dispose();

    /// <summary>Begins to wait for its end.</summary>
    internal void Follow(PidfdReaper reaper, Action<ExitStatus> exited) =>
        reaper.Watch(_pidfd, Identity.Pid, status =>
        {
            // The number may be given away from now on.
            _root.SessionTrustedUntil = BootInfo.NowTicks;
            _root.EndedAt = Stopwatch.GetTimestamp();
            _root.IsAlive = false;
            exited(status);
        });
}
