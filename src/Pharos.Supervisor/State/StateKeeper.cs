using Pharos.Core.Ports;

namespace Pharos.Supervisor.State;

/// <summary>Writes the state after changes: many changes in a row become one generation.</summary>
internal sealed class StateKeeper : IAsyncDisposable
{
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(20);
    private readonly IStateStore _store;
    private readonly Func<SavedState> _capture;
    private readonly Action<string> _say;
    private readonly SemaphoreSlim _dirty = new(0, 1);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _loop;
    private bool _failing;

    public StateKeeper(IStateStore store, Func<SavedState> capture, Action<string> say)
    {
        _store = store;
        _capture = capture;
        _say = say;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Something changed.</summary>
    public void Changed()
    {
        try
        {
            if (_dirty.CurrentCount == 0)
                _dirty.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else released it in this instant: the writer is awake all the same.
        }
    }

    /// <summary>Writes a generation now.</summary>
    /// <returns>The path.</returns>
    public string SaveNow() => _store.Save(_capture());

    private async Task RunAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await _dirty.WaitAsync(_end.Token);
                await Task.Delay(Gather, _end.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            try
            {
                SaveNow();
                _failing = false;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The apps go on without a saved state: said once, tried again with the next change.
                if (!_failing)
                    _say($"cannot save the state: {e.Message}; apps go on, changes made now do not outlive the daemon");
                _failing = true;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        _end.Dispose();
        _dirty.Dispose();
    }
}
