using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Pharos.Pm2.Sockets;

/// <summary>PM2's event bus: everything goes to everybody who listens, a topic and a value each. With nobody there it costs nothing.</summary>
internal sealed class Bus
{
    private ImmutableArray<BusSubscriber> _subscribers = [];
    private TaskCompletionSource _somebody = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _nobody = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether somebody listens.</summary>
    public bool HasSubscribers => !_subscribers.IsEmpty;

    /// <summary>How many listen.</summary>
    public int Subscribers => _subscribers.Length;

    /// <summary>Bytes that wait for those who read slower than they are told.</summary>
    public long Waiting => _subscribers.Sum(s => s.Waiting);

    /// <summary>Events that listeners missed.</summary>
    public long Dropped => _subscribers.Sum(s => s.Dropped);

    /// <summary>Completes when somebody listens.</summary>
    public Task Somebody => Volatile.Read(ref _somebody).Task;

    /// <summary>Completes when nobody listens any more.</summary>
    public Task Nobody => Volatile.Read(ref _nobody).Task;

    /// <summary>Tells everybody. Never blocks.</summary>
    /// <param name="topic">Of what.</param>
    /// <param name="value">What.</param>
    public void Publish(string topic, JsonNode value)
    {
        var subscribers = _subscribers;
        if (subscribers.IsEmpty)
            return;
        var frame = AmpFrame.Of(AmpFrame.Text(topic), AmpFrame.Json(value));
        foreach (var subscriber in subscribers)
            subscriber.Post(frame);
    }

    /// <summary>Serves a listener until it goes.</summary>
    public async Task ServeAsync(Socket peer, CancellationToken stop)
    {
        var subscriber = new BusSubscriber();
        ImmutableInterlocked.Update(ref _subscribers, all => all.Add(subscriber));
        Turn();
        try
        {
            await subscriber.RunAsync(peer, stop);
        }
        finally
        {
            ImmutableInterlocked.Update(ref _subscribers, all => all.Remove(subscriber));
            Turn();
        }
    }

    /// <summary>Nothing follows: each listener gets what waits for it, and then the end.</summary>
    public void Complete()
    {
        foreach (var subscriber in _subscribers)
            subscriber.Complete();
    }

    private void Turn()
    {
        if (HasSubscribers)
        {
            Interlocked.Exchange(ref _nobody, new(TaskCreationOptions.RunContinuationsAsynchronously));
            Volatile.Read(ref _somebody).TrySetResult();
        }
        else
        {
            Interlocked.Exchange(ref _somebody, new(TaskCreationOptions.RunContinuationsAsynchronously));
            Volatile.Read(ref _nobody).TrySetResult();
        }
    }
}
