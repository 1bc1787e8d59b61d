using Pharos.Exporters.Settings;
using Pharos.Exporters.Transport;
using Pharos.Exporters.Wire;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Pipeline;

/// <summary>
/// Everything about instances on its way to the destination: logs and events, metrics, the command line's spans. Writers never wait;
/// while the destination is away the bounded queue is the buffer, and what does not fit is counted. Without a destination nothing is started.
/// </summary>
public sealed class OtlpPipeline : ILogSink, IAsyncDisposable
{
    private const int MaxSpans = 2048;
    private readonly OtlpPipelineOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<OtlpClient> _clients = [];
    private readonly List<Task> _loops = [];
    private readonly BoundedQueue<LogRecord>? _logs;
    private readonly BoundedQueue<SpanRecord>? _spans;
    private readonly MetricShipper? _metrics;
    private int _disposed;

    /// <summary>Starts what the settings have a destination for.</summary>
    /// <param name="settings">Where to.</param>
    /// <param name="options">Limits and callbacks.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate file is broken.</exception>
    /// <exception cref="IOException">A certificate file cannot be read any more.</exception>
    public OtlpPipeline(OtlpSettings settings, OtlpPipelineOptions? options = null)
    {
        _options = options ?? new OtlpPipelineOptions();
        Statistics = new ExportStatistics(() => _logs?.Unsettled ?? 0);
        if (settings.Logs is { } logs)
        {
            _logs = new(settings.LogBatch.MaxQueueRecords, _options.MaxQueueBytes, static r => r.Weight);
            var shipment = new Shipment<ReadOnlyMemory<LogRecord>>(
                Client(OtlpSignal.Logs, logs), _options.MaxRequestBytes, EncodeLogs, QueueShipper<LogRecord>.Halve, SettleLogs);
            Start(new QueueShipper<LogRecord>(_logs, shipment, settings.LogBatch.MaxRecords, _options.MaxRequestBytes, settings.LogBatch.Delay, _options.Time).RunAsync);
        }

        if (settings.Traces is { } traces)
        {
            _spans = new(MaxSpans, _options.MaxQueueBytes, static s => 256 + (s.Attributes.Count * 48));
            var shipment = new Shipment<ReadOnlyMemory<SpanRecord>>(
                Client(OtlpSignal.Traces, traces),
                _options.MaxRequestBytes,
                static (writer, spans) => OtlpEncoder.WriteSpans(writer, spans.Span),
                QueueShipper<SpanRecord>.Halve,
                SettleSpans);
            Start(new QueueShipper<SpanRecord>(_spans, shipment, settings.LogBatch.MaxRecords, _options.MaxRequestBytes, settings.LogBatch.Delay, _options.Time).RunAsync);
        }

        if (settings.Metrics is { } metrics)
        {
            _metrics = new(Client(OtlpSignal.Metrics, metrics), settings, _options.MaxRequestBytes, _options.Time, Statistics, _options.OnNotice);
            Start(_metrics.RunAsync);
        }
    }

    /// <summary>What was delivered and dropped.</summary>
    public ExportStatistics Statistics { get; }

    /// <summary>There is a destination for something.</summary>
    public bool IsStarted => _clients.Count > 0;

    /// <summary>Pushes the metrics of this source, too, from the next interval on.</summary>
    /// <param name="source">Its Collect is called with final = true.</param>
    public void AddSource(IMetricSource source) => _metrics?.Add(source);

    /// <inheritdoc/>
    /// <remarks>True without a destination for logs: nobody misses the record.</remarks>
    public bool TryWrite(LogRecord record)
    {
        var admission = _logs?.TryAdd(record) ?? Admission.Taken;
        if (admission != Admission.Taken)
            Drop(record, Reason(admission));
        return admission == Admission.Taken;
    }

    /// <summary>Hands a finished span over.</summary>
    /// <param name="span">The span.</param>
    /// <returns>False when it was dropped.</returns>
    public bool TryWrite(SpanRecord span)
    {
        var admission = _spans?.TryAdd(span) ?? Admission.Taken;
        if (admission != Admission.Taken)
            Statistics.Spans(1, Reason(admission));
        return admission == Admission.Taken;
    }

