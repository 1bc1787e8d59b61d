using System.Security.Cryptography;
using System.Text;
using Pharos.Linux.Daemon;
using Pharos.Pm2.Home;

namespace Pharos.Daemon;

/// <summary>Every file of a home.</summary>
/// <param name="home">The home.</param>
/// <param name="pm2">The folder with PM2's names in it, when it is the daemon of one; null: it is not.</param>
internal sealed class DaemonPaths(string home, Pm2Home? pm2 = null)
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Home { get; } = home;

    public string Socket => Path.Combine(Home, "pharos.sock");

    public string Lock => Path.Combine(Home, "daemon.lock");

    /// <summary>The destinations that <c>pharos otel set</c> made.</summary>
    public string Destinations => Path.Combine(Home, "otel.json");

    public string State => Path.Combine(Home, "state");

    /// <summary>What was delivered to which destination, and events that wait.</summary>
    public string Shipping => Path.Combine(State, "shipping");

    public string Logs => Pm2?.Logs ?? Path.Combine(Home, "logs");

    /// <summary>PM2's folder; null: this daemon has none.</summary>
    public Pm2Home? Pm2 { get; } = pm2;

    /// <summary>File that holds the daemon's process id; null: none is written.</summary>
    public string? PidFile => Pm2?.PidFile;

    /// <summary>What is known of the log files: which there are, and what lies where in them.</summary>
    public string LogStore => Path.Combine(State, "logs");

    /// <summary>The daemon's own log.</summary>
    public string OwnLog => Pm2?.LogFile ?? Path.Combine(Home, "pharos.log");

    /// <summary>Spool files: on tmpfs where there is one, so that a full disk never fails an app's write.</summary>
    public string Stdio { get; private set; } = Path.Combine(home, "stdio");

    private string Link => Path.Combine(Home, "spool");

    /// <summary>Makes the folders, 0700.</summary>
    public void Create()
    {
        Directory.CreateDirectory(Home, Owner);
        Directory.CreateDirectory(State, Owner);
        Directory.CreateDirectory(Logs, Owner);
    }

    /// <summary>Decides where spool files lie, and makes that folder. For the one daemon of the home, after <see cref="Create"/>.</summary>
    public void CreateSpool()
    {
        if (InUse() is { } used)
        {
            Stdio = used;
            return;
        }

        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Home)))[..16];
        Stdio = SpoolMount.Make(name) ?? (RuntimeDir.Pick() is { } runtime ? Path.Combine(runtime, name) : Stdio);
        Directory.CreateDirectory(Stdio, Owner);
        Remember();
    }

    /// <summary>Unmounts what was mounted for the spool files, when there are none.</summary>
    public void LeaveSpool() => SpoolMount.Remove(Stdio);

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
