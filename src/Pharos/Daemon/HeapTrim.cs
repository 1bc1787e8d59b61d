namespace Pharos.Daemon;

/// <summary>Gives memory back that a burst of work left behind: what a thousand starts allocate is garbage a second later, and no collection would come for it while nothing is going on.</summary>
/// <remarks>One full collection takes some 20 ms of a heap of 30 MB, so it waits until the work is over, and until there is enough to be had. What came in the seconds after it is
/// taken at the next look: the first samples of new processes, the state file. Measured in docs/performance.md.</remarks>
internal sealed class HeapTrim : IDisposable
{
    private const long Worth = 6L * 1024 * 1024;
    private const long WorthAfterwards = 1L * 1024 * 1024;
    private const long Busy = 2L * 1024 * 1024; // allocated since the last look
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(4);

    private readonly ITimer _timer;
    private long _kept; // after the last collection of ours; 0: none yet
    private long _allocated;
    private bool _isAfterwards;

    /// <param name="time">When to look.</param>
    public HeapTrim(TimeProvider time) => _timer = time.CreateTimer(_ => Trim(), null, Look, Look);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Trim()
    {
        var allocated = GC.GetTotalAllocatedBytes();
        var since = allocated - _allocated;
        _allocated = allocated;
        if (since > Busy)
            return;
        var isWorthIt = GC.GetTotalMemory(forceFullCollection: false) - _kept >= (_isAfterwards ? WorthAfterwards : Worth);
        _isAfterwards = isWorthIt && !_isAfterwards;
        if (!isWorthIt)
            return;
        GC.Collect();
        GC.WaitForPendingFinalizers(); // what has one is garbage only when that was done
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _kept = GC.GetTotalMemory(forceFullCollection: false);
        _allocated = GC.GetTotalAllocatedBytes();
    }
}
