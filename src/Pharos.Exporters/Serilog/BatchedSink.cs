using Pharos.Exporters.Pipeline;
using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;

namespace Serilog.Sinks.OpenTelemetry;

/// <summary>Queue and batches in front of the exporter: Serilog 3 has none of its own. Emit never waits; what does not fit goes to SelfLog as a number.</summary>
internal sealed class BatchedSink : ILogEventSink, IDisposable, IAsyncDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);
    private readonly OtlpEventExporter _exporter;
    private readonly BatchingOptions _options;
    private readonly TimeProvider _time;
    private readonly BoundedQueue<LogEvent> _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private long _dropped;
    private int _disposed;

    public BatchedSink(OtlpEventExporter exporter, BatchingOptions options, TimeProvider time)
    {
        (_exporter, _options, _time) = (exporter, options, time);
        _queue = new BoundedQueue<LogEvent>(options.QueueLimit ?? int.MaxValue, long.MaxValue, static _ => 0);
        _loop = Task.Run(ShipAsync);
    }

    /// <summary>Events that did not fit or could not be delivered.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Emit(LogEvent logEvent)
    {
        if (_queue.TryAdd(logEvent) != Admission.Taken)
            Interlocked.Increment(ref _dropped);
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        var drained = _queue.Drain();
        _queue.Close();
        _exporter.RetryNow();
        await Task.WhenAny(drained, Task.Delay(Farewell, _time));
        await _stop.CancelAsync();
        await _loop;
        _exporter.Dispose();
        _stop.Dispose();
        if (Dropped > 0)
            SelfLog.WriteLine("OpenTelemetry sink: {0} events were not delivered", Dropped);
    }

    private async Task ShipAsync()
    {
        var eager = _options.EagerlyEmitFirstEvent;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _queue.WhenAtLeast(1).WaitAsync(_stop.Token);
                if (!eager)
                    await AwaitCompanyAsync();
                eager = false;
                await SendAsync(_queue.Take(_options.BatchSizeLimit, long.MaxValue));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                // An event that cannot be rendered must not end the log; the batch is lost and said so.
                SelfLog.WriteLine("OpenTelemetry sink: a batch was lost: {0}", e);
            }
        }
    }

    private async Task AwaitCompanyAsync()
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await Task.WhenAny(_queue.WhenAtLeast(_options.BatchSizeLimit), Task.Delay(_options.BufferingTimeLimit, _time, enough.Token));
        await enough.CancelAsync();
    }

    private async Task SendAsync(LogEvent[] batch)
    {
        try
        {
            if (batch.Length > 0 && await _exporter.SendAsync(batch, _stop.Token) is { } error)
            {
                Interlocked.Add(ref _dropped, batch.Length);
                SelfLog.WriteLine("OpenTelemetry sink: {0} events were not delivered ({1})", batch.Length, error);
            }
        }
        finally
        {
            _queue.Settle(batch);
        }
    }
}

/// <summary>Sends each event before Emit returns, and throws when that fails.</summary>
internal sealed class AuditSink(OtlpEventExporter exporter) : ILogEventSink, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="LoggingFailedException">The event was not delivered.</exception>
    public void Emit(LogEvent logEvent)
    {
        using var patience = new CancellationTokenSource(Patience);
        if (Task.Run(() => exporter.SendAsync([logEvent], patience.Token)).GetAwaiter().GetResult() is { } error)
            throw new LoggingFailedException($"the event was not delivered ({error})");
    }

    public void Dispose() => exporter.Dispose();
}
