namespace Pharos.Client.Boot;

/// <summary>
/// Spawns the daemon away from the terminal: a session of its own, nothing inherited but the pipe on which it says "ready".
/// The kernel room could do this too; it is not loaded here, as this is the client's process.
/// </summary>
internal static unsafe class DaemonProcess
{
    /// <summary>Where the daemon says <c>ready</c> or <c>error: why</c>.</summary>
    public const int ReadyFd = 3;

    private const string Executable = "/proc/self/exe";
    private const uint OwnerOnly = 0x180; // 0600

    // The trace of the command that happens to start the daemon is not the daemon's, nor is the service that the command may belong to:
    // a daemon in the background must not tell the service manager how that one is doing.
    private static readonly string[] NotForTheDaemon =
    [
        "PHAROS_HOME", "PHAROS_READY_FD", "TRACEPARENT", "TRACESTATE",
        "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "INVOCATION_ID", "JOURNAL_STREAM", "MAINPID", "SYSTEMD_EXEC_PID",
    ];

    /// <summary>Spawns it.</summary>
    /// <param name="shell">Whose environment it gets.</param>
    /// <param name="home">Where it lives; the folder is there already.</param>
    /// <param name="readyPipe">The write end; close-on-exec.</param>
    /// <returns>0 or an errno.</returns>
    public static int Spawn(Shell shell, PharosHome home, int readyPipe)
    {
        var actions = stackalloc byte[ClientLibc.OpaqueBytes];
        var attributes = stackalloc byte[ClientLibc.OpaqueBytes];
        var signals = stackalloc byte[ClientLibc.OpaqueBytes];
        using var argv = new CStrings([.. Arguments(), .. home.DaemonArguments]);
        using var envp = new CStrings(Environment(shell, home));
        using var paths = new CStrings([Executable, "/dev/null", home.Log, home.Path]);

        _ = ClientLibc.posix_spawnattr_init(attributes);
        _ = ClientLibc.posix_spawn_file_actions_init(actions);
        try
        {
            // .NET ignores SIGPIPE, and what is ignored stays ignored over exec (signal(7)): the daemon begins with the defaults.
            const short flags = ClientLibc.POSIX_SPAWN_SETSID | ClientLibc.POSIX_SPAWN_SETSIGDEF | ClientLibc.POSIX_SPAWN_SETSIGMASK;
            _ = ClientLibc.posix_spawnattr_setflags(attributes, flags);
            _ = ClientLibc.sigfillset(signals);
            _ = ClientLibc.posix_spawnattr_setsigdefault(attributes, signals);
            _ = ClientLibc.sigemptyset(signals);
            _ = ClientLibc.posix_spawnattr_setsigmask(attributes, signals);

            // The pipe first: it may itself be one of 0, 1, 2 when the caller closed those.
            _ = ClientLibc.posix_spawn_file_actions_adddup2(actions, readyPipe, ReadyFd);
            _ = ClientLibc.posix_spawn_file_actions_addopen(actions, 0, paths[1], 0, 0);
            _ = ClientLibc.posix_spawn_file_actions_addopen(
                actions, 1, paths[2], ClientLibc.O_WRONLY | ClientLibc.O_CREAT | ClientLibc.O_APPEND, OwnerOnly);
            _ = ClientLibc.posix_spawn_file_actions_adddup2(actions, 1, 2);
            _ = ClientLibc.posix_spawn_file_actions_addchdir_np(actions, paths[3]); // hold no folder of the user's busy
            CloseTheRest(actions);

            int pid;
            return ClientLibc.posix_spawn(&pid, paths[0], actions, attributes, argv.Start, envp.Start);
        }
        finally
        {
            _ = ClientLibc.posix_spawn_file_actions_destroy(actions);
            _ = ClientLibc.posix_spawnattr_destroy(attributes);
        }
    }

    // A script's own descriptors (a lock on 9, say) must not live on in the daemon. glibc has this since 2.34; without it the
    // daemon starts all the same.
    private static void CloseTheRest(byte* actions)
    {
        try
        {
            _ = ClientLibc.posix_spawn_file_actions_addclosefrom_np(actions, ReadyFd + 1);
        }
        catch (EntryPointNotFoundException)
        {
        }
    }

    // Under `dotnet pharos.dll` the executable is the host, which must be told what to run.
    /// <summary>The command that runs a daemon, its name first.</summary>
    private static string[] Arguments() =>
        Path.GetFileName(System.Environment.ProcessPath) == "dotnet"
            ? ["dotnet", Path.Combine(AppContext.BaseDirectory, "pharos.dll"), "daemon"]
            : ["pharos", "daemon"];

    private static List<string> Environment(Shell shell, PharosHome home)
    {
        var environment = new List<string>();
        foreach (var (name, value) in shell.Variables)
        {
            if (Array.IndexOf(NotForTheDaemon, name) < 0)
            {
                environment.Add($"{name}={value}");
            }
        }

        environment.Add($"PHAROS_HOME={home.Path}");
        environment.Add($"PHAROS_READY_FD={ReadyFd}");
        return environment;
    }
}
