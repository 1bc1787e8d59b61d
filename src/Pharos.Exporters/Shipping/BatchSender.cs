using Pharos.Exporters.Pipeline;
using Pharos.Exporters.Transport;
using Pharos.Exporters.Wire;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Shipping;

/// <summary>Told that items came to their end, in order.</summary>
internal delegate void ItemsSettled(ReadOnlySpan<ShippedItem> items);

/// <summary>Gets a batch to the destination: as one request, or in halves where one is too large or one record in it is poison, down to the single record.</summary>
/// <remarks>
/// A fault of the destination's own (no such page, no such key) holds the batch instead of dropping it: the log files are the buffer, and the next daemon,
/// with a better header, goes on where this one stood.
/// </remarks>
internal sealed class BatchSender(OtlpClient client, ShippingOptions options, ExportStatistics statistics, ItemsSettled settled)
{
    private const int MostPoison = 16;
    private bool _refused;

    public async Task SendAsync(ReadOnlyMemory<ShippedItem> items, CancellationToken cancel)
    {
        var poison = 0;
        await SendAsync(items, null);

        async Task SendAsync(ReadOnlyMemory<ShippedItem> part, LogRecord? instead)
        {
            using var writer = new ProtobufWriter();
            var records = instead is null ? Records(part.Span) : [instead];
            if (records.Length == 0)
            {
                Settle(part, 0, 0);
                return;
            }

            OtlpEncoder.WriteLogs(writer, records);
            var result = writer.Length > options.MaxRequestBytes
                ? new ExportResult(ExportOutcome.TooLarge, 0, "too_large", 0)
                : await PersistAsync(writer.Written, cancel);
            switch (result.Outcome)
            {
                case ExportOutcome.Delivered:
                    Settle(part, records.Length, result.Rejected);
                    break;
                case ExportOutcome.GivenUp:
                    throw new OperationCanceledException(cancel); // nothing is noted: the next daemon sends it
                case ExportOutcome.TooLarge when records.Length == 1:
                    if (instead is null && Cut(records[0]) is { } smaller)
                        await SendAsync(part, smaller);
                    else
                        Refuse(part, result);
                    break;
                case ExportOutcome.Refused when records.Length == 1 || poison >= MostPoison:
                    poison++;
                    Refuse(part, result);
                    break;
                case ExportOutcome.TooLarge or ExportOutcome.Refused:
                    await SendAsync(part[..(part.Length / 2)], null);
                    await SendAsync(part[(part.Length / 2)..], null);
                    break;
            }
        }
    }

    /// <summary>Sends until the answer is about the records, not about the destination.</summary>
    private async Task<ExportResult> PersistAsync(ReadOnlyMemory<byte> request, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            var result = await client.SendAsync(request, cancel);
            if (result.Outcome != ExportOutcome.Refused || !IsOfDestination(result.ErrorType))
            {
                if (_refused && result.Outcome == ExportOutcome.Delivered)
                {
                    options.Notice?.Invoke($"logs: {options.Destination} takes telemetry again");
                    _refused = false;
                }

                return result;
            }

            if (!_refused)
                options.Notice?.Invoke($"logs: {options.Destination} refuses everything ({result.ErrorType}): check its URL and headers; the output waits in the log files");
            _refused = true;
            try
            {
                await client.PauseAsync(RetryBackoff.Delay(attempt, 1, null), cancel);
            }
            catch (OperationCanceledException)
            {
                return new ExportResult(ExportOutcome.GivenUp, 0, result.ErrorType, attempt);
            }
        }
    }

    private static bool IsOfDestination(string? error) => error is "401" or "403" or "404" or "405" or "407" or "UNAUTHENTICATED" or "PERMISSION_DENIED" or "UNIMPLEMENTED";

    private static LogRecord[] Records(ReadOnlySpan<ShippedItem> items)
    {
        var records = new List<LogRecord>(items.Length);
        foreach (var (_, item) in items)
        {
            if (item.Record is { } record)
                records.Add(record);
        }

        return [.. records];
    }

    /// <summary>The beginning of a record that is too large on its own.</summary>
    /// <returns>Null: it is not the body that makes it large.</returns>
    private LogRecord? Cut(LogRecord record)
    {
        var most = Math.Min(options.MaxRequestBytes / 4, 64 * 1024);
        if (record.Body.Length <= most)
            return null;
        while (most > 0 && (record.Body.Span[most] & 0xC0) == 0x80)
            most--; // not through the middle of a character
        return new LogRecord
        {
            Resource = record.Resource,
            TimeUnixNanos = record.TimeUnixNanos,
            ObservedUnixNanos = record.ObservedUnixNanos,
            SeverityNumber = record.SeverityNumber,
            SeverityText = record.SeverityText,
            TraceId = record.TraceId,
            SpanId = record.SpanId,
            Body = record.Body[..most],
            Attributes = [.. record.Attributes.Where(a => a.Key == AttributeNames.LogIoStream), (AttributeNames.LogTruncatedFrom, (long)record.Body.Length)],
        };
    }

    /// <summary>A partial success does not say which records were refused: the count is exact, the first ones stand for them.</summary>
    private void Settle(ReadOnlyMemory<ShippedItem> part, int sent, long rejected)
    {
        rejected = Math.Min(rejected, sent);
        statistics.Logs(sent - rejected, null);
        statistics.Logs(rejected, LogDropReasons.Rejected);
        if (rejected > 0)
            options.Notice?.Invoke($"logs: {options.Destination} rejected {rejected} of {sent} records");
        foreach (ref readonly var item in part.Span)
        {
            if (item.Item.Record is null)
            {
                if (item.Item.Reason is { } reason)
                    item.Stream.Source.Dropped(item.Item, reason);
            }
            else if (rejected-- > 0)
            {
                item.Stream.Source.Dropped(item.Item, LogDropReasons.Rejected);
            }
        }

        settled(part.Span);
    }

    private void Refuse(ReadOnlyMemory<ShippedItem> part, ExportResult result)
    {
        var count = Records(part.Span).Length;
        options.Notice?.Invoke($"logs: {options.Destination} refused {count} {(count == 1 ? "record" : "records")} ({result.ErrorType})");
        statistics.Logs(count, LogDropReasons.Rejected);
        foreach (ref readonly var item in part.Span)
        {
            if (item.Item.Record is not null || item.Item.Reason is not null)
                item.Stream.Source.Dropped(item.Item, item.Item.Reason ?? LogDropReasons.Rejected);
        }

        settled(part.Span);
    }
}
