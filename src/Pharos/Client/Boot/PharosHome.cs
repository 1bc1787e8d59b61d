using System.Text;
using Pharos.Client.Wire;

namespace Pharos.Client.Boot;

/// <summary>The folder of one daemon.</summary>
/// <param name="Path">Absolute.</param>
internal sealed record PharosHome(string Path)
{
    /// <summary>What the daemon is told besides, by whoever starts it here.</summary>
    public IReadOnlyList<string> DaemonArguments { get; init; } = [];

    /// <summary>The control socket.</summary>
    public string Socket => $"{Path}/pharos.sock";

    /// <summary>Held while a client starts the daemon.</summary>
    public string StartLock => $"{Path}/start.lock";

    /// <summary>Held by the daemon as long as it lives.</summary>
    public string DaemonLock => $"{Path}/daemon.lock";

    /// <summary>What a daemon in the background prints.</summary>
    public string Log => $"{Path}/daemon.log";

    /// <summary>Finds it: <c>PHAROS_HOME</c>, else <c>~/.pharos</c>.</summary>
    /// <param name="shell">Whose variables count.</param>
    /// <param name="home">The home; null when there is none.</param>
    /// <returns>Null, or one line that says what is wrong.</returns>
    public static string? Find(Shell shell, out PharosHome? home) => Find(shell.Variable, shell.Cwd, out home);

    /// <summary>Finds it, for the client and for the daemon alike: both must come to the same name.</summary>
    /// <param name="variable">A variable's value; null when it is unset or empty.</param>
    /// <param name="cwd">What a relative path is relative to.</param>
    /// <param name="home">The home; null when there is none.</param>
    /// <returns>Null, or one line that says what is wrong.</returns>
    public static string? Find(Func<string, string?> variable, string cwd, out PharosHome? home)
    {
        home = null;
        var path = variable("PHAROS_HOME") ?? (variable("HOME") is { } user ? $"{user.TrimEnd('/')}/.pharos" : null);
        if (path is null)
        {
            return "neither PHAROS_HOME nor HOME is set: there is no place for the daemon's files";
        }

        var found = new PharosHome(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path, cwd)));
        var bytes = Encoding.UTF8.GetByteCount(found.Socket);
        if (bytes > UnixConnection.LongestPath)
        {
            return $"the socket path {found.Socket} is {bytes} bytes long, and {UnixConnection.LongestPath} is the most that Linux takes: set PHAROS_HOME to a shorter folder";
        }

        home = found;
        return null;
    }
}
