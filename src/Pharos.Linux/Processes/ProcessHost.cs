using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Linux.Cgroups;
using Pharos.Linux.Channels;
using Pharos.Linux.Daemon;
using Pharos.Linux.Sampling;
using Pharos.Linux.Streams;

namespace Pharos.Linux.Processes;

/// <summary>Makes, holds, signals and reaps processes. One per daemon.</summary>
/// <remarks>Disposing ends its threads and leaves the processes alone.</remarks>
public sealed class ProcessHost : IProcessHost, ICommandRunner, IDisposable
{
    private static readonly TimeSpan SweepPatience = TimeSpan.FromSeconds(2);

    private readonly PidfdReaper _reaper;
    private readonly ProcessTree _tree;
    private readonly CommandRunner _commands;
    private readonly GroupKeeper _groups;
    private readonly ReadLoop _channels = new("channels");

    /// <summary>Starts its thread.</summary>
    /// <param name="say">Takes a line for the daemon's log; null: nobody.</param>
    /// <exception cref="LinuxException">/proc is not mounted, or the kernel is older than 5.3.</exception>
    public ProcessHost(Action<string>? say = null)
        : this(new GroupKeeper(say ?? (_ => { })))
    {
    }

    internal ProcessHost(GroupKeeper groups)
    {
        ChildSignal.Reset();
        _groups = groups;
        _tree = new ProcessTree();
        _reaper = new PidfdReaper();
        _commands = new CommandRunner((pid, marker, exited) => Hold(pid, marker, "a command", Confinement.Free([]), exited));
    }

    /// <inheritdoc/>
    public Launched<ResolvedCommand> Resolve(AppSpec spec) => LaunchResolver.Resolve(spec);

    /// <inheritdoc/>
    /// <remarks>A process that ends at once may be reported to <paramref name="exited"/> before this returns.</remarks>
    public Launched<IHostedProcess> Spawn(LaunchRequest request, Action<ExitStatus> exited)
    {
        if (LaunchPlan.Check(request, out var credentials) is { } refused)
            return refused;
        if (StdioFiles.Open(request, credentials, out var files) is { } unopened)
            return unopened;
        if (StdinFifo.Open(request.StdinPath, credentials, out var stdin) is { } noInput)
        {
            Array.ForEach(files, f => f.Dispose());
            return noInput;
        }

        Confinement? confinement = null;
        NodeChannel? channel = null;
        var pid = 0;
        try
        {
            if (request.NodeChannel && NodeChannel.TryCreate(_channels, out channel, out var ends) is var errno)
            {
                if (errno != 0)
                    return new LaunchRefused($"no channel can be made: {LinuxException.Describe(errno)}", Transient: true);
                files = [.. files, .. ends];
            }

            foreach (var socket in request.Sockets)
            {
                using var pin = ((Fd)socket).Hold();
                var copy = Libc.fcntl(pin.Raw, Libc.F_DUPFD_CLOEXEC, 10);
                if (copy < 0)
                    return new LaunchRefused($"a socket cannot be handed over: {LinuxException.Describe(Libc.Errno)}", Transient: true);
                files = [.. files, new Fd(copy)];
            }

            var failed = _groups.Open(request, out confinement) ?? Spawner.Start(LaunchPlan.Of(request, credentials, files, stdin, confinement), out pid);
            if (failed is not null)
            {
                confinement.LetGo();
                channel?.Dispose();
                return failed;
            }
        }
        finally
        {
            stdin?.Dispose();
            foreach (var file in files)
                file.Dispose();
        }

        DaemonLimits.Restore(pid, request.Limits);
        if (request.Nice is { } nice)
            Autogroup.TrySet(pid, nice);
        return Hold(pid, request.Marker, $"{request.Key}", confinement, exited, channel);
    }

    /// <inheritdoc/>
    public IHostedProcess? Adopt(ProcessIdentity identity, string marker, Action<ExitStatus> exited)
    {
        if (identity.BootId != BootInfo.BootId)
            return null;
        var pidfd = new Fd(Libc.pidfd_open(identity.Pid));

        // Look only now that the number cannot change hands unseen.
        if (pidfd.IsInvalid || !TryStartTicks(identity.Pid, out var start) || start != identity.StartTicks)
        {
            pidfd.Dispose();
            return null;
        }

        var group = _groups.Find(identity.Pid);
        var process = new HostedProcess(_tree, identity, BootInfo.WallTime(identity.StartTicks), marker, pidfd, group) { LimitsInForce = [.. group?.InForce() ?? []], Emptied = _groups.Emptied, Channels = _channels };
        Follow(process, group, marker, $"pid {identity.Pid}", exited);
        return process;
    }

