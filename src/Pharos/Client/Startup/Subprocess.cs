using System.Runtime.InteropServices;
using System.Text;
using Pharos.Client.Boot;

namespace Pharos.Client.Startup;

/// <summary>Runs a program of the system to its end: systemctl and its like. The way of <see cref="DaemonProcess"/>, and like it the client's own.</summary>
internal static unsafe class Subprocess
{
    /// <summary>Exit code of a program that is not on PATH or cannot be run.</summary>
    public const int NotRun = 127;

    /// <summary>Runs it.</summary>
    /// <param name="shell">Whose PATH and environment.</param>
    /// <param name="command">Name, then arguments.</param>
    /// <returns>Its exit code (128 and the signal's number when it was killed), and what it printed on both streams.</returns>
    public static (int ExitCode, string Said) Run(Shell shell, IReadOnlyList<string> command)
    {
        if (Find(shell, command[0]) is not { } path)
        {
            return (NotRun, $"{command[0]} is not on PATH");
        }

        var pipe = stackalloc int[2];
        if (ClientLibc.pipe2(pipe, ClientLibc.O_CLOEXEC) != 0)
        {
            return (NotRun, $"cannot make a pipe: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        var errno = Spawn(shell, path, command, pipe[1], pipe[1], out var pid);
        _ = ClientLibc.close(pipe[1]);
        var said = errno == 0 ? ReadAll(pipe[0]) : $"cannot run {path}: {Marshal.GetPInvokeErrorMessage(errno)}";
        _ = ClientLibc.close(pipe[0]);
        return (errno == 0 ? Await(pid) : NotRun, said.Trim());
    }

    /// <summary>Runs it with the shell's own stdout and stderr, for what takes long and says how it goes.</summary>
    /// <param name="shell">Whose PATH, environment and streams.</param>
    /// <param name="command">Name, then arguments.</param>
    /// <returns>Its exit code, as above.</returns>
    public static int Watch(Shell shell, IReadOnlyList<string> command) =>
        Find(shell, command[0]) is { } path && Spawn(shell, path, command, shell.Output, shell.Error, out var pid) == 0 ? Await(pid) : NotRun;

    /// <summary>Finds a program on PATH.</summary>
    /// <returns>Null when it is not there.</returns>
    public static string? Find(Shell shell, string program)
    {
        foreach (var folder in (shell.Variable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            var path = Path.Combine(folder, program);
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }

    private static int Spawn(Shell shell, string path, IReadOnlyList<string> command, int output, int error, out int pid)
    {
        var actions = stackalloc byte[ClientLibc.OpaqueBytes];
        var attributes = stackalloc byte[ClientLibc.OpaqueBytes];
        var signals = stackalloc byte[ClientLibc.OpaqueBytes];
        var variables = new List<string>();
        foreach (var (name, value) in shell.Variables)
        {
            variables.Add($"{name}={value}");
        }

        using var argv = new CStrings(command);
        using var envp = new CStrings(variables);
        using var paths = new CStrings([path, "/dev/null"]);
        _ = ClientLibc.posix_spawnattr_init(attributes);
        _ = ClientLibc.posix_spawn_file_actions_init(actions);
        const short flags = ClientLibc.POSIX_SPAWN_SETSIGDEF | ClientLibc.POSIX_SPAWN_SETSIGMASK;
        _ = ClientLibc.posix_spawnattr_setflags(attributes, flags);
        _ = ClientLibc.sigfillset(signals);
        _ = ClientLibc.posix_spawnattr_setsigdefault(attributes, signals);
        _ = ClientLibc.sigemptyset(signals);
        _ = ClientLibc.posix_spawnattr_setsigmask(attributes, signals);
        _ = ClientLibc.posix_spawn_file_actions_addopen(actions, 0, paths[1], 0, 0);
        _ = ClientLibc.posix_spawn_file_actions_adddup2(actions, output, 1);
        _ = ClientLibc.posix_spawn_file_actions_adddup2(actions, error, 2);
        int child;
        var errno = ClientLibc.posix_spawn(&child, paths[0], actions, attributes, argv.Start, envp.Start);
        _ = ClientLibc.posix_spawn_file_actions_destroy(actions);
        _ = ClientLibc.posix_spawnattr_destroy(attributes);
        pid = child;
        return errno;
    }

    private static string ReadAll(int fd)
    {
        var said = new List<byte>();
        var buffer = stackalloc byte[4096];
        while (true)
        {
            var n = ClientLibc.read(fd, buffer, 4096);
            if (n > 0)
            {
                said.AddRange(new ReadOnlySpan<byte>(buffer, (int)n));
            }
            else if (n == 0 || Marshal.GetLastPInvokeError() != ClientLibc.EINTR)
            {
                return Encoding.UTF8.GetString([.. said]);
            }
        }
    }

    private static int Await(int pid)
    {
        int status;
        while (ClientLibc.waitpid(pid, &status, 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() != ClientLibc.EINTR)
            {
                return NotRun;
            }
        }

        return (status & 0x7F) == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F);
    }
}
