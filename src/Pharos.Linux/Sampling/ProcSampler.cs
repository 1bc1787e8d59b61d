using Pharos.Core.Ports;
using Pharos.Linux.Daemon;

namespace Pharos.Linux.Sampling;

/// <summary>Reads what /proc says of the processes we hold, and of their trees.</summary>
/// <remarks>
/// A tree here is what descends from a process or is in its session; a process in two of them counts for the nearer root.
/// One process costs five open files and about 15 microseconds a sample; a refresh costs one stat line of every process of the machine (8
/// microseconds each) and one statm of each that is in a tree. Neither allocates once its arrays have grown.
/// </remarks>
public sealed class ProcSampler : IProcessSampler, IDisposable
{
    private readonly Lock _guard = new(); // guards everything below
    private readonly ProcTable _table = new();
    private readonly Dictionary<int, SampledProcess> _roots = [];
    private SampledProcess?[] _rootOf = new SampledProcess?[256];
    private bool[] _known = new bool[256];

    /// <inheritdoc/>
    public ISampledProcess? Open(int pid)
    {
        lock (_guard)
        {
            if (SampledProcess.TryOpen(this, _table.Proc, pid) is not { } process)
                return null;
            _roots[pid] = process;
            return process;
        }
    }

    /// <inheritdoc/>
    public void RefreshTrees()
    {
        lock (_guard)
        {
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
                if (!rows[i].IsDead && RootOf(i) is { } root)
                    root.AddToTree(ResidentBytes(rows[i].Pid));
            }

            foreach (var root in _roots.Values)
                root.EndTree();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _table.Dispose();

    internal void Close(SampledProcess process)
    {
        lock (_guard)
        {
            if (_roots.TryGetValue(process.Pid, out var current) && current == process)
                _roots.Remove(process.Pid);
        }
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