    /// <inheritdoc/>
    public IHostedProcess Remains(ProcessIdentity identity, string marker) =>
        new HostedProcess(_tree, identity, BootInfo.WallTime(identity.StartTicks), marker, pidfd: null, _groups.LeftBy(marker)) { Emptied = _groups.Emptied, Channels = _channels };

    /// <inheritdoc/>
    public string? WriteInput(string path, ReadOnlySpan<byte> bytes) => StdinFifo.Write(path, bytes);

    /// <inheritdoc/>
    /// <remarks>A mark that is used for several incarnations takes the living one too.</remarks>
    public int SweepLeftovers(string marker, ProcessIdentity? main = null)
    {
        var group = _groups.LeftBy(marker);
        if (group is null && (_tree.IsSeenEmpty(marker) || (main is not null && _tree.IsSurelyEmpty(marker, main))))
        {
            _groups.TidyNowAndThen();
            return 0;
        }

        _tree.Kill(new TreeRoot(0, 0, marker, pidfd: null, group), SweepPatience, out var killed);
        _groups.Tidy();
        return killed;
    }

    /// <inheritdoc/>
    public IReadOnlyList<MarkedProcess> FindMarked() =>
        [.. _tree.Marked().Select(m => new MarkedProcess(new ProcessIdentity(m.Row.Pid, m.Row.StartTicks, BootInfo.BootId), m.Marker))];

    /// <summary>From now on nobody is reaped here: who ends is a zombie until another host adopts it, and tells how it ended.</summary>
    public void StopReaping() => _reaper.Stop();

    /// <inheritdoc/>
    public Task<CommandResult> RunAsync(CommandRequest request, CancellationToken cancel) => _commands.RunAsync(request, cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        _reaper.Dispose();
        _channels.Dispose();
        _tree.Dispose();
        _groups.Dispose();
    }

    /// <summary>Waits for the end, and tells what the out-of-memory killer had to do with it.</summary>
    private void Follow(HostedProcess process, InstanceGroup? group, string marker, string who, Action<ExitStatus> exited)
    {
        var oom = group is null ? null : _groups.Watch(group, who, () => process.IsAlive);
        process.Follow(_reaper, status =>
        {
            if (oom is not null)
            {
                _groups.Unwatch(oom);
                status = oom.Judge(status);
            }

            // Before the word goes out: whoever hears it sweeps at once, and must find what was left in the group.
            if (group is not null)
                _groups.LetGo(group, marker);
            exited(status);
        });
    }

    private Launched<IHostedProcess> Hold(int pid, string marker, string who, Confinement confinement, Action<ExitStatus> exited, NodeChannel? channel = null)
    {
        var startedAt = DateTimeOffset.UtcNow;

        // Only we reap it, so the number is its own whether it still runs or not.
        var pidfd = new Fd(Libc.pidfd_open(pid));
        if (pidfd.IsInvalid || !TryStartTicks(pid, out var start))
        {
            var errno = Libc.Errno;
            pidfd.Dispose();
            Spawner.Abandon(pid);
            confinement.LetGo();
            channel?.Dispose();
            return new LaunchRefused($"pid {pid} was started but cannot be held: {LinuxException.Describe(errno)}", Transient: true);
        }

        var process = new HostedProcess(_tree, new ProcessIdentity(pid, start, BootInfo.BootId), startedAt, marker, pidfd, confinement.Group) { LimitsInForce = confinement.InForce, Emptied = _groups.Emptied, Channels = _channels, Channel = channel };
        Follow(process, confinement.Group, marker, who, exited);
        return new Launched<IHostedProcess> { Value = process };
    }

    private static bool TryStartTicks(int pid, out long ticks)
    {
        Span<byte> buffer = stackalloc byte[1024];
        using var file = new Fd(Libc.open($"/proc/{pid}/stat", Libc.O_RDONLY | Libc.O_CLOEXEC, 0));
        var count = file.IsInvalid ? -1 : ProcFile.ReadAll(file.Raw, buffer);
        var parsed = StatLine.TryParse(count > 0 ? buffer[..count] : default, out var line);
        ticks = line.StartTicks;
        return parsed;
    }
}
