using Pharos.Telemetry.Records;

namespace Pharos.Telemetry.Shipping;

/// <summary>How much of a stream may wait for a destination that is away.</summary>
/// <param name="Bytes">Most bytes; the oldest beyond are dropped and counted.</param>
/// <param name="Age">Older lines are dropped and counted.</param>
public readonly record struct ShippingBuffer(long Bytes, TimeSpan Age)
{
    /// <summary>256 MiB, and no older than three days.</summary>
    public static ShippingBuffer Default { get; } = new(256L * 1024 * 1024, TimeSpan.FromDays(3));
}

/// <summary>What stands between two positions of a stream: a record to send, or lines that are left out.</summary>
/// <param name="Next">Where the next one begins.</param>
/// <param name="Lines">How many lines of output it is.</param>
/// <param name="Record">The record; null: nothing is sent.</param>
/// <param name="Reason">Why nothing is sent, one of <see cref="Catalogue.LogDropReasons"/>; null with a record, or when nobody is to miss it.</param>
/// <param name="Owner">For the source: whose it is, where it has several.</param>
public readonly record struct SourceItem(long Next, int Lines, LogRecord? Record, string? Reason = null, object? Owner = null);

/// <summary>
/// A stream of records that is stored somewhere and can be read again from any position: the output of an instance, the daemon's events.
/// A position counts bytes since the stream began and only grows. One caller at a time, but for <see cref="End"/> and <see cref="Grown"/>.
/// </summary>
public interface ILogSource
{
    /// <summary>Names the stream, the same for every daemon.</summary>
    string Id { get; }

    /// <summary>Position behind the newest byte. Any thread.</summary>
    long End { get; }

    /// <summary>How much may wait.</summary>
    ShippingBuffer Buffer { get; }

    /// <summary>Called, on any thread, after <see cref="End"/> has grown. Set by the one who reads.</summary>
    Action? Grown { get; set; }

    /// <summary>Reads on.</summary>
    /// <param name="from">A position that was a <see cref="SourceItem.Next"/>, or any to begin with.</param>
    /// <param name="maxItems">Most items.</param>
    /// <param name="maxBytes">Most bytes of bodies, about.</param>
    /// <param name="into">Where to.</param>
    /// <returns>When to ask again although nothing is added (a record may still grow); null: only when something is.</returns>
    /// <exception cref="IOException">Cannot be read now.</exception>
    /// <exception cref="UnauthorizedAccessException">Cannot be read now.</exception>
    TimeSpan? Read(long from, int maxItems, int maxBytes, List<SourceItem> into);

    /// <summary>Passes over lines and counts them.</summary>
    /// <param name="from">A position that was a <see cref="SourceItem.Next"/>.</param>
    /// <param name="to">At least up to here, to the next beginning of a line.</param>
    /// <param name="reason">Why.</param>
    /// <param name="into">Gets items without records; those of lines that are not there any more say <c>rotated</c>.</param>
    void Skip(long from, long to, string reason, List<SourceItem> into);

    /// <summary>The first line that is not older.</summary>
    /// <param name="unixNanos">A time.</param>
    /// <returns>Its position; <see cref="End"/> when there is none.</returns>
    long PositionAt(long unixNanos);

    /// <summary>Counts what will not be delivered.</summary>
    /// <param name="item">What.</param>
    /// <param name="reason">Why.</param>
    void Dropped(in SourceItem item, string reason);

    /// <summary>What was dropped so far, in the order of <see cref="Catalogue.LogDropReasons.OfShipping"/>: kept with the checkpoint.</summary>
    /// <returns>Empty: nothing is to be kept.</returns>
    IReadOnlyList<long> DroppedSoFar();

    /// <summary>Puts it back; a count that is higher already stays.</summary>
    /// <param name="counts">What <see cref="DroppedSoFar"/> gave to an earlier daemon.</param>
    void RestoreDropped(IReadOnlyList<long> counts);

    /// <summary>The destination has everything before this position: what is only kept for it may go.</summary>
    /// <param name="position">The position.</param>
    void Delivered(long position);
}
