using Pharos.Telemetry.Shipping;

namespace Pharos.Exporters.Shipping;

/// <summary>Where a stream is on its way to one destination. Written by the shipper's loop only; positions may be looked at by anybody.</summary>
internal sealed class ShippedStream
{
    private int _dirty = 1;
    private long _committed;
    private long _waitingSince;

    public ShippedStream(ILogSource source, long position)
    {
        Source = source;
        _committed = position;
        Read = GapFrom = GapTo = position;
    }

    public ILogSource Source { get; set; }

    /// <summary>The destination has everything before it, or it was given up and counted.</summary>
    public long Committed
    {
        get => Volatile.Read(ref _committed);
        set => Volatile.Write(ref _committed, value);
    }

    /// <summary>Where the next batch goes on.</summary>
    public long Read { get; set; }

    /// <summary>Between these positions lines were given up while a batch before them is on its way.</summary>
    public long GapFrom { get; set; }

    public long GapTo { get; set; }

    /// <summary>Since when, at the longest, there is something that the destination does not have, Unix nanoseconds; 0: it has all.</summary>
    public long WaitingSince
    {
        get => Volatile.Read(ref _waitingSince);
        set => Volatile.Write(ref _waitingSince, value);
    }

    /// <summary>Monotonic time to read again although nothing was added; 0: none.</summary>
    public long AskAgainAt { get; set; }

    /// <summary>Nothing is added any more.</summary>
    public volatile bool Ending;

    /// <summary>Its file could not be read, and that was said.</summary>
    public bool Failing { get; set; }

    public long Backlog => Math.Max(0, Source.End - Committed);

    /// <summary>Marks that there may be something to read.</summary>
    /// <returns>True when it was not marked before.</returns>
    public bool Mark() => Interlocked.Exchange(ref _dirty, 1) == 0;

    public bool IsMarked => Volatile.Read(ref _dirty) == 1;

    /// <summary>Takes the mark, before it is read: what comes meanwhile marks it anew.</summary>
    public void Unmark() => Interlocked.Exchange(ref _dirty, 0);

    public CheckpointEntry ToEntry() => new(Source.Id, Committed, GapFrom, GapTo, Source.DroppedSoFar());
}
