using Pharos.Exporters.Pipeline;
using Pharos.Exporters.Transport;
using Pharos.Telemetry.Shipping;

namespace Pharos.Exporters.Shipping;

/// <summary>
/// Sends the streams of all instances to one destination. Reads them where they are stored, from the checkpoint on; holds one batch in memory, whatever
/// the destination does; moves the checkpoint after the answer. Woken by what is added, idle otherwise.
/// </summary>
internal sealed class LogShipper : IDisposable
{
    private static readonly TimeSpan LookAtBuffers = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookAtDrain = TimeSpan.FromMilliseconds(10);
    private readonly ShippingOptions _options;
    private readonly ShippingCheckpoint _checkpoint;
    private readonly BatchReader _reader;
    private readonly BatchSender _sender;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new(); // guards _streams as a whole
    private ShippedStream[] _streams = [];
    private volatile bool _hurry;
    private volatile bool _idle = true;

    public LogShipper(OtlpClient client, ShippingOptions options, ExportStatistics statistics)
    {
        _options = options;
        _checkpoint = new(options.Folder, options.Checkpoint, options.Notice);
        _reader = new(options.Time, options.MaxRecords, options.MaxRequestBytes * 3 / 4, options.Notice);
        _sender = new(client, options, statistics, Settle);
    }

    /// <summary>Bytes that are not delivered.</summary>
    public long BacklogBytes => Volatile.Read(ref _streams).Sum(s => s.Backlog);

    /// <summary>Age of the oldest of them, seconds.</summary>
    public double LagSeconds => Volatile.Read(ref _streams).Select(s => s.WaitingSince == 0 ? 0 : Math.Max(0, (Now() - s.WaitingSince) / 1e9)).DefaultIfEmpty(0).Max();

    /// <summary>Records of the batch that is on its way.</summary>
    public int Inflight { get; private set; }

    /// <summary>Sends this stream too, from where an earlier daemon left off; else from its end when the destination is new, else from its beginning.</summary>
    public void Add(ILogSource source)
    {
        lock (_gate)
        {
            if (_streams.FirstOrDefault(s => s.Source.Id == source.Id) is { } known)
            {
                // Deleted and declared anew before all of it was sent, or the same files under new settings: it goes on where it is.
                known.Source.Grown = null;
                (known.Source, known.Ending) = (source, false);
                source.Grown = () => Grown(known);
                Grown(known);
                return;
            }

            var entry = _checkpoint.Find(source.Id);
            var stream = new ShippedStream(source, entry is not null ? Math.Min(entry.Position, source.End) : _checkpoint.IsNew ? StartOfNew(source) : 0);
            if (entry is not null)
            {
                source.RestoreDropped(entry.Dropped);
                if (entry.GapTo > entry.GapFrom && entry.GapTo <= source.End)
                    (stream.GapFrom, stream.GapTo) = (entry.GapFrom, entry.GapTo);
            }

            source.Grown = () => Grown(stream);
            Volatile.Write(ref _streams, [.. _streams, stream]);
        }

        _wake.Release();
    }

    /// <summary>From here on a stream that was not known begins at its beginning: all that were there when the destination was new are added.</summary>
    public void Begin()
    {
        lock (_gate)
            _checkpoint.Begin([.. _streams.Select(s => s.ToEntry())]);
        _begun.TrySetResult();
    }

    /// <summary>Nothing is added to a stream any more: it is forgotten when everything of it is delivered.</summary>
    public void End(ILogSource source)
    {
        if (Volatile.Read(ref _streams).FirstOrDefault(s => s.Source == source) is not { } stream)
            return;
        stream.Ending = true;
        stream.Mark();
        _wake.Release();
    }

