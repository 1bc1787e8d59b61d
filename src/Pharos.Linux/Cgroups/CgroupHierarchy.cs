using System.Globalization;
using System.Text;

namespace Pharos.Linux.Cgroups;

/// <summary>One mounted hierarchy of control groups and where a process is in it, cgroups(7).</summary>
/// <param name="IsV2">The unified hierarchy; else one of version 1.</param>
/// <param name="MountPoint">Where it is mounted.</param>
/// <param name="Group">Directory of the process's group below the mount point; the mount point where the group cannot be seen from here.</param>
/// <param name="Controllers">Of version 1: those attached to it. Of version 2: empty, each group has its own list.</param>
internal sealed record CgroupHierarchy(bool IsV2, string MountPoint, string Group, IReadOnlyList<string> Controllers)
{
    /// <summary>Reads which hierarchies there are.</summary>
    /// <param name="mountInfo">Text of /proc/self/mountinfo.</param>
    /// <param name="groups">Text of /proc/PID/cgroup.</param>
    /// <returns>Those that are mounted and that the process is in; a hierarchy mounted twice comes once.</returns>
    internal static List<CgroupHierarchy> Parse(string mountInfo, string groups)
    {
        var paths = Memberships(groups);
        var found = new List<CgroupHierarchy>();
        foreach (var line in mountInfo.Split('\n'))
        {
            // 36 35 98:0 ROOT MOUNTPOINT options [optional fields…] - TYPE SOURCE superoptions
            var words = line.Split(' ');
            var dash = Array.IndexOf(words, "-");
            if (dash < 6 || words.Length < dash + 4 || words[dash + 1] is not ("cgroup" or "cgroup2"))
                continue;
            var isV2 = words[dash + 1] == "cgroup2";
            var options = words[dash + 3].Split(',');
            var key = isV2 ? "" : paths.Keys.FirstOrDefault(k => k.Length > 0 && Array.TrueForAll(k.Split(','), c => Array.IndexOf(options, c) >= 0));
            if (key is null || !paths.TryGetValue(key, out var path) || found.Exists(h => h.IsV2 == isV2 && (isV2 || h.Controllers.Contains(key.Split(',')[0]))))
                continue;
            var mountPoint = Unescaped(words[4]);
            found.Add(new CgroupHierarchy(isV2, mountPoint, DirectoryOf(mountPoint, Unescaped(words[3]), path), isV2 ? [] : key.Split(',')));
        }

        return found;
    }

    /// <summary>From <c>4:cpu,cpuacct:/a/b</c> to /a/b by "cpu,cpuacct"; the unified one is "".</summary>
    private static Dictionary<string, string> Memberships(string groups)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in groups.Split('\n'))
        {
            if (line.Split(':', 3) is [_, var controllers, var path] && !controllers.StartsWith("name=", StringComparison.Ordinal))
                paths[controllers] = path.EndsWith(" (deleted)", StringComparison.Ordinal) ? path[..^" (deleted)".Length] : path;
        }

        return paths;
    }

    /// <summary>A container may see its own part only: the mount's root is where that begins.</summary>
    private static string DirectoryOf(string mountPoint, string root, string path)
    {
        var below = root == "/" ? path : path == root ? "" : path.StartsWith(root + "/", StringComparison.Ordinal) ? path[root.Length..] : null;
        var directory = below is null || below.Contains("/..", StringComparison.Ordinal) ? mountPoint : mountPoint + below.TrimEnd('/');
        return Directory.Exists(directory) ? directory : mountPoint;
    }

    /// <summary>Blanks in paths are written \040 and so on, proc_pid_mountinfo(5).</summary>
    private static string Unescaped(string text)
    {
        if (!text.Contains('\\'))
            return text;
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length)
            {
                result.Append((char)text.AsSpan(i + 1, 3).ToString().Aggregate(0, (value, digit) => (value * 8) + CharUnicodeInfo.GetDecimalDigitValue(digit)));
                i += 3;
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }
}
