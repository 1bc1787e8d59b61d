using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Linux.Daemon;
using Pharos.Linux.Sampling;

namespace Pharos.Linux.Processes;

/// <summary>Makes, holds, signals and reaps processes. One per daemon.</summary>
/// <remarks>Disposing ends its threads and leaves the processes alone.</remarks>
public sealed class ProcessHost : IProcessHost, IDisposable
{
    private static readonly TimeSpan SweepPatience = TimeSpan.FromSeconds(2);

    private readonly Spawner _spawner;
    private readonly PidfdReaper _reaper;
    private readonly ProcessTree _tree;

    /// <summary>Starts its two threads.</summary>
    /// <exception cref="LinuxException">/proc is not mounted, or the kernel is older than 5.3.</exception>
    public ProcessHost()
    {
        ChildSignal.Reset();
        _tree = new ProcessTree();
        _spawner = new Spawner();
        _reaper = new PidfdReaper();
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
        int pid;
        try
        {
            if (_spawner.Start(LaunchPlan.Of(request, credentials, files), out pid) is { } failed)
                return failed;
        }
        finally
        {
            foreach (var file in files)
                file.Dispose();
        }

        DaemonLimits.Restore(pid, request.Limits);
        if (request.Nice is { } nice)
            Autogroup.TrySet(pid, nice);
        return Hold(pid, request.Marker, exited);
    }

    /// <inheritdoc/>
    public IHostedProcess? Adopt(ProcessIdentity identity, string marker, Action<ExitStatus> exited)
    {
        if (identity.BootId != BootInfo.BootId)
            return null;
        var pidfd = new Fd(Libc.pidfd_open(identity.Pid));

        // Look only now that the number cannot change hands unseen.
        if (pidfd.IsInvalid || ProcessTree.StartOf(identity.Pid) != identity.StartTicks)
        {
            pidfd.Dispose();
            return null;
        }

        var process = new HostedProcess(_tree, identity, BootInfo.WallTime(identity.StartTicks), marker, pidfd);
        process.Follow(_reaper, exited);
        return process;
    }

    /// <inheritdoc/>
    /// <remarks>A mark that is used for several incarnations takes the living one too.</remarks>
    public int SweepLeftovers(string marker)
    {
        if (_tree.IsSeenEmpty(marker))
            return 0;
        _tree.Kill(new TreeRoot(0, 0, marker, pidfd: null), SweepPatience, out var killed);
        return killed;
    }

    /// <inheritdoc/>
    public IReadOnlyList<MarkedProcess> FindMarked() =>
        [.. _tree.Marked().Select(m => new MarkedProcess(new ProcessIdentity(m.Row.Pid, m.Row.StartTicks, BootInfo.BootId), m.Marker))];

    /// <inheritdoc/>
    public void Dispose()
    {
        _spawner.Dispose();
        _reaper.Dispose();
        _tree.Dispose();
    }

    private Launched<IHostedProcess> Hold(int pid, string marker, Action<ExitStatus> exited)
    {
        var startedAt = DateTimeOffset.UtcNow;

        // Only we reap it, so the number is its own whether it still runs or not.
        var pidfd = new Fd(Libc.pidfd_open(pid));
        if (pidfd.IsInvalid || !TryStartTicks(pid, out var start))
        {
            var errno = Libc.Errno;
            pidfd.Dispose();
            Spawner.Abandon(pid);
            return new LaunchRefused($"pid {pid} was started but cannot be held: {LinuxException.Describe(errno)}", Transient: true);
        }

        var process = new HostedProcess(_tree, new ProcessIdentity(pid, start, BootInfo.BootId), startedAt, marker, pidfd);
        process.Follow(_reaper, exited);
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
