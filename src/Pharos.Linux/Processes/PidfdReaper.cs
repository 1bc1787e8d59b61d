using System.Collections.Concurrent;
using Pharos.Core.Lifecycle;
using Pharos.Linux.Daemon;
using Pharos.Linux.Sampling;
using Pharos.Linux.Streams;

namespace Pharos.Linux.Processes;

/// <summary>Waits for the end of every process we hold: one thread, one epoll set of pidfds, however many there are.</summary>
/// <remarks>
/// Children are reaped by waitid(P_PIDFD), which takes no other child away: System.Diagnostics.Process beside it keeps working.
/// A process that is not our child (adopted from an earlier daemon) is reaped by init; its exit status is asked of the pidfd
/// (PIDFD_GET_INFO, Linux 6.15), else read from its zombie, else unknown.
/// </remarks>
internal sealed unsafe class PidfdReaper : IDisposable
{
    private const ulong StopTag = 0;

    private readonly Epoll _epoll = new();
    private readonly EventFd _stop = new();
    private readonly ConcurrentDictionary<ulong, Watched> _watched = new();
    private readonly Thread _thread;
    private readonly OomKills _oomKills = new();
    private ulong _lastTag = StopTag;

    internal PidfdReaper()
    {
        _epoll.Add(_stop.Handle, StopTag);
        _thread = new Thread(Work, 512 * 1024) { IsBackground = true, Name = "reap" };
        _thread.Start();
    }

    /// <summary>Number of processes waited for.</summary>
    internal int Count => _watched.Count;

    /// <summary>Waits for a process.</summary>
    /// <param name="pidfd">It; kept open until it has ended.</param>
    /// <param name="pid">Its id.</param>
    /// <param name="ended">Called once, on the reaper's thread.</param>
    internal void Watch(Fd pidfd, int pid, Action<ExitStatus> ended)
    {
        var tag = Interlocked.Increment(ref _lastTag);
        var watched = new Watched(pidfd, pid, ended, pidfd.Hold());
        _watched[tag] = watched;
        try
        {
            _epoll.Add(pidfd, tag);
        }
        catch (LinuxException)
        {
            _watched.TryRemove(tag, out _);
            watched.Pin.Dispose();
            throw;
        }
    }

    /// <summary>Ends the waiting; what has ended by now is told, and what ends later is not reaped.</summary>
    internal void Stop()
    {
        _stop.Set();
        _thread.Join();
    }

    public void Dispose()
    {
        Stop();
        foreach (var watched in _watched.Values)
            watched.Pin.Dispose();
        _epoll.Dispose();
        _stop.Dispose();
        _oomKills.Dispose();
    }

    private void Work()
    {
        Span<ulong> tags = stackalloc ulong[256];
        while (true)
        {
            foreach (var tag in tags[.._epoll.Wait(tags, Timeout.InfiniteTimeSpan)])
            {
                if (tag == StopTag)
                    return;
                if (_watched.TryGetValue(tag, out var watched) && StatusOf(watched) is { } status)
                    End(tag, watched, status);
            }
        }
    }

    private void End(ulong tag, Watched watched, ExitStatus status)
    {
        _epoll.Remove(watched.Pidfd);
        _watched.TryRemove(tag, out _);
        watched.Pin.Dispose();
        if (status.Signal == Libc.SIGKILL && _oomKills.Killed(watched.Pid))
            status = status with { OomKilled = true };
        watched.Ended(status);
    }

    private static ExitStatus? StatusOf(Watched watched)
    {
        var info = stackalloc int[32];
        info[0] = 0;
        int result;
        do
            result = Libc.waitid(Libc.P_PIDFD, watched.Pidfd.Raw, info, Libc.WEXITED | Libc.WNOHANG);
        while (result < 0 && Libc.Errno == Libc.EINTR);

        // siginfo_t of 64-bit Linux: si_signo, si_errno, si_code, padding, si_pid, si_uid, si_status.
        if (result == 0)
            return info[0] == 0 ? null : info[2] == Libc.CLD_EXITED ? new ExitStatus(info[6], null) : new ExitStatus(null, info[6]);
        return ForeignStatus(watched);
    }

    /// <summary>Readiness comes with the death, exit information with the reaping a moment later: so the pidfd, the zombie, and the pidfd again.</summary>
    private static ExitStatus ForeignStatus(Watched watched)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            if (PidfdInfo.WaitStatus(watched.Pidfd) is { } told)
                return FromWaitStatus(told);
            if (!TryReadZombie(watched.Pid, out var status))
                break;
            if (status is not null)
                return FromWaitStatus(status);
            Thread.Sleep(1);
        }

        return FromWaitStatus(PidfdInfo.WaitStatus(watched.Pidfd));
    }

    /// <summary>Looks at a process that is dead and not reaped.</summary>
    /// <param name="pid">It.</param>
    /// <param name="status">Its wait status; null when this is not ours to know: then the field is 0, which a success is too.</param>
    /// <returns>False when it is reaped already.</returns>
    private static bool TryReadZombie(int pid, out int? status)
    {
        Span<byte> buffer = stackalloc byte[1024];
        using var file = new Fd(Libc.open($"/proc/{pid}/stat", Libc.O_RDONLY | Libc.O_CLOEXEC, 0));
        var count = file.IsInvalid ? -1 : ProcFile.ReadAll(file.Raw, buffer);
        status = null;
        if (count <= 0 || !StatLine.TryParse(buffer[..count], out var line) || line.State != (byte)'Z')
            return false;
        Libc.Statx owner;
        if (StatLine.WaitStatus(buffer[..count]) is { } value
            && (value != 0 || (Libc.statx(Libc.AT_FDCWD, $"/proc/{pid}", 0, 0x7FF, &owner) == 0 && owner.Uid == SelfIdentity.Uid)))
        {
            status = value;
        }

        return true;
    }

    private static ExitStatus FromWaitStatus(int? status) => status switch
    {
        null => ExitStatus.Unknown,
        { } s when (s & 0x7F) == 0 => new ExitStatus((s >> 8) & 0xFF, null),
        { } s => new ExitStatus(null, s & 0x7F),
    };

    private sealed record Watched(Fd Pidfd, int Pid, Action<ExitStatus> Ended, Fd.Pin Pin);
}
