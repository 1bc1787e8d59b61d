using System.Globalization;
using Pharos.Linux.Daemon;

namespace Pharos.Benchmarks.Contestants;

/// <summary>What a running process has used and holds, by /proc.</summary>
/// <param name="CpuSeconds">User and system time of the process alone, seconds; the kernel shows hundredths.</param>
/// <param name="RssBytes">Resident, shared pages counted in full.</param>
/// <param name="PssBytes">Resident, shared pages divided among those who share them.</param>
/// <param name="AnonBytes">Resident and not backed by a file: what nobody else can share, and what only swap could take away.</param>
/// <param name="Threads">Threads.</param>
internal readonly record struct ProcessUse(double CpuSeconds, long RssBytes, long PssBytes, long AnonBytes, int Threads)
{
    /// <exception cref="CannotMeasureException">The process is gone.</exception>
    public static ProcessUse Of(int pid)
    {
        try
        {
            var status = File.ReadAllLines($"/proc/{pid}/status");
            return new(CpuSecondsOf(pid), Kilobytes(status, "VmRSS:"), Kilobytes(File.ReadAllLines($"/proc/{pid}/smaps_rollup"), "Pss:"),
                Kilobytes(status, "RssAnon:"), (int)Value(status, "Threads:"));
        }
        catch (IOException e)
        {
            throw new CannotMeasureException($"process {pid} ended while it was measured: {e.Message}");
        }
    }

    /// <summary>Fields 14 and 15 of proc_pid_stat(5); the name before them may hold blanks and brackets.</summary>
    public static double CpuSecondsOf(int pid)
    {
        var text = File.ReadAllText($"/proc/{pid}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[11]) + Number(fields[12])) / (double)BootInfo.TicksPerSecond;
    }

    /// <summary>Children of all its threads.</summary>
    public static IReadOnlyList<int> ChildrenOf(int pid)
    {
        var children = new List<int>();
        foreach (var thread in Directory.GetDirectories($"/proc/{pid}/task"))
        {
            try
            {
                var text = File.ReadAllText($"{thread}/children"); // CONFIG_PROC_CHILDREN
                children.AddRange(text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(child => (int)Number(child)));
            }
            catch (FileNotFoundException) when (!Directory.Exists(thread))
            {
                // the thread ended meanwhile; its children are another's now
            }
        }

        return children;
    }

    private static long Kilobytes(string[] lines, string key) => Value(lines, key) * 1024;

    private static long Value(string[] lines, string key)
    {
        var line = lines.FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal)) ?? throw new CannotMeasureException($"the kernel does not show {key}");
        return Number(line[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim());
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
