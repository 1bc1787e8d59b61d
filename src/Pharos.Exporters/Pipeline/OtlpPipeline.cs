using System.Collections.Concurrent;
using Pharos.Exporters.Settings;
using Pharos.Exporters.Shipping;
using Pharos.Exporters.Transport;
using Pharos.Exporters.Wire;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;
using Pharos.Telemetry.Shipping;

namespace Pharos.Exporters.Pipeline;

/// <summary>
/// Everything about instances on its way to the destination: output, read from where it is stored; events, kept until they are delivered; metrics; the command
/// line's spans. Writers never wait. Without a destination nothing is started and nothing is read.
/// </summary>
public sealed class OtlpPipeline : ILogSink, IAsyncDisposable
{
    private const int MaxSpans = 2048;
    private static readonly TimeSpan AfterBug = TimeSpan.FromSeconds(1);
    private readonly OtlpPipelineOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<OtlpClient> _clients = [];
    private readonly List<Task> _loops = [];
    private readonly EventSpool? _events;
    private readonly LogShipper? _logs;
    private readonly BoundedQueue<SpanRecord>? _spans;
    private readonly MetricShipper? _metrics;
    private readonly ConcurrentDictionary<OtlpSignal, string?> _troubles = new();
    private readonly bool _ownsStatistics;
    private int _disposed;

    /// <summary>Starts what the settings have a destination for.</summary>
    /// <param name="settings">Where to.</param>
    /// <param name="options">Limits and callbacks.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate file is broken.</exception>
    /// <exception cref="IOException">A certificate file cannot be read any more, or the folder of what was delivered cannot be made.</exception>
    public OtlpPipeline(OtlpSettings settings, OtlpPipelineOptions? options = null)
    {
        _options = options ?? new OtlpPipelineOptions();
        _ownsStatistics = _options.Statistics is null;
        Statistics = _options.Statistics ?? new ExportStatistics(() => Inflight, () => BacklogBytes, () => LagSeconds);
        if (settings.Logs is { } logs)
        {
            var client = Client(OtlpSignal.Logs, logs);
            client.Retried = Statistics.Retried;
            _logs = new(client, ShippingTo(settings.Name, logs, settings.LogBatch), Statistics);
            _events = new(_options.Folder is null ? null : Path.Combine(_options.Folder, "events"), _options.OnEventDropped, _options.OnNotice);
            _logs.Add(_events);
            Start(_logs.RunAsync);
        }

        if (settings.Traces is { } traces)
        {
            _spans = new(MaxSpans, _options.MaxQueueBytes, static s => 256 + (s.Attributes.Count * 48));
            var shipment = new Shipment<ReadOnlyMemory<SpanRecord>>(
                Client(OtlpSignal.Traces, traces),
                MaxBytes(traces),
                static (writer, spans) => OtlpEncoder.WriteSpans(writer, spans.Span),
                QueueShipper<SpanRecord>.Halve,
                SettleSpans);
            Start(new QueueShipper<SpanRecord>(_spans, shipment, Math.Min(MaxSpans, traces.MaxItems ?? MaxSpans), MaxBytes(traces), settings.LogBatch.Delay, _options.Time).RunAsync);
        }

        if (settings.Metrics is { } metrics)
        {
            _metrics = new(Client(OtlpSignal.Metrics, metrics), settings, MaxBytes(metrics), _options.Time, Statistics, _options.OnNotice);
            Start(_metrics.RunAsync);
        }
    }

    /// <summary>What was delivered and dropped.</summary>
    public ExportStatistics Statistics { get; }

    /// <summary>Log records of the batch that is on its way.</summary>
    public long Inflight => _logs?.Inflight ?? 0;

    /// <summary>Bytes of output and events that are not delivered.</summary>
    public long BacklogBytes => _logs?.BacklogBytes ?? 0;

    /// <summary>Age of the oldest of them, seconds.</summary>
    public double LagSeconds => _logs?.LagSeconds ?? 0;

    /// <summary>What is wrong with the destination of a signal now: an error type that is being retried.</summary>
    /// <param name="signal">The signal.</param>
    /// <returns>Null: nothing is known to be wrong.</returns>
    public string? TroubleOf(OtlpSignal signal) => _troubles.GetValueOrDefault(signal);

    /// <summary>There is a destination for something.</summary>
    public bool IsStarted => _clients.Count > 0;

    /// <summary>Pushes the metrics of this source, too, from the next interval on.</summary>
    /// <param name="source">Its Collect is called with final = true.</param>
    public void AddSource(IMetricSource source) => _metrics?.Add(source);

