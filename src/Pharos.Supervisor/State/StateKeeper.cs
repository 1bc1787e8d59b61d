using System.Threading.Channels;
using Pharos.Core.Ports;

namespace Pharos.Supervisor.State;

/// <summary>Writes the state after changes: many changes in a row become one generation.</summary>
internal sealed class StateKeeper : IAsyncDisposable
{
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(5);
    private readonly IStateStore _store;
    private readonly Func<SavedState> _capture;
    private readonly Action<string> _say;
    private readonly Channel<bool> _dirty = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _end = new();
    private readonly object _saving = new(); // held over capture and write: an older picture must not become the newest generation
    private readonly Task _loop;
    private volatile string? _error;

    public StateKeeper(IStateStore store, Func<SavedState> capture, Action<string> say)
    {
        _store = store;
        _capture = capture;
        _say = say;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Why the last attempt failed; null: it did not.</summary>
    public string? Error
    {
        get => _error;
        private set => _error = value;
    }

    /// <summary>Writes a generation now, and the copy that is kept for who asked.</summary>
    /// <returns>The path of the copy.</returns>
    public string Keep()
    {
        lock (_saving)
        {
            var state = _capture();
            _store.Save(state);
            return _store.Keep(state);
        }
    }

    /// <summary>Something changed. Never blocks, never throws.</summary>
    public void Changed() => _dirty.Writer.TryWrite(true);

    /// <summary>Writes a generation now.</summary>
    /// <returns>The path.</returns>
    public string SaveNow()
    {
        lock (_saving)
            return _store.Save(_capture());
    }

    /// <summary>Writes a generation now; a failure is said, not thrown.</summary>
    /// <returns>Null when it is written, else why not.</returns>
    public string? TrySave()
    {
        try
        {
            SaveNow();
            if (Error is not null)
                _say("the state is saved again");
            Error = null;
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The apps go on without a saved state: said once, tried again by and by.
            if (Error is null)
                _say($"cannot save the state: {e.Message}; apps go on, changes made now do not outlive the daemon");
            Error = e.Message;
            return e.Message;
        }
    }

    /// <summary>Writes a generation now, unless the last one failed: then that is said already, and nobody is made to wait for a full disk.</summary>
    public void TrySaveOnce()
    {
        if (Error is null)
            TrySave();
    }

    private async Task RunAsync()
    {
        try
        {
            while (await _dirty.Reader.WaitToReadAsync(_end.Token))
            {
                await Task.Delay(Error is not null ? TryAgain : Gather, _end.Token);
                _dirty.Reader.TryRead(out _);
                if (TrySave() is not null)
                    Changed();
            }
        }
        catch (OperationCanceledException)
        {
            // The end; what is not written yet is written by DisposeAsync.
        }
    }

    /// <summary>Ends; a change that nobody wrote yet is written first.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        if (_dirty.Reader.TryRead(out _))
            TrySave();
        _end.Dispose();
    }
}
