using Pharos.Core.Ports;

namespace Pharos.Linux.Processes;

/// <summary>Makes one line for a person of the one number that posix_spawn(3) gives for a dozen things that can fail in the child.</summary>
internal static class SpawnFailure
{
    internal static LaunchRefused Explain(SpawnPlan plan, SpawnResult result)
    {
        var who = plan.Credentials is { } c ? $" as {c.Name ?? $"uid {c.Uid}"}" : "";
        return (result.Call, result.Errno) switch
        {
            ("setpriority", _) => new LaunchRefused($"nice {plan.Nice}: {LinuxException.Describe(result.Errno)}; a lower nice value needs root"),
            (not "posix_spawn", var errno) => new LaunchRefused($"cannot run {plan.Executable}{who}: {result.Call}: {LinuxException.Describe(errno)}"),
            (_, Libc.ENOENT) => Missing(plan),
            (_, Libc.EACCES) => new LaunchRefused(Denied(plan, who)),
            (_, Libc.ENOTDIR) => new LaunchRefused($"cwd {plan.Cwd} is not a directory"),
            (_, Libc.ENOEXEC) => new LaunchRefused($"{plan.Executable} is no program for this machine: neither a binary nor a script that begins with #!"),
            (_, Libc.ETXTBSY) => new LaunchRefused($"{plan.Executable} is being written to", Transient: true),
            (_, Libc.E2BIG) => new LaunchRefused($"arguments and environment of {plan.Executable} are too long together ({Bytes(plan)} bytes); make the environment smaller"),
            (_, Libc.EAGAIN) => new LaunchRefused($"cannot start {plan.Executable}{who}: no more processes allowed (nproc limit, pids cgroup or kernel.pid_max)", Transient: true),
            (_, Libc.ENOMEM) => new LaunchRefused($"cannot start {plan.Executable}: out of memory", Transient: true),
            (_, Libc.EMFILE or Libc.ENFILE) => new LaunchRefused($"cannot start {plan.Executable}: {LinuxException.Describe(result.Errno)}", Transient: true),
            (_, var errno) => new LaunchRefused($"cannot start {plan.Executable}{who}: {LinuxException.Describe(errno)}"),
        };
    }

    private static LaunchRefused Missing(SpawnPlan plan)
    {
        if (!Directory.Exists(plan.Cwd))
            return new LaunchRefused($"cwd does not exist: {plan.Cwd}");
        if (!File.Exists(plan.Executable))
            return new LaunchRefused($"no such file: {plan.Executable}");
        return FileHead.Read(plan.Executable).Shebang is { } line
            ? new LaunchRefused($"{plan.Executable} asks for the interpreter {line.Program}, which does not exist; correct its first line or set 'interpreter'")
            : new LaunchRefused($"{plan.Executable} needs a dynamic loader that is not installed (made for another C library or machine)");
    }

    private static string Denied(SpawnPlan plan, string who) =>
        plan.Credentials is null && Libc.access(plan.Cwd, Libc.X_OK) < 0
            ? $"cwd is not accessible: {plan.Cwd}"
            : plan.Credentials is null && FileHead.Read(plan.Executable).Shebang is { } line && Libc.access(line.Program, Libc.X_OK) < 0
                ? $"{plan.Executable} asks for the interpreter {line.Program}, which is not executable"
                : Libc.access(plan.Executable, Libc.X_OK) < 0
                    ? $"{plan.Executable} is not executable; chmod +x it or set 'interpreter'"
                    : $"permission denied{who}: {plan.Executable} or cwd {plan.Cwd} is not accessible; check the directories above and noexec mounts";

    private static int Bytes(SpawnPlan plan) => plan.Argv.Concat(plan.Envp).Sum(s => System.Text.Encoding.UTF8.GetByteCount(s) + 1);
}
