namespace Pharos.Exporters.Pipeline;

/// <summary>The consumer of a queue: batches by count, bytes and age, one request at a time, so that order is kept.</summary>
internal sealed class QueueShipper<T>(BoundedQueue<T> queue, Shipment<ReadOnlyMemory<T>> shipment, int maxCount, int maxBytes, TimeSpan delay, TimeProvider time)
{
    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            if (!await HaveBatchAsync(cancel))
                return;
            var batch = queue.Take(maxCount, maxBytes);
            try
            {
                await shipment.SendAsync(batch, cancel);
            }
            finally
            {
                queue.Settle(batch);
            }
        }
    }

    public static (ReadOnlyMemory<T> First, ReadOnlyMemory<T> Second)? Halve(ReadOnlyMemory<T> items) =>
        items.Length < 2 ? null : (items[..(items.Length / 2)], items[(items.Length / 2)..]);

    private async Task<bool> HaveBatchAsync(CancellationToken cancel)
    {
        try
        {
            await queue.WhenAtLeast(1).WaitAsync(cancel);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            await Task.WhenAny(queue.WhenAtLeast(maxCount), Task.Delay(delay, time, enough.Token));
            await enough.CancelAsync();
            return !cancel.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
