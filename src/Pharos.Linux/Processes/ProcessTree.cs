using System.Collections.Concurrent;
using System.Diagnostics;
using Pharos.Core.Ports;
using Pharos.Linux.Daemon;
using Pharos.Linux.Sampling;

namespace Pharos.Linux.Processes;

/// <summary>Finds and signals all processes of an instance: descendants, members of its session, whoever carries its mark, and whoever
/// is in its control group, each with all descendants. So a process that called setsid(2), forked twice and was handed to init is still found.</summary>
/// <remarks>
/// A pid is only a hint: before a signal a pidfd is opened and the start time compared, so a recycled pid is never signalled. Neither are this process,
/// its own descendants on the way, kernel threads and pid 1. What is not found: a process that left the session, has no living ancestor
/// in the tree and overwrote its environment, of an instance without a control group.
/// </remarks>
internal sealed class ProcessTree : IDisposable
{
    /// <summary>How many processes one pass waits for at most.</summary>
    private const int Batch = 256;

    /// <summary>More trees than this that are signalled at the same time share a picture.</summary>
    private const int Crowd = 4;

    /// <summary>More processes than this that were made since are not looked at one by one.</summary>
    private const int MostNumbers = 128;

    private readonly Lock _scanning = new(); // guards _table, _markers and the two below
    private readonly ProcTable _table = new();
    private readonly EnvironMarkers _markers = new();
    private readonly PidNumbers _numbers = new();
    private long _began; // when the newest picture of /proc was begun, monotonic
    private long _took; // how long it took
    private int _signalling; // trees that are signalled at this moment
    private readonly ConcurrentDictionary<string, bool> _empty = new(StringComparer.Ordinal);

    /// <summary>Members of the tree whose main process has ended.</summary>
    /// <remarks>One picture answers for all trees that ended before it was begun: a thousand instances that stop at once would otherwise read /proc
    /// a thousand times, with a thousand processes in it. Only an answer that may have changed since is asked for anew.</remarks>
    internal int CountSurvivors(TreeRoot root)
    {
        var ended = root.EndedAt;
        var count = ended == 0 ? 1 : Find(root, ended).Count;
        if (count > 0)
            count = Find(root).Count;
        if (count == 0 && ended != 0)
            _empty[root.Marker] = true;
        return count;
    }

    /// <summary>Whether a tree of this mark was looked at after its end and found empty: then nothing is left to sweep. Asked once.</summary>
    internal bool IsSeenEmpty(string marker) => _empty.TryRemove(marker, out _);

    /// <summary>Whether nothing is left of a process that is gone, asked without a pass over all of /proc: of the few processes that were made since, none is of its tree.</summary>
    /// <param name="marker">Its mark.</param>
    /// <param name="main">It.</param>
    /// <returns>False: it may be that something is left.</returns>
    internal bool IsSurelyEmpty(string marker, ProcessIdentity main)
    {
        var seen = main.Pid;
        // Once more if one was made while we looked: its parent may have been one of ours, which was gone when its turn came.
        while (_numbers.TryLastSince(main, out var last) && last - main.Pid <= MostNumbers)
        {
            if (last <= seen)
                return true;
            lock (_scanning)
            {
                while (seen < last)
                {
                    if (StatLine.TryRead(_table.Proc, ++seen, out var row) && !row.IsDead && !row.IsKernelThread && (row.Session == main.Pid || _markers.Of(_table.Proc, row) == marker))
                        return false;
                }
            }
        }

        return false;
    }

    /// <summary>The processes of the tree without the root, deepest first, as they are now.</summary>
    internal List<StatLine> Find(TreeRoot root) => Find(root, Stopwatch.GetTimestamp());

    private List<StatLine> Find(TreeRoot root, long notBefore)
    {
        lock (_scanning)
        {
            if (_began < notBefore)
                Look();
            // After the table: a number that changed hands in between has another start time by then, and is passed over.
            var grouped = root.Group?.Processes().ToHashSet() ?? [];
            var rows = _table.Rows;
            var depth = new int[rows.Length]; // 0 not known yet, -1 outside, else inside at that depth
            var found = new List<(StatLine Row, int Depth)>();
            for (var i = 0; i < rows.Length; i++)
            {
                if (DepthOf(i, root, grouped, depth) > 0 && !IsRoot(rows[i], root) && !rows[i].IsDead)
                    found.Add((rows[i], depth[i]));
            }

            found.Sort(static (a, b) => b.Depth.CompareTo(a.Depth));
            return found.ConvertAll(static f => f.Row);
        }
    }