    /// <summary>Sends what there is without waiting for more.</summary>
    /// <returns>Ends when everything that was there is delivered.</returns>
    public async Task DrainAsync(CancellationToken cancel)
    {
        var ends = Volatile.Read(ref _streams).Select(s => (Stream: s, s.Source.End)).ToArray();
        _hurry = true;
        foreach (var (stream, _) in ends)
            stream.Mark();
        _wake.Release();
        try
        {
            // What cannot be read now is left to the next daemon: then the loop idles with nothing marked and nothing that it waits for.
            // The marks are looked at first: the loop stops idling before it takes one away.
            while (!ends.All(e => e.Stream.Committed >= e.End) && !(ends.All(e => !e.Stream.IsMarked && e.Stream.AskAgainAt == 0) && _idle))
                await Task.Delay(LookAtDrain, _options.Time, cancel);
        }
        finally
        {
            _hurry = false;
        }
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        List<ShippedItem> batch = [];
        try
        {
            await _begun.Task.WaitAsync(cancel);
            Rewind();
            while (true)
            {
                await SomethingAsync(cancel);
                bool more;
                do
                {
                    var streams = Volatile.Read(ref _streams);
                    GiveUp(streams);
                    more = _reader.Fill(batch, streams);
                    await SendAsync(batch, streams, cancel);
                    DropEnded(streams);
                }
                while (more);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The end was asked for; the checkpoint says where the next daemon goes on.
        }
    }

    public void Dispose()
    {
        foreach (var stream in _streams)
            stream.Source.Grown = null;
        _checkpoint.Dispose(); // _wake is not: a call of Grown may be on its way, and it holds nothing
    }

    private long StartOfNew(ILogSource source) => _options.LookBack <= TimeSpan.Zero
        ? source.End
        : source.PositionAt((_options.Time.GetUtcNow() - _options.LookBack - DateTimeOffset.UnixEpoch).Ticks * 100);

    /// <summary>A batch that was read and never settled (a bug of ours ended this loop) is read again.</summary>
    private void Rewind()
    {
        foreach (var stream in Volatile.Read(ref _streams))
        {
            stream.Read = stream.Committed;
            stream.Mark();
        }
    }

    private void DropEnded(ShippedStream[] streams)
    {
        foreach (var stream in streams)
        {
            if (!stream.Ending)
                continue;
            lock (_gate)
            {
                if (!stream.Ending || stream.Backlog > 0 || stream.IsMarked)
                    continue;
                stream.Source.Grown = null;
                Volatile.Write(ref _streams, [.. _streams.Where(s => s != stream)]);
                _checkpoint.Forget(stream.Source.Id);
            }
        }
    }

    private void Grown(ShippedStream stream)
    {
        if (stream.WaitingSince == 0)
            stream.WaitingSince = Now();
        if (stream.Mark() && _wake.CurrentCount == 0)
            _wake.Release();
    }

    /// <summary>Waits for something, and then for company.</summary>
    private async Task SomethingAsync(CancellationToken cancel)
    {
        _idle = true;
        var again = Volatile.Read(ref _streams).Where(s => s.AskAgainAt != 0).Select(s => s.AskAgainAt).DefaultIfEmpty(0).Min();
        var patience = again == 0 ? Timeout.InfiniteTimeSpan : Until(again);
        await WaitForWakeAsync(patience, cancel);
        _idle = false;
        while (_wake.CurrentCount > 0)
            await _wake.WaitAsync(cancel);
        if (!_hurry && BacklogBytes < _options.MaxRequestBytes / 2)
            await WaitForWakeAsync(_options.Delay, cancel, until: () => _hurry || BacklogBytes >= _options.MaxRequestBytes / 2);
    }

    private async Task WaitForWakeAsync(TimeSpan patience, CancellationToken cancel, Func<bool>? until = null)
    {
        if (until is null && patience != Timeout.InfiniteTimeSpan && patience <= TimeSpan.Zero)
            return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var timeout = patience == Timeout.InfiniteTimeSpan ? Task.Delay(patience, either.Token) : Task.Delay(patience, _options.Time, either.Token);
        try
        {
            while (!timeout.IsCompleted)
            {
                var woken = _wake.WaitAsync(either.Token);
                if (await Task.WhenAny(woken, timeout) == woken)
                {
                    await woken;
                    if (until is null || until())
                        break;
                }
            }
        }
        finally
        {
            await either.CancelAsync();
        }

        cancel.ThrowIfCancellationRequested();
    }

    private async Task SendAsync(List<ShippedItem> batch, ShippedStream[] streams, CancellationToken cancel)
    {
        if (batch.Count == 0)
            return;
        Inflight = batch.Count;
        var sending = _sender.SendAsync(batch.ToArray(), cancel);
        while (!sending.IsCompleted)
        {
            // The destination takes its time: what waits behind the batch is kept within bounds.
            await Task.WhenAny(sending, Task.Delay(LookAtBuffers, _options.Time, cancel));
            if (!sending.IsCompleted)
                GiveUp(streams);
        }

        Inflight = 0;
        await sending;
    }

    private void GiveUp(ShippedStream[] streams)
    {
        List<CheckpointEntry>? changed = null;
        foreach (var stream in streams)
        {
            if (_reader.GiveUp(stream))
                (changed ??= []).Add(stream.ToEntry());
        }

        if (changed is not null)
            Commit(changed);
    }

    /// <summary>A part of a batch has come to its end, in the order of the batch.</summary>
    private void Settle(ReadOnlySpan<ShippedItem> part)
    {
        HashSet<ShippedStream> touched = [];
        foreach (var (stream, item) in part)
        {
            stream.Committed = item.Next;
            if (item.Record is { } record)
                stream.WaitingSince = record.ObservedUnixNanos; // what is left is not older
            touched.Add(stream);
        }

        foreach (var stream in touched)
        {
            if (stream.Committed >= stream.GapFrom)
            {
                stream.Committed = Math.Max(stream.Committed, stream.GapTo);
                stream.GapFrom = stream.GapTo = stream.Committed;
            }

            if (stream.Backlog == 0)
                stream.WaitingSince = 0;
            stream.Source.Delivered(stream.Committed);
        }

        Commit([.. touched.Select(s => s.ToEntry())]);
    }

    private void Commit(List<CheckpointEntry> entries)
    {
        lock (_gate)
            _checkpoint.Commit(entries);
    }

    private long Now() => (_options.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    private TimeSpan Until(long timestamp)
    {
        var now = _options.Time.GetTimestamp();
        return timestamp <= now ? TimeSpan.Zero : _options.Time.GetElapsedTime(now, timestamp);
    }
}
