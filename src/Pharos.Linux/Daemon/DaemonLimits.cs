using System.Globalization;
using System.Text;
using Pharos.Core.Specs;

namespace Pharos.Linux.Daemon;

/// <summary>What the daemon has for itself and its children are not to inherit: room for many descriptors, and protection from the OOM killer.</summary>
/// <remarks>An instance costs the daemon some twelve descriptors; under the usual soft limit of 1024 the ninetieth could not be started, and without
/// descriptors nobody can even ask the daemon. Its hard limit is what the administrator allows, so the soft one goes up to that.</remarks>
public static unsafe class DaemonLimits
{
    private const int NoFile = 7;
    private const string OomScore = "/proc/self/oom_score_adj";
    private static ulong? s_softBefore;
    private static bool s_protected;

    /// <summary>Raises our own soft limit of descriptors to the hard one, and sees whether we were started with protection from the OOM killer.</summary>
    public static void Raise()
    {
        var limit = stackalloc ulong[2];
        if (Libc.prlimit(0, NoFile, null, limit) == 0 && limit[0] < limit[1])
        {
            var before = limit[0];
            limit[0] = limit[1];
            if (Libc.prlimit(0, NoFile, limit, null) == 0)
                s_softBefore = before;
        }

        s_protected = int.TryParse(ProcFile.Text(OomScore), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var score) && score < 0;
    }

    /// <summary>Gives a child that was just started what it would have had without us. Best effort: it runs already, and may be somebody else's by now.</summary>
    /// <param name="pid">The child; not reaped yet.</param>
    /// <param name="asked">Limits that its app asked for: they are set already, and stay.</param>
    internal static void Restore(int pid, IReadOnlyList<ResourceLimit> asked)
    {
        if (s_softBefore is { } soft && !asked.Any(l => l.Resource == "nofile"))
        {
            var limit = stackalloc ulong[2];
            if (Libc.prlimit(pid, NoFile, null, limit) == 0)
            {
                limit[0] = Math.Min(soft, limit[1]);
                _ = Libc.prlimit(pid, NoFile, limit, null);
            }
        }

        if (s_protected)
            Write($"/proc/{pid}/oom_score_adj", "0");
    }

    private static void Write(string path, string text)
    {
        using var file = new Fd(Libc.open(path, Libc.O_WRONLY | Libc.O_CLOEXEC, 0));
        if (file.IsInvalid)
            return;
        var bytes = Encoding.ASCII.GetBytes(text);
        fixed (byte* first = bytes)
            _ = Libc.write(file.Raw, first, bytes.Length);
    }
}
