using System.Security.Cryptography;
using System.Text;

namespace Pharos.Client.Stack;

/// <summary>The folder <c>stack</c> in the home: the shipped files, the servers' data, and how the stack runs.</summary>
/// <remarks>
/// Readable by everybody, as the servers in containers are other users (the home around it is not); what is secret lies in <c>.stack</c>, which is not.
/// A shipped file that was edited is kept: <c>.shipped</c> has the hash of each as it was written.
/// </remarks>
internal sealed class StackFolder(string path)
{
    private const string Prefix = "stack/";
    private const string WebhookPlace = "webhook_configs: [] # PHAROS_STACK_WEBHOOK";
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateFolder = PrivateFile | UnixFileMode.UserExecute;
    private const UnixFileMode OpenFile = PrivateFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode OpenFolder = PrivateFolder | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Absolute.</summary>
    public string Path { get; } = path;

    /// <summary>What the servers store when they run natively.</summary>
    public string Data => At("data");

    /// <summary>The compose file.</summary>
    public string Compose => At("docker-compose.observability.yml");

    /// <summary>Password of Grafana's admin, and nothing else.</summary>
    public string Password => At(".stack/password");

    /// <summary>The command line of compose that the stack was started with, words parted by blanks; null: it runs natively, or not at all.</summary>
    public IReadOnlyList<string>? Engine
    {
        get => File.Exists(At("engine")) ? File.ReadAllText(At("engine")).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : null;
        set
        {
            if (value is null)
                File.Delete(At("engine"));
            else
                Write("engine", Encoding.UTF8.GetBytes(string.Join(' ', value)));
        }
    }

    /// <summary>Path of a file in it.</summary>
    public string At(string relative) => System.IO.Path.Combine(Path, relative);

    /// <summary>Writes the shipped files.</summary>
    /// <param name="webhook">Receives the alerts; null: nobody.</param>
    /// <param name="own">Files in place of shipped ones: path in the folder, text.</param>
    /// <returns>The files that were kept because they were edited, and whether any other is new.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It is somebody else's.</exception>
    public (List<string> Kept, bool Changed) WriteShipped(Uri? webhook, IReadOnlyDictionary<string, string> own)
    {
        var written = Manifest();
        var kept = new List<string>();
        var changed = false;
        foreach (var (name, shipped) in Shipped())
        {
            var bytes = own.TryGetValue(name, out var text) ? Encoding.UTF8.GetBytes(text) : name.EndsWith("/alertmanager.yml", StringComparison.Ordinal) ? WithWebhook(shipped, webhook) : shipped;
            var now = File.Exists(At(name)) ? Hash(File.ReadAllBytes(At(name))) : null;
            if (now is not null && now != Hash(bytes) && written.GetValueOrDefault(name) != now)
            {
                kept.Add(At(name));
                continue;
            }

            Write(name, bytes);
            written[name] = Hash(bytes);
            changed |= now != written[name];
        }

        Write(".shipped", Encoding.UTF8.GetBytes(string.Concat(written.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Value} {f.Key}\n"))));
        return (kept, changed);
    }

    /// <summary>Makes the password of Grafana's admin, once.</summary>
    public void MakePassword()
    {
        Directory.CreateDirectory(At(".stack"), PrivateFolder);
        if (!File.Exists(Password))
            Write(".stack/password", Encoding.ASCII.GetBytes(RandomNumberGenerator.GetString("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", 32)), PrivateFile);
        Write(".stack/grafana.env", Encoding.ASCII.GetBytes($"GF_SECURITY_ADMIN_PASSWORD={File.ReadAllText(Password).Trim()}\n"), PrivateFile);
    }

    /// <summary>Writes a file aside, and puts it in its place.</summary>
    public void Write(string relative, byte[] bytes, UnixFileMode mode = OpenFile)
    {
        var file = At(relative);
        MakeFolders(System.IO.Path.GetDirectoryName(file)!);
        var aside = file + ".new";
        File.Delete(aside);
        using (var stream = new FileStream(aside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
            stream.Write(bytes);
        File.SetUnixFileMode(aside, mode); // whatever the umask is
        File.Move(aside, file, overwrite: true);
    }

    /// <summary>Names (below the folder) and contents of the files in the executable.</summary>
    internal static IEnumerable<(string Name, byte[] Bytes)> Shipped()
    {
        var assembly = typeof(StackFolder).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (!resource.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            yield return (resource[Prefix.Length..], bytes);
        }
    }

    private static byte[] WithWebhook(byte[] shipped, Uri? webhook) => webhook is null
        ? shipped
        : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(shipped).Replace(WebhookPlace, $"webhook_configs: [{{ url: '{webhook.AbsoluteUri.Replace("'", "%27", StringComparison.Ordinal)}', send_resolved: true }}]", StringComparison.Ordinal));

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static void MakeFolders(string folder)
    {
        if (Directory.Exists(folder))
            return;
        MakeFolders(System.IO.Path.GetDirectoryName(folder)!);
        Directory.CreateDirectory(folder, OpenFolder);
        File.SetUnixFileMode(folder, OpenFolder); // whatever the umask is
    }

    private Dictionary<string, string> Manifest()
    {
        var written = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(At(".shipped")))
            return written;
        foreach (var line in File.ReadLines(At(".shipped")))
        {
            if (line.Split(' ', 2) is [var hash, var name])
                written[name] = hash;
        }

        return written;
    }
}
