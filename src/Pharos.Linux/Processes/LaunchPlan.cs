using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Linux.Cgroups;

namespace Pharos.Linux.Processes;

/// <summary>From a request to what is handed to the kernel.</summary>
internal static class LaunchPlan
{
    private const string Shell = "/bin/sh";

    /// <summary>Finds what no kernel call would name well.</summary>
    internal static LaunchRefused? Check(LaunchRequest request, out Credentials? credentials)
    {
        credentials = null;
        if (request.Argv.Any(a => a.Contains('\0')))
            return new LaunchRefused("an argument contains a NUL character");
        foreach (var (name, value) in request.Env)
        {
            if (name.Length == 0 || name.Contains('=') || name.Contains('\0') || value.Contains('\0'))
                return new LaunchRefused($"environment variable '{name.Replace('\0', '?')}': an empty name, '=' in a name and NUL characters are not possible");
        }

        return Limits.Check(request.Limits) ?? Credentials.Find(request.User, request.Group, out credentials);
    }

    internal static SpawnPlan Of(LaunchRequest request, Credentials? credentials, Fd[] files, Fd? stdin, Confinement confinement) => new()
    {
        // The process id goes into the environment of the program, and is known to nobody before the process is there: the shell becomes the program.
        Executable = request.Sockets.Count > 0 ? Shell : request.Executable,
        Argv = request.Sockets.Count > 0 ? ["sh", "-c", "export LISTEN_PID=$$; exec \"$@\"", "sh", request.Executable, .. request.Argv.Skip(1)] : request.Argv,
        Envp = [.. Environment(request, credentials).Select(e => $"{e.Key}={e.Value}")],
        Cwd = request.Cwd,
        Descriptors = files,
        Stdin = stdin,
        Credentials = credentials,
        Umask = request.Umask,
        Nice = request.Nice,
        Limits = confinement.Limits,
        Confine = confinement.Group is null ? null : confinement.Enter,
    };

    private static Dictionary<string, string> Environment(LaunchRequest request, Credentials? credentials)
    {
        var env = new Dictionary<string, string>(request.Env, StringComparer.Ordinal)
        {
            [EnvironMarkers.Variable] = request.Marker,
        };
        if (Interpreters.IsPython(request.Executable))
            env.TryAdd("PYTHONUNBUFFERED", "1");
        if (request.NodeChannel)
        {
            env["NODE_CHANNEL_FD"] = $"{Channels.NodeChannel.ChildEnd}";
            env["NODE_CHANNEL_SERIALIZATION_MODE"] = "json";
        }

        if (request.Sockets.Count > 0)
        {
            env["LISTEN_FDS"] = $"{request.Sockets.Count}";
            env["LISTEN_FDNAMES"] = string.Join(':', request.SocketNames);
        }

        if (credentials is { Name: { } name, Home: { } home })
        {
            env.TryAdd("HOME", home);
            env.TryAdd("USER", name);
            env.TryAdd("LOGNAME", name);
        }

        return env;
    }
}
