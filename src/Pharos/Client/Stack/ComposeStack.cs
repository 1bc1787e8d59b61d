using Pharos.Client.Startup;

namespace Pharos.Client.Stack;

/// <summary>The stack in containers: whichever compose is there, with the shipped file.</summary>
internal static class ComposeStack
{
    /// <summary>Finds a compose whose engine answers.</summary>
    /// <returns>Its command line; null when there is none.</returns>
    public static string[]? Find(Shell shell)
    {
        foreach (var (engine, compose) in (IEnumerable<(string, string[])>)[("docker", ["docker", "compose"]), ("docker", ["docker-compose"]), ("podman", ["podman-compose"])])
        {
            if (Works(shell, [engine, "info"]) && Works(shell, [.. compose, "version"]))
                return compose;
        }

        return null;
    }

    /// <summary>Runs compose on the shipped file.</summary>
    /// <param name="shell">Whose streams.</param>
    /// <param name="at">The ports that are opened.</param>
    /// <param name="folder">The files.</param>
    /// <param name="compose">Command line of compose.</param>
    /// <param name="words">What it is to do.</param>
    /// <returns>Its exit code.</returns>
    public static int Run(Shell shell, StackAddresses at, StackFolder folder, IReadOnlyList<string> compose, params string[] words)
    {
        var variables = new Dictionary<string, string>(shell.Variables) { ["PHAROS_STACK_SECRETS"] = folder.At(".stack"), ["PHAROS_STACK_RUNBOOKS_URL"] = $"file://{folder.At("docs/runbooks/alerts.md")}" };
        foreach (var (variable, address) in at.Variables)
            variables[PortVariable(variable)] = StackAddresses.PortOf(address);
        if (shell.Variable("PHAROS_VENDOR_ENDPOINT") is not null)
            variables["PHAROS_STACK_OVERLAY"] = "vendor";
        foreach (var (variable, _) in at.Variables)
            variables.Remove(variable); // addresses inside of the containers are the file's own
        var inside = new Shell { Variables = variables, Cwd = shell.Cwd, Output = shell.Output, Error = shell.Error };
        return Subprocess.Watch(inside, [.. compose, "-f", folder.Compose, .. words]);
    }

    /// <summary>Containers publish on 127.0.0.1: another address cannot be had.</summary>
    /// <returns>Null, or one line that says so.</returns>
    public static string? Fault(StackAddresses at)
    {
        foreach (var (variable, address) in at.Variables)
        {
            if (StackAddresses.HostOf(address) is not ("127.0.0.1" or "localhost"))
                return $"{variable}={address} is not usable: containers listen on 127.0.0.1 only; accepted: 127.0.0.1:PORT, or --native";
        }

        return null;
    }

    // The port of Tempo that people reach is the one of its HTTP interface; its receiver is not published.
    private static string PortVariable(string variable) => variable switch
    {
        StackAddresses.TempoHttpVariable => "PHAROS_STACK_TEMPO_PORT",
        StackAddresses.TempoVariable => "PHAROS_STACK_TEMPO_RECEIVER_PORT",
        _ => $"{variable}_PORT",
    };

    private static bool Works(Shell shell, string[] command) => Subprocess.Run(shell, command).ExitCode == 0;
}
