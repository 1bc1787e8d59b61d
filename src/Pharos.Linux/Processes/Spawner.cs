using Pharos.Core.Ports;

namespace Pharos.Linux.Processes;

/// <summary>Starts processes.</summary>
/// <remarks>
/// A plain child is started by the thread that asks for it. Credentials, umask and nice are attributes of a thread to the kernel, and a child takes them
/// from the thread that starts it: a child with such gets a thread that dies with the job, so that no other code ever runs with them.
/// While it lives (about a millisecond) a process of the target user may signal that thread, and so the daemon, kill(2); it cannot trace it, since
/// the saved ids stay ours.
/// </remarks>
internal static class Spawner
{
    private static readonly TimeSpan GatePatience = TimeSpan.FromSeconds(5);

    /// <summary>Starts one process and waits for its exec.</summary>
    /// <returns>Null when it runs, else why not.</returns>
    internal static LaunchRefused? Start(SpawnPlan plan, out int pid)
    {
        using var job = new Job(plan);
        LaunchRefused? refused = null;
        if (plan.NeedsGate)
            refused = Gated(job);
        else if (plan.NeedsOwnThread)
            OwnThread(job).Join();
        else
            job.Result = PosixSpawn.Run(plan, gate: null);
        pid = job.Result.Pid;
        if (refused is not null && pid > 0)
        {
            Abandon(pid);
            pid = 0;
        }

        return refused ?? (job.Result.Errno == 0 ? null : SpawnFailure.Explain(plan, job.Result));
    }

    /// <summary>Kills a child that nobody will hold, and reaps it.</summary>
    internal static unsafe void Abandon(int pid)
    {
        // Nobody else reaps it, so the number is still its own.
        _ = Libc.kill(pid, Libc.SIGKILL);
        var info = stackalloc int[32];
        while (Libc.waitid(Libc.P_PID, pid, info, Libc.WEXITED) < 0 && Libc.Errno == Libc.EINTR)
        {
            // Interrupted: wait on.
        }
    }

    private static Thread OwnThread(Job job)
    {
        var thread = new Thread(() => RunPrivately(job), 256 * 1024) { IsBackground = true, Name = "spawn-as" };
        thread.Start();
        return thread;
    }

    private static LaunchRefused? Gated(Job job)
    {
        using var gate = SpawnGate.TryCreate();
        job.Gate = gate?.Fifo;
        var thread = OwnThread(job);
        if (gate is null)
        {
            thread.Join();
            return job.Result.Pid > 0 ? Confine(job.Result.Pid, job.Plan) : null;
        }

        var pid = SpawnGate.AwaitChild(job.WaitForThreadId(), () => job.Done.IsSet, GatePatience);
        var refused = pid is { } child ? Confine(child, job.Plan)
            : job.Done.IsSet ? null
            : new LaunchRefused("the new process did not come up within 5 s, so its limits could not be set", Transient: true);
        if (refused is not null && pid is { } unwanted)
            _ = Libc.kill(unwanted, Libc.SIGKILL);
        using (gate.Open())
            thread.Join();
        return refused;
    }

    /// <summary>All that is done to a child from outside, before its program runs.</summary>
    private static LaunchRefused? Confine(int pid, SpawnPlan plan) => plan.Confine?.Invoke(pid) ?? SetLimits(pid, plan);

    /// <summary>prlimit(2) wants CAP_SYS_RESOURCE or the same ids. A container's root lacks the one, so a thread takes the others.</summary>
    private static LaunchRefused? SetLimits(int pid, SpawnPlan plan)
    {
        if (plan.Credentials is not { } who)
            return Limits.Apply(pid, plan.Limits);
        var refused = Limits.Apply(pid, plan.Limits);
        if (refused is null)
            return null;
        var thread = new Thread(Retry, 256 * 1024) { IsBackground = true, Name = "limit-as" };
        thread.Start();
        thread.Join();
        return refused;

        void Retry()
        {
            if (BecomeUser(who, who.Uid, who.Gid).Errno == 0)
                refused = Limits.Apply(pid, plan.Limits);
        }
    }

    private static void RunPrivately(Job job)
    {
        job.PublishThreadId(Libc.gettid());
        var (call, errno) = Become(job.Plan);
        job.Result = errno != 0 ? new SpawnResult(0, call, errno) : PosixSpawn.Run(job.Plan, job.Gate);
        job.Done.Set();
    }

    /// <summary>Changes the calling thread, and only it: raw system calls, since glibc's wrappers change all threads.</summary>
    private static (string Call, int Errno) Become(SpawnPlan plan)
    {
        if (plan.Umask is { } mask)
        {
            if (Libc.unshare(Libc.CLONE_FS) < 0)
                return ("unshare", Libc.Errno);
            _ = Libc.umask((uint)mask);
        }

        if (plan.Nice is { } nice && Libc.setpriority(Libc.PRIO_PROCESS, 0, nice) < 0)
            return ("setpriority", Libc.Errno);
        if (plan.Credentials is not { } who)
            return ("", 0);

        // The saved ids stay root's until exec, which copies the effective ones over them: so the target user cannot trace this thread.
        // Only who sets limits by equal ids needs all of them equal; the kernel has made us untraceable (prctl(2), PR_SET_DUMPABLE) by then all the same.
        return plan.Limits.Count > 0 ? BecomeUser(who, who.Uid, who.Gid) : BecomeUser(who, 0, 0);
    }

    private static unsafe (string Call, int Errno) BecomeUser(Credentials who, uint savedUid, uint savedGid)
    {
        fixed (uint* groups = who.Groups)
        {
            if (Libc.thread_setgroups(who.Groups.Length, groups) < 0)
                return ("setgroups", Libc.Errno);
        }

        if (Libc.thread_setresgid(who.Gid, who.Gid, savedGid) < 0)
            return ("setresgid", Libc.Errno);
        return Libc.thread_setresuid(who.Uid, who.Uid, savedUid) < 0 ? ("setresuid", Libc.Errno) : ("", 0);
    }

    private sealed class Job(SpawnPlan plan) : IDisposable
    {
        private readonly ManualResetEventSlim _started = new();
        private int _thread;

        internal SpawnPlan Plan { get; } = plan;

        internal ManualResetEventSlim Done { get; } = new();

        internal Fd? Gate { get; set; }

        internal SpawnResult Result { get; set; }

        internal void PublishThreadId(int thread)
        {
            _thread = thread;
            _started.Set();
        }

        internal int WaitForThreadId()
        {
            _started.Wait();
            return _thread;
        }

        public void Dispose()
        {
            _started.Dispose();
            Done.Dispose();
        }
    }
}
