namespace Pharos.Api;

/// <summary>Lets clients in when everything is ready to answer them, and before the daemon is replaced keeps new ones waiting in the socket's queue
/// until the next one takes them in. So a client sees a daemon that takes a moment longer, and never one that refuses it.</summary>
public sealed class DaemonGate : IDisposable
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private int _awaited; // connections that have not said anything yet, and requests that have not been answered yet
    private int _repeatable; // of these, requests that the client asks again when they are cut off

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
    /// <param name="forRepeatable">How long at most for those who ask again when they get no answer: a stop may take its hour.</param>
    /// <param name="time">Clock.</param>
    /// <returns>False when somebody was still waiting.</returns>
    public async Task<bool> EmptyAsync(TimeSpan patience, TimeSpan forRepeatable, TimeProvider time)
    {
        var began = time.GetTimestamp();
        while (Volatile.Read(ref _awaited) is > 0 and var awaited)
        {
            var waited = time.GetElapsedTime(began);
            if (waited > patience || (waited > forRepeatable && awaited <= Volatile.Read(ref _repeatable)))
                return false;
            await Task.Delay(TimeSpan.FromMilliseconds(2), time);
        }

        return true;
    }

    internal Visit Enter(bool repeatable = false) => new(this, repeatable);

    /// <summary>Somebody who has an answer coming.</summary>
    internal sealed class Visit : IDisposable
    {
        private readonly DaemonGate _gate;
        private readonly bool _repeatable;
        private int _over;

        public Visit(DaemonGate gate, bool repeatable)
        {
            _gate = gate;
            _repeatable = repeatable;
            if (repeatable)
                Interlocked.Increment(ref gate._repeatable);
            Interlocked.Increment(ref gate._awaited);
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _over, 1) != 0)
                return;
            Interlocked.Decrement(ref _gate._awaited);
            if (_repeatable)
                Interlocked.Decrement(ref _gate._repeatable);
        }
    }
}
