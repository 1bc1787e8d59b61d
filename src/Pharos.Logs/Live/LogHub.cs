namespace Pharos.Logs.Live;

/// <summary>All followers of all instances.</summary>
public sealed class LogHub
{
    private const int FollowerCapacity = 8192;
    private readonly object _lock = new(); // guards _followers and orders a snapshot against the live stream
    private LogSubscription[] _followers = [];

    /// <summary>Hands a line to the followers that want it, and keeps it, as one step.</summary>
    internal void Publish(LogLine line, LineRing ring)
    {
        lock (_lock)
        {
            ring.Add(line);
            foreach (var follower in _followers)
            {
                if (follower.Wanted(line))
                    follower.Offer(line);
            }
        }
    }

    /// <summary>Reads under the lock that <see cref="Publish"/> takes.</summary>
    internal T Read<T>(Func<T> read)
    {
        lock (_lock)
            return read();
    }

    /// <summary>Begins to follow.</summary>
    /// <param name="instances">Whose last lines come first; lines of instances that come later are followed too when wanted.</param>
    /// <param name="last">How many last lines of each instance.</param>
    /// <param name="wanted">Which lines.</param>
    /// <param name="follow">False: the subscription is complete after the last lines.</param>
    /// <returns>The subscription; dispose it to leave.</returns>
    public LogSubscription Subscribe(IEnumerable<InstanceLog> instances, int last, Func<LogLine, bool> wanted, bool follow)
    {
        lock (_lock)
        {
            var lines = instances.SelectMany(i => i.Ring.Last(last, wanted)).OrderBy(l => l.AtUnixNanos).ToList();
            var subscription = new LogSubscription(wanted, Leave, Math.Max(FollowerCapacity, lines.Count));
            foreach (var line in lines)
                subscription.Offer(line);
            if (follow)
                _followers = [.. _followers, subscription];
            else
                subscription.Complete();
            return subscription;
        }
    }

    private void Leave(LogSubscription subscription)
    {
        lock (_lock)
            _followers = [.. _followers.Where(f => f != subscription)];
    }
}
