using System.Text;

namespace Pharos.EndToEnd.Tests.Kit;

/// <summary>What /proc says about processes that are not our children.</summary>
internal static class Processes
{
    /// <summary>Whether a process runs: a zombie does not.</summary>
    public static bool IsAlive(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // gone while we looked, which is the answer
        }
    }

    /// <summary>Command line of a process, words parted by blanks; empty when it is gone.</summary>
    public static string CommandOf(int pid) => Read(pid, "cmdline").Replace('\0', ' ').Trim();

    /// <summary>Every living process that names this folder in its environment or on its command line, this one excepted.</summary>
    public static IReadOnlyList<int> Of(string folder) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(p => int.TryParse(Path.GetFileName(p), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && pid != Environment.ProcessId && IsAlive(pid))
            .Where(pid => Read(pid, "environ").Contains(folder, StringComparison.Ordinal) || Read(pid, "cmdline").Contains(folder, StringComparison.Ordinal)),
    ];

    private static string Read(int pid, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/{file}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // gone, or another user's: not one of ours
        }
    }
}
