using System.Text;

namespace Pharos.Client;

/// <summary>The name that this program was called by: a link of another name is another face.</summary>
internal static class CalledAs
{
    /// <summary>The first word of the command line as execve(2) got it; the runtime's own is the path of the file.</summary>
    public static string Name()
    {
        try
        {
            var line = File.ReadAllBytes("/proc/self/cmdline").AsSpan();
            var end = line.IndexOf((byte)0);
            return Encoding.UTF8.GetString(end < 0 ? line : line[..end]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Environment.ProcessPath ?? ""; // no /proc: then no name but our own
        }
    }
}