    /// <summary>Sends all that waits, and the metrics once more.</summary>
    /// <param name="timeout">How long at most.</param>
    /// <returns>True when nothing waits any more.</returns>
    public async Task<bool> FlushAsync(TimeSpan timeout)
    {
        var work = new List<Task> { _logs?.Drain() ?? Task.CompletedTask, _spans?.Drain() ?? Task.CompletedTask };
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        foreach (var client in _clients)
            client.RetryNow();
        var push = _metrics?.PushAsync(enough.Token) ?? Task.CompletedTask;
        try
        {
            await Task.WhenAll([push, .. work]).WaitAsync(timeout, _options.Time);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
        finally
        {
            await enough.CancelAsync();
            await push.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Stops at once; what still waits is dropped and counted. Call <see cref="FlushAsync"/> before.</summary>
    /// <returns>Ends when nothing runs any more.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _logs?.Close();
        _spans?.Close();
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        foreach (var record in _logs?.Take(int.MaxValue, long.MaxValue) ?? [])
            Drop(record, DropReasons.Shutdown);
        Statistics.Spans(_spans?.Take(int.MaxValue, long.MaxValue).Length ?? 0, DropReasons.Shutdown);
        foreach (var client in _clients)
            client.Dispose();
        _metrics?.Dispose();
        _stop.Dispose();
        Statistics.Dispose();
    }

    private OtlpClient Client(OtlpSignal signal, OtlpSignalSettings settings)
    {
        var client = new OtlpClient(signal, settings, _options.Time, _options.HandlerFactory?.Invoke());
        var name = signal.ToString().ToLowerInvariant();
        client.StateChanged = error => _options.OnNotice?.Invoke(error is null
            ? $"{name}: {settings.Display} answers again"
            : $"{name}: {settings.Display} does not take telemetry now ({error}); trying again");
        _clients.Add(client);
        return client;
    }

    private void Start(Func<CancellationToken, Task> loop) => _loops.Add(Task.Run(() => KeepAsync(loop, _stop.Token)));

    private async Task KeepAsync(Func<CancellationToken, Task> loop, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await loop(stop);
            }
            catch (Exception e)
            {
                // A bug of ours: this batch is lost, and telemetry that stays silent from now on would be worse.
                _options.OnNotice?.Invoke($"a bug in the telemetry pipeline, going on: {e}");
            }
        }
    }

    private static string Reason(Admission admission) => admission == Admission.Full ? DropReasons.QueueFull : DropReasons.Shutdown;

    private void EncodeLogs(ProtobufWriter writer, ReadOnlyMemory<LogRecord> records) => OtlpEncoder.WriteLogs(writer, records.Span);

    private void SettleLogs(ReadOnlyMemory<LogRecord> records, ExportResult result)
    {
        switch (result.Outcome)
        {
            case ExportOutcome.Delivered:
                var rejected = (int)Math.Min(result.Rejected, records.Length);
                Statistics.Logs(records.Length - rejected, null);
                Drop(records.Span[..rejected], DropReasons.Rejected);
                break;
            case ExportOutcome.Refused or ExportOutcome.TooLarge:
                _options.OnNotice?.Invoke($"logs: the destination refused {records.Length} records ({result.ErrorType})");
                Drop(records.Span, DropReasons.Rejected);
                break;
            case ExportOutcome.GivenUp:
                Drop(records.Span, DropReasons.Shutdown);
                break;
        }
    }

    private void SettleSpans(ReadOnlyMemory<SpanRecord> spans, ExportResult result)
    {
        var rejected = result.Outcome == ExportOutcome.Delivered ? (int)Math.Min(result.Rejected, spans.Length) : spans.Length;
        Statistics.Spans(spans.Length - rejected, null);
        Statistics.Spans(rejected, result.Outcome == ExportOutcome.GivenUp ? DropReasons.Shutdown : DropReasons.Rejected);
    }

    private void Drop(ReadOnlySpan<LogRecord> records, string reason)
    {
        foreach (var record in records)
            Drop(record, reason);
    }

    private void Drop(LogRecord record, string reason)
    {
        Statistics.Logs(1, reason);
        _options.OnDropped?.Invoke(record, reason);
    }
}
