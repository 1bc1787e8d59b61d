namespace Pharos.Linux.Processes;

/// <summary>One posix_spawn(3): vfork semantics, so a large heap costs nothing, and no managed code ever runs in the child.</summary>
/// <remarks>
/// .NET ignores SIGPIPE, and exec keeps an ignored signal ignored, signal(7); hence all dispositions are reset.
/// Test: A_child_gets_default_signal_dispositions. Its own session makes the child the leader of a process group too, so a Ctrl-C at the daemon's
/// terminal does not reach it. Test: A_child_runs_in_its_own_session_and_process_group.
/// </remarks>
internal static unsafe class PosixSpawn
{
    /// <summary>Starts a process with the attributes of the calling thread.</summary>
    /// <param name="plan">What to start.</param>
    /// <param name="gate">A FIFO that the child opens before anything else, and so waits at; null for none.</param>
    internal static SpawnResult Run(SpawnPlan plan, Fd? gate)
    {
        var attributes = stackalloc byte[Libc.SpawnAttributesSize];
        var actions = stackalloc byte[Libc.FileActionsSize];
        var error = Prepare(plan, gate, attributes, actions);
        if (error != 0)
            return new SpawnResult(0, "posix_spawn_file_actions", error);
        using var path = new NativeStrings([plan.Executable]);
        using var argv = new NativeStrings(plan.Argv);
        using var envp = new NativeStrings(plan.Envp);
        int pid;
        error = Libc.posix_spawn(&pid, path.Pointer[0], actions, attributes, argv.Pointer, envp.Pointer);
        _ = Libc.posix_spawn_file_actions_destroy(actions);
        _ = Libc.posix_spawnattr_destroy(attributes);
        return new SpawnResult(error == 0 ? pid : 0, "posix_spawn", error);
    }

    private static int Prepare(SpawnPlan plan, Fd? gate, byte* attributes, byte* actions)
    {
        var signals = stackalloc byte[Libc.SignalSetSize];
        _ = Libc.posix_spawnattr_init(attributes);
        _ = Libc.posix_spawnattr_setflags(attributes, Libc.POSIX_SPAWN_SETSID | Libc.POSIX_SPAWN_SETSIGDEF | Libc.POSIX_SPAWN_SETSIGMASK);
        _ = Libc.sigfillset(signals);
        _ = Libc.posix_spawnattr_setsigdefault(attributes, signals);
        _ = Libc.sigemptyset(signals);
        _ = Libc.posix_spawnattr_setsigmask(attributes, signals);

        _ = Libc.posix_spawn_file_actions_init(actions);
        var error = 0;

        // As descriptor 0, which comes next anyway: a low RLIMIT_NOFILE that is set while the child waits here cannot get in its way.
        // By /proc/self/fd, since the FIFO has no name any more and the child may be another user by now.
        if (gate is not null)
            error = Libc.posix_spawn_file_actions_addopen(actions, 0, $"/proc/self/fd/{gate.Raw}", Libc.O_RDONLY, 0);
        if (error == 0)
        {
            error = plan.Stdin is { } stdin
                ? Libc.posix_spawn_file_actions_adddup2(actions, stdin.Raw, 0)
                : Libc.posix_spawn_file_actions_addopen(actions, 0, "/dev/null", Libc.O_RDONLY, 0);
        }

        for (var i = 0; error == 0 && i < plan.Descriptors.Count; i++)
            error = Libc.posix_spawn_file_actions_adddup2(actions, plan.Descriptors[i].Raw, i + 1);
        if (error == 0)
            error = Libc.posix_spawn_file_actions_addclosefrom_np(actions, plan.Descriptors.Count + 1);
        return error != 0 ? error : Libc.posix_spawn_file_actions_addchdir_np(actions, plan.Cwd);
    }
}
