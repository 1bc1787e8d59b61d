namespace Pharos.Supervisor.Actors;

/// <summary>The newest snapshot of one instance, and whoever waits for it to be as asked. The actor publishes; anybody reads.</summary>
internal sealed class SnapshotBoard(InstanceSnapshot first)
{
    private readonly List<(Func<InstanceSnapshot, bool> Done, TaskCompletionSource<InstanceSnapshot> Answer)> _waiting = [];
    private readonly object _lock = new(); // guards _waiting and _over, and orders them against _current
    private volatile InstanceSnapshot _current = first;
    private Exception? _over;

    /// <summary>The instance now.</summary>
    public InstanceSnapshot Current => _current;

    /// <summary>Why nobody answers any more; null: somebody does.</summary>
    public Exception? Over
    {
        get
        {
            lock (_lock)
                return _over;
        }
    }

    /// <summary>Waits until the instance is as asked.</summary>
    /// <param name="done">What to wait for.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The snapshot that was as asked.</returns>
    public Task<InstanceSnapshot> WaitAsync(Func<InstanceSnapshot, bool> done, CancellationToken cancel)
    {
        TaskCompletionSource<InstanceSnapshot> answer;
        lock (_lock)
        {
            if (done(_current))
                return Task.FromResult(_current);
            if (_over is not null)
                return Task.FromException<InstanceSnapshot>(_over);
            answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((done, answer));
        }

        return cancel.CanBeCanceled ? GiveUpAsync(answer, cancel) : answer.Task;
    }

    /// <summary>Who no longer waits is not kept.</summary>
    private async Task<InstanceSnapshot> GiveUpAsync(TaskCompletionSource<InstanceSnapshot> answer, CancellationToken cancel)
    {
        try
        {
            return await answer.Task.WaitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
                _waiting.RemoveAll(w => w.Answer == answer);
            throw;
        }
    }

    /// <summary>Shows a new snapshot.</summary>
    /// <param name="before">What it was made from.</param>
    /// <param name="next">The new one.</param>
    public void Publish(InstanceSnapshot before, InstanceSnapshot next)
    {
        List<TaskCompletionSource<InstanceSnapshot>>? answered = null;
        lock (_lock)
        {
            if (ReferenceEquals(before.LastExit, next.LastExit))
                next = next with { LastExit = _current.LastExit }; // the last lines may have come in meanwhile
            _current = next;
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                if (!_waiting[i].Done(next))
                    continue;
                (answered ??= []).Add(_waiting[i].Answer);
                _waiting.RemoveAt(i);
            }
        }

        answered?.ForEach(a => a.TrySetResult(next));
    }

    /// <summary>The last lines come later than the end itself; nobody else writes this field meanwhile but a later end.</summary>
    public void AmendLastExit(ExitRecord record, ExitRecord told)
    {
        lock (_lock)
        {
            if (ReferenceEquals(_current.LastExit, record))
                _current = _current with { LastExit = told };
        }
    }

    /// <summary>From now on nobody answers: who asks is told so at once.</summary>
    /// <param name="why">Why.</param>
    public void Close(Exception why)
    {
        lock (_lock)
            _over = why;
    }

    /// <summary>Whoever still waits is told that nobody answers.</summary>
    public void AnswerAll()
    {
        lock (_lock)
        {
            foreach (var (_, answer) in _waiting)
                answer.TrySetException(_over!);
            _waiting.Clear();
        }
    }
}
