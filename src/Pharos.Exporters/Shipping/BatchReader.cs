using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Shipping;

namespace Pharos.Exporters.Shipping;

/// <summary>An item on its way, with the stream that it is of.</summary>
internal readonly record struct ShippedItem(ShippedStream Stream, SourceItem Item);

/// <summary>Makes batches out of many streams, by turns, so that a noisy one does not keep the others waiting, and gives up what waits for too long.</summary>
internal sealed class BatchReader(TimeProvider time, int maxRecords, int maxBytes, Action<string>? notice)
{
    private const int SmallestShare = 64;
    private static readonly TimeSpan RetryReading = TimeSpan.FromSeconds(1);
    private readonly List<SourceItem> _read = [];
    private int _first;

    /// <summary>Reads from the streams that have something, each its share, until the batch is full or nothing is left.</summary>
    /// <returns>Whether there may be more to read now.</returns>
    public bool Fill(List<ShippedItem> batch, IReadOnlyList<ShippedStream> streams)
    {
        batch.Clear();
        var bytes = 0;
        List<ShippedStream> having = [];
        for (var i = 0; i < streams.Count; i++)
        {
            var stream = streams[(_first + i) % streams.Count];
            if (stream.IsMarked || (stream.AskAgainAt != 0 && time.GetTimestamp() >= stream.AskAgainAt))
                having.Add(stream);
        }

        _first++;
        while (having.Count > 0 && batch.Count < maxRecords && bytes < maxBytes)
        {
            var share = Math.Max(SmallestShare, (maxRecords - batch.Count) / having.Count);
            var shareBytes = Math.Max(maxBytes / 64, (maxBytes - bytes) / having.Count);
            for (var i = 0; i < having.Count && batch.Count < maxRecords && bytes < maxBytes; i++)
            {
                if (!Read(having[i], Math.Min(share, maxRecords - batch.Count), shareBytes, batch, ref bytes))
                    having.RemoveAt(i--);
            }
        }

        return having.Count > 0;
    }

    /// <summary>Gives up the oldest lines beyond what may wait. What is on its way already stays.</summary>
    /// <returns>Whether something was given up.</returns>
    public bool GiveUp(ShippedStream stream)
    {
        var source = stream.Source;
        var given = false;
        try
        {
            var oldest = (time.GetUtcNow() - source.Buffer.Age - DateTimeOffset.UnixEpoch).Ticks * 100;
            if (stream.WaitingSince != 0 && stream.WaitingSince < oldest)
                given |= Skip(stream, source.PositionAt(oldest), LogDropReasons.Expired);

            return given | Skip(stream, source.End - source.Buffer.Bytes, LogDropReasons.BufferFull);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failed(stream, e);
            return given;
        }
    }

    private bool Skip(ShippedStream stream, long to, string reason)
    {
        // One gap at a time: a second one, behind lines that are on their way, waits for them.
        if (to <= stream.Read || (stream.GapFrom != stream.GapTo && stream.Read != stream.GapTo))
            return false;
        _read.Clear();
        stream.Source.Skip(stream.Read, to, reason, _read);
        if (_read.Count == 0)
            return false;
        if (stream.GapFrom == stream.GapTo)
            stream.GapFrom = stream.Read;
        foreach (var item in _read)
            stream.Source.Dropped(item, item.Reason ?? reason);
        stream.Read = stream.GapTo = _read[^1].Next;
        if (stream.Committed >= stream.GapFrom)
            stream.Committed = stream.GapTo;
        return true;
    }

    /// <returns>False: nothing more for now.</returns>
    private bool Read(ShippedStream stream, int share, int shareBytes, List<ShippedItem> batch, ref int bytes)
    {
        stream.Unmark();
        _read.Clear();
        try
        {
            var again = stream.Source.Read(stream.Read, share, shareBytes, _read);
            stream.AskAgainAt = again is { } wait ? After(wait) : 0;
            stream.Failing = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failed(stream, e);
            return false;
        }

        foreach (var item in _read)
        {
            batch.Add(new(stream, item));
            bytes += item.Record?.Weight ?? 0;
            stream.Read = item.Next;
            if (stream.GapFrom <= item.Next && item.Next < stream.GapTo)
            {
                stream.Read = stream.GapTo; // an earlier daemon gave the rest up, and counted it
                break;
            }
        }

        if (_read.Count == 0)
            return false;
        if (_read.Find(i => i.Record is not null).Record is { } first && (stream.WaitingSince == 0 || stream.WaitingSince > first.ObservedUnixNanos))
            stream.WaitingSince = first.ObservedUnixNanos;
        stream.Mark(); // there may be more
        return true;
    }

    private void Failed(ShippedStream stream, Exception e)
    {
        stream.AskAgainAt = After(RetryReading);
        if (!stream.Failing)
            notice?.Invoke($"logs: cannot read the output of {stream.Source.Id} to send it: {e.Message}; trying again");
        stream.Failing = true;
    }

    private long After(TimeSpan wait) => Math.Max(1, time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency));
}
