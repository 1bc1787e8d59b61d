using System.Security.Cryptography;
using System.Text;
using Pharos.Linux.Daemon;

namespace Pharos.Daemon;

/// <summary>Every file of a home.</summary>
internal sealed class DaemonPaths(string home)
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Home { get; } = home;

    public string Socket => Path.Combine(Home, "pharos.sock");

    public string Lock => Path.Combine(Home, "daemon.lock");

    public string State => Path.Combine(Home, "state");

    public string Logs => Path.Combine(Home, "logs");

    /// <summary>The daemon's own log.</summary>
    public string OwnLog => Path.Combine(Home, "pharos.log");

    /// <summary>Spool files: on tmpfs where there is one, so that a full disk never fails an app's write.</summary>
    public string Stdio { get; private set; } = Path.Combine(home, "stdio");

    /// <summary>Makes the folders, 0700.</summary>
    public void Create()
    {
        Directory.CreateDirectory(Home, Owner);
        Directory.CreateDirectory(State, Owner);
        Directory.CreateDirectory(Logs, Owner);
        if (RuntimeDir.Pick() is { } runtime)
            Stdio = Path.Combine(runtime, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Home)))[..16]);
        Directory.CreateDirectory(Stdio, Owner);
    }
}
