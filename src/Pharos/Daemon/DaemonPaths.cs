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

    private string Link => Path.Combine(Home, "spool");

    /// <summary>Makes the folders, 0700.</summary>
    public void Create()
    {
        Directory.CreateDirectory(Home, Owner);
        Directory.CreateDirectory(State, Owner);
        Directory.CreateDirectory(Logs, Owner);
        if (InUse() is { } used)
        {
            Stdio = used;
            return;
        }

        if (RuntimeDir.Pick() is { } runtime)
            Stdio = Path.Combine(runtime, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Home)))[..16]);
        Directory.CreateDirectory(Stdio, Owner);
        Remember();
    }

    /// <summary>Where the daemon before this one had the spool files, while there are any: apps that run write there. A service has another XDG_RUNTIME_DIR
    /// than a login, or none, and would look elsewhere.</summary>
    private string? InUse()
    {
        var folder = new DirectoryInfo(Link).LinkTarget;
        return folder is not null && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() ? folder : null;
    }

    private void Remember()
    {
        try
        {
            File.Delete(Link);
            File.CreateSymbolicLink(Link, Stdio);
        }
        catch (IOException)
        {
            // Ignoring: a full disk is no reason not to run; a daemon of the same environment finds the same folder anyway.
        }
    }
}
