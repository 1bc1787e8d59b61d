using System.Text;
using Pharos.Linux.Daemon;
using Pharos.Linux.Sampling;

namespace Pharos.Linux.Processes;

/// <summary>Which instance a process says it belongs to: <c>PHAROS_INSTANCE_ID</c> in its environment, which descendants inherit.</summary>
/// <remarks>
/// Answers are remembered by pid and start time, since reading an environment costs as much as two stat lines and a scan wants them all.
/// A process that carries a mark is ours for good, even if it cleans its environment by exec later. One that does not is believed only once it is a
/// second old: a younger one may be between fork and exec. While it is in exec its environment is empty for a moment, which is waited out. Other users' processes are unreadable unless we are root: they count as unmarked.
/// </remarks>
internal sealed class EnvironMarkers
{
    /// <summary>Name of the variable.</summary>
    internal const string Variable = "PHAROS_INSTANCE_ID";

    private const int MostLooks = 50;

    private static readonly byte[] Prefix = Encoding.ASCII.GetBytes(Variable + "=");

    private readonly Dictionary<(int Pid, long Start), Answer> _known = [];
    private byte[] _buffer = new byte[64 * 1024];
    private int _scan;

    /// <summary>To be called before each scan; forgets processes that the scans before did not meet.</summary>
    internal void BeginScan(int processes)
    {
        if (_known.Count > (processes * 2) + 256)
        {
            foreach (var (key, answer) in _known)
            {
                if (answer.Scan != _scan)
                    _known.Remove(key);
            }
        }

        _scan++;
    }

    /// <summary>The mark of a process; null when it has none.</summary>
    internal string? Of(int proc, in StatLine row)
    {
        var key = (row.Pid, row.StartTicks);
        if (_known.TryGetValue(key, out var answer))
        {
            _known[key] = answer with { Scan = _scan };
            return answer.Marker;
        }

        var isYoung = BootInfo.NowTicks - row.StartTicks <= BootInfo.TicksPerSecond;
        var marker = Read(proc, row, isYoung);
        if (marker is not null || !isYoung)
            _known[key] = new Answer(marker, _scan);
        return marker;
    }

    private string? Read(int proc, in StatLine row, bool isYoung)
    {
        for (var looks = 1; ; looks++)
        {
            int count;
            while ((count = ProcFile.Read(proc, row.Pid, "environ"u8, _buffer)) == _buffer.Length)
                _buffer = new byte[_buffer.Length * 2];
            if (count != 0)
                return count < 0 ? null : Find(_buffer.AsSpan(0, count));
            if (!isYoung || row.IsKernelThread || looks == MostLooks || ProcessTree.StartOf(row.Pid) != row.StartTicks)
                return null;
            Thread.Sleep(1); // in exec: the old environment is gone, and the new one not there yet
        }
    }

    internal static string? Find(ReadOnlySpan<byte> environment)
    {
        foreach (var range in environment.Split((byte)0))
        {
            var variable = environment[range];
            if (variable.StartsWith(Prefix))
                return Encoding.UTF8.GetString(variable[Prefix.Length..]);
        }

        return null;
    }

    private readonly record struct Answer(string? Marker, int Scan);
}
