namespace Pharos.Exporters.Pipeline;

/// <summary>What became of an item that wanted to be in a queue.</summary>
internal enum Admission
{
    Taken,
    Full,
    Closed,
}

/// <summary>
/// Items for one consumer, bounded in count and bytes. What was taken out weighs until it is settled, so that the bound holds for what is
/// on its way, too. Writers never wait.
/// </summary>
internal sealed class BoundedQueue<T>(int maxCount, long maxBytes, Func<T, int> weigh)
{
    private readonly Lock _gate = new(); // guards everything below
    private readonly Queue<T> _items = [];
    private int _unsettled;
    private long _bytes;
    private bool _closed;
    private bool _hurry;
    private (int Count, TaskCompletionSource Done)? _consumer;
    private TaskCompletionSource? _empty;

    /// <summary>Items taken and not settled yet.</summary>
    public int Unsettled
    {
        get
        {
            lock (_gate)
                return _unsettled;
        }
    }

    public Admission TryAdd(T item)
    {
        var weight = weigh(item);
        lock (_gate)
        {
            if (_closed)
                return Admission.Closed;
            if (_items.Count + _unsettled >= maxCount || _bytes + weight > maxBytes)
                return Admission.Full;
            _items.Enqueue(item);
            _bytes += weight;
            if (_consumer is { } waiting && _items.Count >= waiting.Count)
                Wake();
        }

        return Admission.Taken;
    }

    /// <summary>Ends when there are so many items, or any and the consumer shall hurry, or nothing will come any more.</summary>
    public Task WhenAtLeast(int count)
    {
        lock (_gate)
        {
            if (_closed || _items.Count >= count || (_hurry && _items.Count > 0))
                return Task.CompletedTask;
            var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _consumer = (count, waiting);
            return waiting.Task;
        }
    }

    /// <summary>Takes the oldest items, at least one where there is one.</summary>
    public T[] Take(int count, long bytes)
    {
        lock (_gate)
        {
            var taken = new List<T>();
            while (taken.Count < count && _items.TryPeek(out var item))
            {
                bytes -= weigh(item);
                if (bytes < 0 && taken.Count > 0)
                    break;
                taken.Add(_items.Dequeue());
            }

            _unsettled += taken.Count;
            return [.. taken];
        }
    }

    /// <summary>What was taken is delivered or dropped: its room is free.</summary>
    public void Settle(T[] taken)
    {
        lock (_gate)
        {
            _unsettled -= taken.Length;
            foreach (var item in taken)
                _bytes -= weigh(item);
            if (_items.Count + _unsettled > 0)
                return;
            _hurry = false;
            _empty?.TrySetResult();
            _empty = null;
        }
    }

    /// <summary>Makes the consumer take what there is without waiting for more.</summary>
    /// <returns>Ends when everything is settled.</returns>
    public Task Drain()
    {
        lock (_gate)
        {
            if (_items.Count + _unsettled == 0)
                return Task.CompletedTask;
            _hurry = true;
            Wake();
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _empty.Task;
        }
    }

    /// <summary>Takes nothing more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Wake();
        }
    }

    private void Wake()
    {
        _consumer?.Done.TrySetResult();
        _consumer = null;
    }
}
