using System.Security.Cryptography;
using System.Text;

namespace Pharos.Pm2.Home;

/// <summary>
/// The folder that PM2's users know, with PM2's names in it, and the folder of ours beside it that survives its deletion:
/// a supervised NocoBase deletes the first at each start.
/// </summary>
internal sealed class Pm2Home
{
    private readonly Func<string, string?> _variable;

    private Pm2Home(string path, string state, Func<string, string?> variable) => (Path, State, _variable) = (path, state, variable);

    /// <summary><c>PM2_HOME</c>, absolute.</summary>
    public string Path { get; }

    /// <summary>State, counters and sockets of the daemon: what <c>PHAROS_HOME</c> is for our own commands.</summary>
    public string State { get; }

    /// <summary>Log files of apps.</summary>
    public string Logs => Moved("PM2_DEFAULT_LOG_PATH", "logs");

    /// <summary>Pid files of apps.</summary>
    public string Pids => Moved("PM2_DEFAULT_PID_PATH", "pids");

    /// <summary>Pid file of the daemon.</summary>
    public string PidFile => Moved("PM2_PID_FILE_PATH", "pm2.pid");

    /// <summary>The daemon's own log.</summary>
    public string LogFile => Moved("PM2_LOG_FILE_PATH", "pm2.log");

    /// <summary>The saved list.</summary>
    public string Dump => Moved("PM2_DUMP_FILE_PATH", "dump.pm2");

    /// <summary>The list that was saved before.</summary>
    public string DumpBackup => Dump + ".bak";

    /// <summary>Values of <c>pm2 set</c>.</summary>
    public string Conf => Moved("PM2_MODULE_CONF_FILE", "module_conf.json");

    /// <summary>npm modules.</summary>
    public string Modules => System.IO.Path.Combine(Path, "modules");

    /// <summary>Held while a reload runs.</summary>
    public string ReloadLock => Moved("PM2_RELOAD_LOCKFILE", "reload.lock");

    /// <summary>Marks that the banner was shown.</summary>
    public string Touch => System.IO.Path.Combine(Path, "touch");

    /// <summary>PM2's request socket.</summary>
    public string RpcSocket => Moved("PM2_DAEMON_RPC_PORT", "rpc.sock");

    /// <summary>PM2's event socket.</summary>
    public string PubSocket => Moved("PM2_DAEMON_PUB_PORT", "pub.sock");

    /// <summary>Finds it.</summary>
    /// <param name="variable">A variable's value; null when it is unset or empty.</param>
    /// <param name="cwd">What a relative path is relative to.</param>
    /// <param name="folder">Name of the folder in the user's home.</param>
    public static Pm2Home Find(Func<string, string?> variable, string cwd, string folder = ".pm2")
    {
        var user = variable("HOME");
        var given = folder == ".pm2" ? variable("PM2_HOME") : null;
        return At(given ?? (user is null ? $"/etc/{folder}" : $"{user.TrimEnd('/')}/{folder}"), variable, cwd);
    }

    /// <summary>The home in a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="variable">A variable's value; null when it is unset or empty.</param>
    /// <param name="cwd">What a relative path is relative to.</param>
    public static Pm2Home At(string path, Func<string, string?> variable, string cwd)
    {
        var absolute = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path, cwd));
        var states = variable("XDG_STATE_HOME") is { } xdg && xdg.StartsWith('/') ? xdg : $"{(variable("HOME") ?? "/var").TrimEnd('/')}/.local/state";
        return new Pm2Home(absolute, System.IO.Path.Combine(states, "pharos", IdOf(absolute)), variable);
    }

    /// <summary>Makes the folders that PM2 makes on first use.</summary>
    /// <returns>Null, or one line that says why they cannot be made.</returns>
    public string? Create()
    {
        try
        {
            Directory.CreateDirectory(Path);
            Directory.CreateDirectory(Logs);
            Directory.CreateDirectory(Pids);
            Directory.CreateDirectory(Modules);
            if (!File.Exists(Conf))
                File.WriteAllText(Conf, "{}");
            if (!File.Exists(Touch))
                File.WriteAllText(Touch, "");
            Directory.CreateDirectory(State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot make {Path}: {e.Message}";
        }
    }

    /// <summary>Pid file of an instance.</summary>
    public string PidFileOf(string name, int number) => System.IO.Path.Combine(Pids, $"{FileName(name)}-{number}.pid");

    /// <summary>A name as PM2 writes it in file names.</summary>
    public static string FileName(string name)
    {
        var safe = new StringBuilder(name.Length);
        foreach (var c in name)
            safe.Append(char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '\\' ? c : '-');
        return safe.ToString();
    }

    private static string IdOf(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16];

    private string Moved(string variable, string name) => _variable(variable) is { } moved ? System.IO.Path.GetFullPath(moved) : System.IO.Path.Combine(Path, name);
}