    /// <summary>Sends the records of this stream, too. Nothing is done without a destination for logs.</summary>
    /// <param name="source">The stream.</param>
    public void Add(ILogSource source) => _logs?.Add(source);

    /// <summary>All streams that an earlier daemon had are added: begin to send. A stream that is added later is a new one, sent from its beginning.</summary>
    public void Begin() => _logs?.Begin();

    /// <summary>Nothing is added to this stream any more; what it has is still sent.</summary>
    /// <param name="source">The stream.</param>
    public void End(ILogSource source) => _logs?.End(source);

    /// <inheritdoc/>
    /// <remarks>For events. True without a destination for logs: nobody misses the record.</remarks>
    public bool TryWrite(LogRecord record) => _events?.TryWrite(record) ?? true;

    /// <summary>Hands a finished span over.</summary>
    /// <param name="span">The span.</param>
    /// <returns>False when it was dropped.</returns>
    public bool TryWrite(SpanRecord span)
    {
        var admission = _spans?.TryAdd(span) ?? Admission.Taken;
        if (admission != Admission.Taken)
            Statistics.Spans(1, admission == Admission.Full ? LogDropReasons.QueueFull : LogDropReasons.Shutdown);
        return admission == Admission.Taken;
    }

    /// <summary>Sends all that waits, and the metrics once more.</summary>
    /// <param name="timeout">How long at most.</param>
    /// <returns>True when nothing waits any more.</returns>
    public async Task<bool> FlushAsync(TimeSpan timeout)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        foreach (var client in _clients)
            client.RetryNow();
        Task[] work = [_metrics?.PushAsync(enough.Token) ?? Task.CompletedTask, _logs?.DrainAsync(enough.Token) ?? Task.CompletedTask];
        try
        {
            await Task.WhenAll([_spans?.Drain() ?? Task.CompletedTask, .. work]).WaitAsync(timeout, _options.Time);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
        finally
        {
            await enough.CancelAsync();
            foreach (var task in work)
                await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Stops at once. Output and events that wait are left to the next pipeline; spans are dropped and counted. Call <see cref="FlushAsync"/> before.</summary>
    /// <returns>Ends when nothing runs any more.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _spans?.Close();
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        Statistics.Spans(_spans?.Take(int.MaxValue, long.MaxValue).Length ?? 0, LogDropReasons.Shutdown);
        foreach (var client in _clients)
            client.Dispose();
        _metrics?.Dispose();
        _logs?.Dispose();
        _events?.Dispose();
        _stop.Dispose();
        if (_ownsStatistics)
            Statistics.Dispose();
    }

    private int MaxBytes(OtlpSignalSettings signal) => Math.Min(_options.MaxRequestBytes, signal.MaxRequestBytes ?? int.MaxValue);

    private ShippingOptions ShippingTo(string? name, OtlpSignalSettings logs, LogBatchSettings batch) => new()
    {
        Folder = _options.Folder,
        Destination = logs.Display,
        Checkpoint = name ?? logs.Display,
        MaxRecords = Math.Min(batch.MaxRecords, logs.MaxItems ?? int.MaxValue),
        MaxRequestBytes = MaxBytes(logs),
        Delay = batch.Delay,
        LookBack = _options.LookBack,
        Notice = _options.OnNotice,
        Time = _options.Time,
    };

    private OtlpClient Client(OtlpSignal signal, OtlpSignalSettings settings)
    {
        var client = new OtlpClient(signal, settings, _options.Time, _options.HandlerFactory?.Invoke());
        var name = signal.ToString().ToLowerInvariant();
        client.StateChanged = error =>
        {
            _troubles[signal] = error;
            _options.OnNotice?.Invoke(error is null
                ? $"{name}: {settings.Display} answers again"
                : $"{name}: {settings.Display} does not take telemetry now ({error}); trying again");
        };
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
                // A bug of ours: telemetry that stays silent from now on would be worse.
                _options.OnNotice?.Invoke($"a bug in the telemetry pipeline, going on: {e}");
                await Task.Delay(AfterBug, _options.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void SettleSpans(ReadOnlyMemory<SpanRecord> spans, ExportResult result)
    {
        var rejected = result.Outcome == ExportOutcome.Delivered ? (int)Math.Min(result.Rejected, spans.Length) : spans.Length;
        Statistics.Spans(spans.Length - rejected, null);
        Statistics.Spans(rejected, result.Outcome == ExportOutcome.GivenUp ? LogDropReasons.Shutdown : LogDropReasons.Rejected);
    }
}
