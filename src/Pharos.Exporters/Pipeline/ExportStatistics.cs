using System.Diagnostics.Metrics;
using Pharos.Telemetry;
using Pharos.Telemetry.Catalogue;

namespace Pharos.Exporters.Pipeline;

/// <summary>The counters of the catalogue for one pipeline, and the same numbers for whoever holds the pipeline.</summary>
public sealed class ExportStatistics : IDisposable
{
    private readonly Meter _meter = new(SupervisorMetrics.MeterName, PharosActivity.Version);
    private readonly Counter<long> _logs;
    private readonly Counter<long> _points;
    private readonly Counter<long> _spans;
    private readonly Counter<long> _retries;
    private long _logsDelivered;
    private long _logsDropped;
    private long _pointsDelivered;
    private long _pointsFailed;
    private long _spansDelivered;
    private long _spansDropped;

    internal ExportStatistics(Func<long> logsInflight, Func<long> backlogBytes, Func<double> lagSeconds)
    {
        _retries = Make(SupervisorMetrics.ShippingRetries);
        var (backlog, lag) = (SupervisorMetrics.ShippingBacklog, SupervisorMetrics.ShippingLag);
        _meter.CreateObservableUpDownCounter(backlog.Name, backlogBytes, backlog.Unit, backlog.Description);
        _meter.CreateObservableGauge(lag.Name, lagSeconds, lag.Unit, lag.Description);
        _logs = Make(SupervisorMetrics.ExporterLogs);
        _points = Make(SupervisorMetrics.ExporterPoints);
        _spans = Make(SupervisorMetrics.ExporterSpans);
        var inflight = SupervisorMetrics.ExporterInflight;
        _meter.CreateObservableUpDownCounter(inflight.Name, logsInflight, inflight.Unit, inflight.Description);
    }

    /// <summary>Log records that the destination took.</summary>
    public long LogsDelivered => Interlocked.Read(ref _logsDelivered);

    /// <summary>Log records dropped, for whichever reason.</summary>
    public long LogsDropped => Interlocked.Read(ref _logsDropped);

    /// <summary>Data points that the destination took.</summary>
    public long PointsDelivered => Interlocked.Read(ref _pointsDelivered);

    /// <summary>Data points whose export failed; the next export carries newer ones.</summary>
    public long PointsFailed => Interlocked.Read(ref _pointsFailed);

    /// <summary>Spans that the destination took.</summary>
    public long SpansDelivered => Interlocked.Read(ref _spansDelivered);

    /// <summary>Spans dropped.</summary>
    public long SpansDropped => Interlocked.Read(ref _spansDropped);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Logs(long count, string? error) => Add(_logs, ref error is null ? ref _logsDelivered : ref _logsDropped, count, error);

    internal void Points(long count, string? error) => Add(_points, ref error is null ? ref _pointsDelivered : ref _pointsFailed, count, error);

    internal void Spans(long count, string? error) => Add(_spans, ref error is null ? ref _spansDelivered : ref _spansDropped, count, error);

    internal void Retried(string error) => _retries.Add(1, new KeyValuePair<string, object?>(AttributeNames.ErrorType, error));

    private static void Add(Counter<long> counter, ref long total, long count, string? error)
    {
        if (count == 0)
            return;
        Interlocked.Add(ref total, count);
        if (error is null)
            counter.Add(count);
        else
            counter.Add(count, new KeyValuePair<string, object?>(AttributeNames.ErrorType, error));
    }

    private Counter<long> Make(MetricDefinition metric) => _meter.CreateCounter<long>(metric.Name, metric.Unit, metric.Description);
}
