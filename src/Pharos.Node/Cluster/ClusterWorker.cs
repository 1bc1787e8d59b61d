using System.Runtime.InteropServices;
using Pharos.Core.Ports;
using Pharos.Node.Wire;

namespace Pharos.Node.Cluster;

/// <summary>One process of a cluster, as its primary sees it. Everything under the primary's lock.</summary>
/// <param name="slot">Number of its slot.</param>
/// <param name="incarnation">Its number.</param>
/// <param name="channel">Its channel.</param>
internal sealed class ClusterWorker(int slot, int incarnation, IMessageChannel channel)
{
    private readonly Dictionary<long, (SharedListener Listener, SafeHandle Connection)> _handed = [];

    // Later than any number that an earlier daemon may have given to this worker: an answer to that one must not be taken for ours.
    private long _sequence = TimeProvider.System.GetTimestamp() / Math.Max(1, TimeProvider.System.TimestampFrequency / 1000) * 1000;

    /// <summary>Number of its slot.</summary>
    public int Slot { get; } = slot;

    /// <summary>Its number.</summary>
    public int Incarnation { get; } = incarnation;

    /// <summary>It gets no connections any more.</summary>
    public bool Retired { get; set; }

    /// <summary>Connections that it has not answered for yet.</summary>
    public int Unanswered => _handed.Count;

    /// <summary>Number for the next message.</summary>
    public long Next() => ++_sequence;

    /// <summary>Says something.</summary>
    public bool Send(string json, SafeHandle? descriptor = null) => channel.Send(json, descriptor);

    /// <summary>Hands a connection over; ours is kept until it says that it took it.</summary>
    public void Hand(SharedListener listener, SafeHandle connection)
    {
        var number = Next();
        if (Send(ClusterWords.Connection(listener.Key, number), connection))
        {
            _handed[number] = (listener, connection);
            return;
        }

        Retired = true; // it cannot be reached: the others get it
        listener.Return(connection);
    }

    /// <summary>It answered for a connection.</summary>
    /// <returns>The listener that it is of; null when it is of none.</returns>
    public SharedListener? Answered(long number, bool accepted)
    {
        if (!_handed.Remove(number, out var handed))
            return null;
        if (accepted)
            handed.Connection.Dispose();
        else
            handed.Listener.Return(handed.Connection);
        return handed.Listener;
    }

    /// <summary>It is gone: what it did not answer for goes to others.</summary>
    /// <returns>The listeners that have something to hand on.</returns>
    public IReadOnlyCollection<SharedListener> GiveBack()
    {
        HashSet<SharedListener> touched = [];
        foreach (var (listener, connection) in _handed.Values)
        {
            listener.Return(connection);
            touched.Add(listener);
        }

        _handed.Clear();
        return touched;
    }
}
