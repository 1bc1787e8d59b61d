using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Pharos.Core;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Linux.Cgroups;
using Pharos.Linux.Channels;
using Pharos.Linux.Daemon;
using Pharos.Linux.Sockets;
using Pharos.Linux.Streams;

namespace Pharos.Linux.Processes;

/// <summary>A process that we hold by pidfd, with its tree; or what is left of the tree when the process is gone.</summary>
/// <remarks>Disposing lets the caller's hold go; the reaper keeps its own until the process has ended, so that no zombie stays and the end is told.</remarks>
internal sealed class HostedProcess : IHostedProcess
{
    private readonly ProcessTree _tree;
    private readonly TreeRoot _root;
    private readonly Fd? _pidfd;

    internal HostedProcess(ProcessTree tree, ProcessIdentity identity, DateTimeOffset startedAt, string marker, Fd? pidfd, InstanceGroup? group)
    {
        _tree = tree;
        _pidfd = pidfd;
        // Without its main process the session's number may be somebody else's by now: only the mark is believed.
        _root = new TreeRoot(pidfd is null ? 0 : identity.Pid, pidfd is null ? 0 : identity.StartTicks, marker, pidfd, group);
        Identity = identity;
        StartedAt = startedAt;
    }

    /// <inheritdoc/>
    public ProcessIdentity Identity { get; }

    /// <inheritdoc/>
    public DateTimeOffset StartedAt { get; }

    /// <inheritdoc/>
    public EquatableArray<LimitInForce> LimitsInForce { get; init; } = [];

    /// <summary>Reads the channels of all processes.</summary>
    internal required ReadLoop Channels { get; init; }

    /// <summary>Its channel, when we made it; one of an earlier daemon is taken back when somebody wants to listen.</summary>
    internal NodeChannel? Channel { get; set; }

    /// <summary>Takes the group when all in it were killed.</summary>
    internal required Action<InstanceGroup> Emptied { get; init; }

    /// <summary>It has not ended as far as we know.</summary>
    internal bool IsAlive => _root.IsAlive;

    /// <inheritdoc/>
    IMessageChannel? IHostedProcess.Channel(out string refused)
    {
        refused = "";
        var errno = 0;
        if (_pidfd is not null)
            Channel ??= NodeChannel.TakeBack(_pidfd, Channels, out errno);
        if (Channel is null)
            refused = errno == Libc.EPERM ? "the kernel's ptrace policy refuses to take it back" : $"it cannot be taken back: {LinuxException.Describe(errno)}";
        return Channel;
    }

    /// <inheritdoc/>
    public bool Signal(int signal) => _pidfd is { IsClosed: false } pidfd && Libc.pidfd_send_signal(pidfd.Raw, signal) == 0;

    /// <inheritdoc/>
    IReadOnlyDictionary<long, SafeHandle> IHostedProcess.TakeSockets(IReadOnlySet<long> inodes) =>
        _pidfd is null ? ReadOnlyDictionary<long, SafeHandle>.Empty : ForeignSockets.Take(Identity.Pid, _pidfd, inodes);

    /// <inheritdoc/>
    SafeHandle? IHostedProcess.TakeSocket(int number) => _pidfd is null ? null : ForeignSockets.Take(_pidfd, number);

    /// <inheritdoc/>
    public void SignalTree(int signal) => _tree.Signal(_root, signal);

    /// <inheritdoc/>
    public int KillTree(TimeSpan patience)
    {
        var left = _tree.Kill(_root, patience, out _);
        if (_root.Group is { } group)
            Emptied(group);
        return left;
    }

    /// <inheritdoc/>
    public int CountSurvivors() => _tree.CountSurvivors(_root);

    /// <inheritdoc/>
    public void Dispose()
    {
        Channel?.Dispose();
        _pidfd?.Dispose();
    }

    /// <summary>Begins to wait for its end.</summary>
    internal void Follow(PidfdReaper reaper, Action<ExitStatus> exited) =>
        reaper.Watch(_pidfd!, Identity.Pid, status =>
        {
            // The number may be given away from now on.
            _root.SessionTrustedUntil = BootInfo.NowTicks;
            _root.EndedAt = Stopwatch.GetTimestamp();
            _root.IsAlive = false;
            exited(status);
        });
}
