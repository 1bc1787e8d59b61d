using System.Text;
using Pharos.Linux.Daemon;
using Pharos.Linux.Sampling;

namespace Pharos.Linux.Processes;

/// <summary>Which instance a process says it belongs to: <c>PHAROS_INSTANCE_ID</c> in its environment, which descendants inherit.</summary>
/// <remarks>
/// Answers are remembered by pid and start time, since reading an environment costs as much as two stat lines and a scan wants them all.
/// A process that carries a mark is ours for good, even if it cleans its environment by exec later. One that does not is believed only once it is a
/// second old: a younger one may be between fork and exec. Other users' processes are unreadable unless we are root: they count as unmarked.
/// </remarks>
internal sealed class EnvironMarkers
{
    /// <summary>Name of the variable.</summary>
    internal const string Variable = "PHAROS_INSTANCE_ID";

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

        var marker = Read(proc, row.Pid);
        if (marker is not null || BootInfo.NowTicks - row.StartTicks > BootInfo.TicksPerSecond)
            _known[key] = new Answer(marker, _scan);
        return marker;
    }

    private string? Read(int proc, int pid)
    {
        int count;
        while ((count = ProcFile.Read(proc, pid, "environ"u8, _buffer)) == _buffer.Length)
            _buffer = new byte[_buffer.Length * 2];
        return count <= 0 ? null : Find(_buffer.AsSpan(0, count));
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