    /// <summary>The marked leaders of a session, the oldest of each mark: an incarnation's main process is spawned as one, and before its descendants.</summary>
    internal List<(StatLine Row, string Marker)> Marked()
    {
        lock (_scanning)
        {
            Look();
            var oldest = new Dictionary<string, StatLine>(StringComparer.Ordinal);
            foreach (ref readonly var row in _table.Rows)
            {
                if (row.Pid != row.Session || row.IsDead || row.IsKernelThread || _markers.Of(_table.Proc, row) is not { } marker)
                    continue;
                if (!oldest.TryGetValue(marker, out var known) || row.StartTicks < known.StartTicks)
                    oldest[marker] = row;
            }

            return [.. oldest.Select(o => (o.Value, o.Key))];
        }
    }

    /// <summary>Sends a signal to the tree, deepest first, the root last.</summary>
    internal void Signal(TreeRoot root, int signal)
    {
        // A picture takes milliseconds where there are many processes, and is that old when it is used. While many trees are signalled together one
        // that is as old again serves them all. What was forked in between is asked by its parent's end, or killed after the grace.
        var crowded = Interlocked.Increment(ref _signalling) > Crowd;
        try
        {
            var age = crowded ? Volatile.Read(ref _took) * 2 : 0;
            SignalMembers(root, signal, Stopwatch.GetTimestamp() - age);
        }
        finally
        {
            Interlocked.Decrement(ref _signalling);
        }

        SignalRoot(root, signal);
    }

    private void SignalMembers(TreeRoot root, int signal, long notBefore)
    {
        foreach (var row in Find(root, notBefore))
        {
            using var pidfd = Open(row);
            if (pidfd is not null)
                _ = Libc.pidfd_send_signal(pidfd.Raw, signal);
        }
    }

    /// <summary>Kills the tree, again and again until a scan finds nothing.</summary>
    /// <param name="root">Whose.</param>
    /// <param name="patience">How long to go on.</param>
    /// <param name="killed">Number of processes that were signalled.</param>
    /// <returns>Number of processes still there.</returns>
    internal int Kill(TreeRoot root, TimeSpan patience, out int killed)
    {
        var began = Stopwatch.GetTimestamp();
        var victims = new HashSet<(int, long)>();
        for (var pass = 0; ; pass++)
        {
            var members = Find(root);
            var alive = members.Count + (IsAlive(root) ? 1 : 0);
            killed = victims.Count;
            var left = patience - Stopwatch.GetElapsedTime(began);
            if (alive == 0 || (left <= TimeSpan.Zero && pass > 0))
                return alive;
            if (SignalRoot(root, Libc.SIGKILL))
                victims.Add((root.Pid, root.StartTicks));
            var held = KillAll(root, members, victims);
            AwaitEnd(held, root, left);
            foreach (var pidfd in held)
                pidfd.Dispose();
        }
    }

    public void Dispose()
    {
        _table.Dispose();
        _numbers.Dispose();
    }

    /// <summary>From the root down, unlike a polite signal: a parent that outlives its child for a moment may start another, or exit as if of itself.</summary>
    private static List<Fd> KillAll(TreeRoot root, List<StatLine> members, HashSet<(int Pid, long Start)> victims)
    {
        var held = new List<Fd>();
        foreach (var row in Enumerable.Reverse(members))
        {
            if (Open(row) is not { } pidfd)
                continue;
            var now = BootInfo.NowTicks;
            if (Libc.pidfd_send_signal(pidfd.Raw, Libc.SIGKILL) == 0)
            {
                victims.Add((row.Pid, row.StartTicks));
                if (row.Session == root.Pid && root.SessionTrustedUntil < now)
                    root.SessionTrustedUntil = now;
            }

            if (held.Count < Batch)
                held.Add(pidfd);
            else
                pidfd.Dispose();
        }

        return held;
    }

