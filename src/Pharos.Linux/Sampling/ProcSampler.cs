using Pharos.Core.Ports;
using Pharos.Linux.Daemon;
using Pharos.Linux.Processes;

namespace Pharos.Linux.Sampling;

/// <summary>Reads what /proc says of the processes we hold, and of their trees.</summary>
/// <remarks>
/// A tree here is what descends from a process or is in its session; a process in two of them counts for the nearer root.
/// One process costs five open files and about 6 microseconds a sample, 15 every fifth time; a refresh costs one stat line of every process of
/// the machine (8 microseconds each) and one statm of each descendant. A refresh is skipped while nothing was born on the machine since the last one
/// (the kernel's newest pid is the same): who is in which tree can then only have changed by somebody's end, which the next one sees, after five
/// passes at the latest. Nothing here allocates once its arrays have grown.
/// </remarks>
public sealed class ProcSampler : IProcessSampler, IDisposable
{
    private readonly Lock _guard = new(); // guards everything below
    private readonly ProcTable _table = new();
    private readonly PidNumbers _numbers = new();
    private readonly Dictionary<int, SampledProcess> _roots = [];
    private SampledProcess?[] _rootOf = new SampledProcess?[256];
    private bool[] _known = new bool[256];
    private int _newestPid = -1;
    private int _skipped;
    private bool _opened;

    /// <inheritdoc/>
    public ISampledProcess? Open(int pid)
    {
        lock (_guard)
        {
            if (SampledProcess.TryOpen(this, _table.Proc, pid) is not { } process)
                return null;
            _roots[pid] = process;
            _opened = true;
            return process;
        }
    }

    /// <inheritdoc/>
    public void RefreshTrees()
    {
        lock (_guard)
        {
            if (NothingWasBorn())
                return;
            _table.Refresh();
            var rows = _table.Rows;
            if (_known.Length < rows.Length)
            {
                _rootOf = new SampledProcess?[rows.Length * 2];
                _known = new bool[rows.Length * 2];
            }

            Array.Clear(_known);
            foreach (var root in _roots.Values)
                root.BeginTree();
            for (var i = 0; i < rows.Length; i++)
            {
                // The root's own memory comes from its open file, with each sample.
                if (!rows[i].IsDead && RootOf(i) is { } root && root.Pid != rows[i].Pid)
                    root.AddDescendant(ResidentBytes(rows[i].Pid));
            }

            foreach (var root in _roots.Values)
                root.EndTree();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _table.Dispose();
        _numbers.Dispose();
    }

    internal void Close(SampledProcess process)
    {
        lock (_guard)
        {
            if (_roots.TryGetValue(process.Pid, out var current) && current == process)
                _roots.Remove(process.Pid);
        }
    }

    private bool NothingWasBorn()
    {
        const int longestSkip = 4;
        if (!_numbers.TryNewest(out var newest))
            newest = -1;
        if (newest >= 0 && newest == _newestPid && _skipped < longestSkip && !_opened)
        {
            _skipped++;
            return true;
        }

        (_newestPid, _skipped, _opened) = (newest, 0, false);
        return false;
    }

    private SampledProcess? RootOf(int index)
    {
        if (_known[index])
            return _rootOf[index];
        _known[index] = true;
        _rootOf[index] = null; // also ends a walk over a torn picture in which two processes are each other's parent
        var row = _table.Rows[index];
        if (_roots.TryGetValue(row.Pid, out var itself))
            return _rootOf[index] = itself;
        var parent = _table.Find(row.Parent);
        var above = parent < 0 || row.Parent == 1 ? null : RootOf(parent);
        return _rootOf[index] = above ?? _roots.GetValueOrDefault(row.Session);
    }

    private long ResidentBytes(int pid)
    {
        Span<byte> buffer = stackalloc byte[256];
        var count = ProcFile.Read(_table.Proc, pid, "statm"u8, buffer);
        return count > 0 ? SampledProcess.ResidentPages(buffer[..count]) * BootInfo.PageBytes : 0;
    }
}
