namespace Pharos.Logs.Live;

/// <summary>All followers of all instances.</summary>
public sealed class LogHub
{
    private const int FollowerCapacity = 4096;
    private readonly object _lock = new(); // guards _followers and orders the past against the live stream
    private LogSubscription[] _followers = [];

    /// <summary>Held while a batch of lines is handed on, so that whoever begins to follow has all of it in the past or all of it before him.</summary>
    internal object Gate => _lock;

    /// <summary>Whether there is anybody.</summary>
    internal bool HasFollowers => Volatile.Read(ref _followers).Length > 0;

    /// <summary>Hands a line to the followers that want it. Under the <see cref="Gate"/>.</summary>
    internal void Publish(LogLine line)
    {
        foreach (var follower in _followers)
        {
            if (follower.Wanted(line))
                follower.Offer(line);
        }
    }

    /// <summary>Begins to follow.</summary>
    /// <param name="instances">Whose last lines come first; lines of instances that come later are followed too when wanted.</param>
    /// <param name="last">How many last lines of each instance.</param>
    /// <param name="wanted">Which lines.</param>
    /// <param name="follow">False: the subscription is complete after the last lines.</param>
    /// <returns>The subscription; dispose it to leave.</returns>
    public LogSubscription Subscribe(IEnumerable<InstanceLog> instances, int last, Func<LogLine, bool> wanted, bool follow)
    {
        var subscription = new LogSubscription(wanted, Leave, FollowerCapacity);
        var places = new List<(InstanceLog Log, (long Out, long Err) Told)>();
        lock (_lock)
        {
            foreach (var instance in instances)
                places.Add((instance, follow ? instance.Told : (long.MaxValue, long.MaxValue)));
            if (follow)
                _followers = [.. _followers, subscription];
        }

        subscription.Begins = [.. from place in places
                                 from stream in place.Log.StorePaths
                                 let position = stream.Stderr ? place.Told.Err : place.Told.Out
                                 where position != long.MaxValue
                                 select (stream.Path, position)];
        // Read without the lock: files take their time, and what comes meanwhile waits in the subscription.
        subscription.Begin([.. places.SelectMany(p => Past(p.Log, p.Told, last, wanted, follow)).OrderBy(l => l.AtUnixNanos)]);
        if (!follow)
            subscription.Complete();
        return subscription;
    }

    private static List<LogLine> Past(InstanceLog log, (long Out, long Err) told, int last, Func<LogLine, bool> wanted, bool follow)
    {
        var lines = log.History(last, wanted, told.Out, told.Err);
        if (!follow)
            return lines;
        // A stream that nothing had been read of may have begun meanwhile: what was read of it since is in the live stream already.
        var bounds = (Out: told.Out == long.MaxValue ? log.Began.Out : told.Out, Err: told.Err == long.MaxValue ? log.Began.Err : told.Err);
        return bounds == told ? lines : log.History(last, wanted, bounds.Out, bounds.Err);
    }

    private void Leave(LogSubscription subscription)
    {
        lock (_lock)
            _followers = [.. _followers.Where(f => f != subscription)];
    }
}