    /// <summary>Waits until all have ended, but no longer than 100 ms: then it is worth looking who is new.</summary>
    private static unsafe void AwaitEnd(List<Fd> held, TreeRoot root, TimeSpan patience)
    {
        var fds = stackalloc Libc.PollFd[Batch + 1];
        var count = 0;
        foreach (var pidfd in held)
            fds[count++] = new Libc.PollFd { Fd = pidfd.Raw, Events = Libc.EPOLLIN };
        if (root is { IsAlive: true, Pidfd.IsClosed: false })
            fds[count++] = new Libc.PollFd { Fd = root.Pidfd.Raw, Events = Libc.EPOLLIN };
        var deadline = Stopwatch.GetTimestamp() + (long)(Math.Clamp(patience.TotalSeconds, 0, 0.1) * Stopwatch.Frequency);
        while (count > 0)
        {
            var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), deadline).TotalMilliseconds;
            if (left <= 0 || Libc.poll(fds, (ulong)count, (int)Math.Ceiling(left)) == 0)
                return;
            var waiting = 0;
            for (var i = 0; i < count; i++)
            {
                if (fds[i].Returned == 0)
                    fds[waiting++] = fds[i];
            }

            count = waiting;
        }
    }

    private static bool SignalRoot(TreeRoot root, int signal)
    {
        if (!root.IsAlive || root.Pidfd is not { } pidfd)
            return false;
        try
        {
            using var pin = pidfd.Hold();

            // Ignoring why not: it is gone, or (EPERM) a set-uid program above our head, and then Kill counts it as still there.
            return Libc.pidfd_send_signal(pin.Raw, signal) == 0;
        }
        catch (ObjectDisposedException)
        {
            return false; // its holder let it go meanwhile
        }
    }

    /// <summary>Asks the pidfd: the reaper's word may come a moment later.</summary>
    private static unsafe bool IsAlive(TreeRoot root)
    {
        if (!root.IsAlive || root.Pidfd is not { } pidfd)
            return false;
        try
        {
            using var pin = pidfd.Hold();
            var fd = new Libc.PollFd { Fd = pin.Raw, Events = Libc.EPOLLIN };
            return Libc.poll(&fd, 1, 0) == 0;
        }
        catch (ObjectDisposedException)
        {
            return false; // its holder let it go meanwhile
        }
    }

    /// <summary>Holds a process that a scan has seen, if it is still the same.</summary>
    private static Fd? Open(in StatLine row)
    {
        var pidfd = new Fd(Libc.pidfd_open(row.Pid));
        if (!pidfd.IsInvalid && StartOf(row.Pid) == row.StartTicks)
            return pidfd;
        pidfd.Dispose();
        return null;
    }

    /// <summary>Start time of a process; null when it is gone.</summary>
    internal static long? StartOf(int pid)
    {
        Span<byte> buffer = stackalloc byte[1024];
        using var file = new Fd(Libc.open($"/proc/{pid}/stat", Libc.O_RDONLY | Libc.O_CLOEXEC, 0));
        var count = file.IsInvalid ? -1 : ProcFile.ReadAll(file.Raw, buffer);
        return count > 0 && StatLine.TryParse(buffer[..count], out var line) && !line.IsDead ? line.StartTicks : null;
    }

    private void Look()
    {
        var began = Stopwatch.GetTimestamp();
        _table.Refresh();
        _markers.BeginScan(_table.Count);
        Volatile.Write(ref _took, Stopwatch.GetTimestamp() - began);
        _began = began;
    }

    private int DepthOf(int index, TreeRoot root, HashSet<int> grouped, int[] depth)
    {
        if (depth[index] != 0)
            return depth[index];
        var row = _table.Rows[index];
        depth[index] = -1; // also ends a walk over a torn picture in which two processes are each other's parent
        if (row.Pid == 1 || row.Pid == Environment.ProcessId || row.IsKernelThread)
            return -1;
        if (IsRoot(row, root))
            return depth[index] = 1;
        var parent = _table.Find(row.Parent);
        var above = parent < 0 ? -1 : DepthOf(parent, root, grouped, depth);
        if (above > 0)
            return depth[index] = above + 1;
        return depth[index] = grouped.Contains(row.Pid) || IsMember(row, root) ? 1 : -1;
    }

    private static bool IsRoot(in StatLine row, TreeRoot root) => row.Pid == root.Pid && row.StartTicks == root.StartTicks;

    private bool IsMember(in StatLine row, TreeRoot root) =>
        row.StartTicks >= root.StartTicks
        && ((root.Pid != 0 && row.Session == root.Pid && row.StartTicks <= root.SessionTrustedUntil)
            || (!row.IsDead && _markers.Of(_table.Proc, row) == root.Marker));
}
