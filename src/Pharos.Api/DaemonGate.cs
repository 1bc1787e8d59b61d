namespace Pharos.Api;

/// <summary>Lets clients in when everything is ready to answer them, and before the daemon is replaced keeps new ones waiting in the socket's queue
/// until the next one takes them in. So a client sees a daemon that takes a moment longer, and never one that refuses it.</summary>
public sealed class DaemonGate : IDisposable
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private int _awaited; // connections that have not said anything yet, and requests that have not been answered yet

    /// <summary>A gate that is open already.</summary>
    public static DaemonGate AlreadyOpen
    {
        get
        {
            var gate = new DaemonGate();
            gate.Open();
            return gate;
        }
    }

    /// <summary>Cancelled when no more connections are to be taken in.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <inheritdoc/>
    public void Dispose() => _closing.Dispose();

    internal Task Opened => _opened.Task;

    /// <summary>Requests that came early are answered now, and later ones at once.</summary>
    public void Open() => _opened.TrySetResult();

    /// <summary>From now on connections wait for the next daemon.</summary>
    public void Close() => _closing.Cancel();

    /// <summary>Waits until everybody who was let in has an answer. Followers of output and events are not waited for.</summary>
    /// <param name="patience">How long at most.</param>
    /// <param name="time">Clock.</param>
    /// <returns>False when somebody was still waiting.</returns>
    public async Task<bool> EmptyAsync(TimeSpan patience, TimeProvider time)
    {
        var began = time.GetTimestamp();
        while (Volatile.Read(ref _awaited) > 0)
        {
            if (time.GetElapsedTime(began) > patience)
                return false;
            await Task.Delay(TimeSpan.FromMilliseconds(2), time);
        }

        return true;
    }

    internal Visit Enter() => new(this);

    /// <summary>Somebody who has an answer coming.</summary>
    internal sealed class Visit : IDisposable
    {
        private readonly DaemonGate _gate;
        private int _over;

        public Visit(DaemonGate gate)
        {
            _gate = gate;
            Interlocked.Increment(ref gate._awaited);
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _over, 1) == 0)
                Interlocked.Decrement(ref _gate._awaited);
        }
    }
}
