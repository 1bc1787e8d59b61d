using System.Globalization;
using System.Text;

namespace Pharos.Linux.Processes;

/// <summary>The nice value of a session, sched(7): with kernel.sched_autogroup_enabled each session is a scheduling group of its own, and nice alone
/// does nothing between two of them.</summary>
internal static unsafe class Autogroup
{
    /// <summary>Best effort: no such file without CONFIG_SCHED_AUTOGROUP, and other users than root may write it once in a while only.</summary>
    internal static void TrySet(int pid, int nice)
    {
        using var file = new Fd(Libc.open($"/proc/{pid}/autogroup", Libc.O_WRONLY | Libc.O_CLOEXEC, 0));
        if (file.IsInvalid)
            return;
        var text = Encoding.ASCII.GetBytes(nice.ToString(CultureInfo.InvariantCulture));
        fixed (byte* bytes = text)
            _ = Libc.write(file.Raw, bytes, text.Length);
    }
}
