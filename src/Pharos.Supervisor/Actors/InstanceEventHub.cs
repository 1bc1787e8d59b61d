using System.Threading.Channels;

namespace Pharos.Supervisor.Actors;

/// <summary>A change of one instance.</summary>
/// <param name="Sequence">Grows by one with each change.</param>
/// <param name="At">When, wall clock.</param>
/// <param name="Name">Event name.</param>
/// <param name="Instance">The instance after it.</param>
public sealed record InstanceChange(long Sequence, DateTimeOffset At, string Name, InstanceSnapshot Instance);

/// <summary>Observers get a snapshot, then the live stream, from one subscription: nothing missed, nothing twice.</summary>
public sealed class InstanceEventHub
{
    private const int ObserverCapacity = 1024;
    private readonly object _lock = new(); // guards _observers and _sequence
    private Channel<InstanceChange>[] _observers = [];
    private long _sequence;

    /// <summary>Told of each change by name, by whoever made it. Must not block.</summary>
    internal event Action<string, InstanceSnapshot>? Changed;

    /// <summary>Tells all observers.</summary>
    public void Publish(string name, InstanceSnapshot instance, DateTimeOffset at)
    {
        lock (_lock)
        {
            var change = new InstanceChange(++_sequence, at, name, instance);
            foreach (var observer in _observers)
            {
                // An observer that is a thousand changes behind is cut off, and asks for a new snapshot.
                if (!observer.Writer.TryWrite(change))
                    observer.Writer.TryComplete();
            }
        }

        Changed?.Invoke(name, instance);
    }

    /// <summary>Begins to observe.</summary>
    /// <typeparam name="T">Type of the snapshot.</typeparam>
    /// <param name="snapshot">Taken at the moment from which on changes come.</param>
    /// <returns>The snapshot, its sequence number, the changes, and what to dispose to leave.</returns>
    public (T Snapshot, long Sequence, ChannelReader<InstanceChange> Changes, IDisposable Leave) Observe<T>(Func<T> snapshot)
    {
        var channel = Channel.CreateBounded<InstanceChange>(ObserverCapacity);
        lock (_lock)
        {
            _observers = [.. _observers, channel];
            return (snapshot(), _sequence, channel.Reader, new Leaving(() => Leave(channel)));
        }
    }

    private void Leave(Channel<InstanceChange> channel)
    {
        lock (_lock)
            _observers = [.. _observers.Where(o => o != channel)];
    }

    private sealed class Leaving(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
