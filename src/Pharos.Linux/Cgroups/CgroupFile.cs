using System.Globalization;
using System.Text;

namespace Pharos.Linux.Cgroups;

/// <summary>The files of a control group: each is read and written whole.</summary>
internal static unsafe class CgroupFile
{
    /// <summary>Writes one value in one write(2), as the kernel wants it.</summary>
    /// <returns>0, or the errno.</returns>
    internal static int TryWrite(string directory, string name, string value)
    {
        // O_CREAT makes nothing in a control group: the kernel refuses it there.
        using var fd = new Fd(Libc.open($"{directory}/{name}", Libc.O_WRONLY | Libc.O_CREAT | Libc.O_CLOEXEC, 0x1A4));
        if (fd.IsInvalid)
            return Libc.Errno;
        var bytes = Encoding.ASCII.GetBytes(value);
        fixed (byte* first = bytes)
        {
            while (Libc.write(fd.Raw, first, bytes.Length) < 0)
            {
                if (Libc.Errno != Libc.EINTR)
                    return Libc.Errno;
            }
        }

        return 0;
    }

    /// <summary>As <see cref="TryWrite"/>, for what must succeed.</summary>
    internal static void Write(string directory, string name, string value)
    {
        if (TryWrite(directory, name, value) is var errno and not 0)
            throw new LinuxException("write", errno, $"{value} to {directory}/{name}");
    }

    /// <summary>The text; null when there is no such file.</summary>
    internal static string? Text(string directory, string name) => ProcFile.Text($"{directory}/{name}");

    /// <summary>A number that is alone in its file, or stands behind a word at the beginning of a line.</summary>
    /// <returns>Null when it is not there; "max" is no number.</returns>
    internal static long? Number(string directory, string name, string word = "")
    {
        foreach (var line in (Text(directory, name) ?? "").Split('\n'))
        {
            var value = word.Length == 0 ? line : line.StartsWith(word + " ", StringComparison.Ordinal) ? line[(word.Length + 1)..] : "";
            if (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                return number;
        }

        return null;
    }

    /// <summary>Process ids in a group, those of groups below it left out.</summary>
    internal static List<int> Processes(string directory)
    {
        var pids = new List<int>();
        try
        {
            foreach (var line in File.ReadLines($"{directory}/cgroup.procs"))
            {
                if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0)
                    pids.Add(pid);
            }
        }
        catch (IOException)
        {
            // The group is gone, and so is everything in it.
        }

        return pids;
    }

    /// <summary>A group may be made in it, and processes moved into that.</summary>
    internal static bool IsWritable(string directory) =>
        Libc.access(directory, Libc.W_OK) == 0 && Libc.access($"{directory}/cgroup.procs", Libc.W_OK) == 0;

    /// <summary>Makes a group, or takes the one that is there.</summary>
    internal static void Make(string directory)
    {
        if (Libc.mkdir(directory, 0x1ED) < 0 && Libc.Errno is var errno and not Libc.EEXIST)
            throw new LinuxException("mkdir", errno, directory);
    }

    /// <summary>Removes a group.</summary>
    /// <returns>False when something is still in it.</returns>
    internal static bool TryRemove(string directory) => Libc.rmdir(directory) == 0 || Libc.Errno == Libc.ENOENT;
}
