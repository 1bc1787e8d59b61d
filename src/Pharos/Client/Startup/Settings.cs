using System.Text;

namespace Pharos.Client.Startup;

/// <summary>The shell's settings for the daemon, carried over to a service that has no shell.</summary>
internal static class Settings
{
    /// <summary>Text for systemd's EnvironmentFile and for sh alike; null when this shell has no such settings.</summary>
    public static string? Text(Shell shell)
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in shell.Variables)
        {
            if ((name.StartsWith("OTEL_", StringComparison.Ordinal) || name is "PHAROS_METRICS" or "PHAROS_LOG_LOOK_BACK" or "PHAROS_SAMPLING_INTERVAL") && value.Length > 0 && !value.Contains('\n'))
            {
                lines.Add($"{name}=\"{Escaped(value)}\"");
            }
        }

        return lines.Count == 0 ? null : $"{ServiceFacts.Mark}\n{string.Join('\n', lines)}\n";
    }

    /// <summary>Writes a file that is whole or not there.</summary>
    public static void Write(string path, string text, UnixFileMode mode)
    {
        var aside = path + ".new";
        File.Delete(aside);
        using (var file = new FileStream(aside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
        }

        File.SetUnixFileMode(aside, mode);
        File.Move(aside, path, overwrite: true);
    }

    /// <summary>Whether startup wrote a file.</summary>
    public static bool IsOurs(string path)
    {
        var text = File.ReadAllText(path);
        return text.StartsWith(ServiceFacts.Mark, StringComparison.Ordinal) || text.StartsWith("#!/sbin/openrc-run\n" + ServiceFacts.Mark, StringComparison.Ordinal);
    }

    private static string Escaped(string value)
    {
        var text = new StringBuilder();
        foreach (var c in value)
        {
            text.Append(c is '"' or '\\' or '$' or '`' ? $"\\{c}" : c.ToString());
        }

        return text.ToString();
    }
}
