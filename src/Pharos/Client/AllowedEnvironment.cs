namespace Pharos.Client;

/// <summary>
/// The part of the shell's environment that goes to an app without being asked for. A shell holds tokens and passwords of everything
/// its user does; an app gets what programs need to run, and names the rest with <c>--env</c>.
/// </summary>
internal static class AllowedEnvironment
{
    private static readonly string[] Names =
    [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR",
        "NODE_ENV", "NODE_PATH", "APP_ENV", "PYTHONPATH", "JAVA_HOME", "DOTNET_ROOT", "LD_LIBRARY_PATH",
        "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
    ];

    private static readonly string[] Prefixes = ["LC_", "XDG_"];

    /// <summary>What of these variables goes along.</summary>
    public static Dictionary<string, string> Of(IReadOnlyDictionary<string, string> variables)
    {
        var allowed = new Dictionary<string, string>();
        foreach (var (name, value) in variables)
        {
            if (Allows(name))
            {
                allowed[name] = value;
            }
        }

        return allowed;
    }

    private static bool Allows(string name)
    {
        foreach (var prefix in Prefixes)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return Array.IndexOf(Names, name) >= 0;
    }
}
