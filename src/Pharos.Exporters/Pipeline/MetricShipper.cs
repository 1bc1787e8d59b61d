using Pharos.Exporters.Settings;
using Pharos.Exporters.Transport;
using Pharos.Exporters.Wire;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Pipeline;

/// <summary>
/// Collects all sources every interval and pushes them. A push that the interval's end overtakes is given up: the next one has newer points,
/// deltas lose nothing (<see cref="Temporality"/>), and ends of series are carried over.
/// </summary>
internal sealed class MetricShipper : IDisposable
{
    private const int MaxCarriedEnds = 10_000;
    private const int MostPoints = 5_000;
    private readonly int _maxPoints;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly ExportStatistics _statistics;
    private readonly Action<string>? _notice;
    private readonly Temporality _temporality;
    private readonly Shipment<List<MetricBatch>> _shipment;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _gate = new(); // guards _sources
    private readonly List<IMetricSource> _sources = [];
    private List<MetricBatch> _carriedEnds = [];

    public MetricShipper(OtlpClient client, OtlpSettings settings, int maxBytes, TimeProvider time, ExportStatistics statistics, Action<string>? notice)
    {
        (_time, _interval, _statistics, _notice) = (time, settings.MetricInterval, statistics, notice);
        _maxPoints = Math.Min(MostPoints, settings.Metrics?.MaxItems ?? MostPoints);
        _temporality = new Temporality(settings.Temporality, Now());
        _shipment = new(client, maxBytes, (writer, batches) => OtlpEncoder.WriteMetrics(writer, batches, _temporality, settings.Histograms), PointBatches.Halve, Settle);
    }

    public void Add(IMetricSource source)
    {
        lock (_gate)
            _sources.Add(source);
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(_interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
                await PushAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            // The end was asked for.
        }
    }

    /// <summary>Collects and sends once.</summary>
    public async Task PushAsync(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            using var deadline = new CancellationTokenSource(_interval, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
            var batches = Collect();
            foreach (var part in PointBatches.Cut(batches, _maxPoints))
                await _shipment.SendAsync(part, either.Token);
            _temporality.EndExport();
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private List<MetricBatch> Collect()
    {
        var batches = _carriedEnds;
        _carriedEnds = [];
        IMetricSource[] sources;
        lock (_gate)
            sources = [.. _sources];
        foreach (var source in sources)
        {
            try
            {
                source.Collect(batches, Now(), final: true);
            }
            catch (Exception e)
            {
                // A bug in one source must not silence the others; it is said once per push.
                _notice?.Invoke($"a source of metrics failed and is left out of this push: {e.GetType().Name}");
            }
        }

        return batches;
    }

    private void Settle(List<MetricBatch> batches, ExportResult result)
    {
        var count = PointBatches.Count(batches);
        switch (result.Outcome)
        {
            case ExportOutcome.Delivered:
                _temporality.Commit(batches);
                var rejected = Math.Min(result.Rejected, count);
                _statistics.Points(count - rejected, null);
                _statistics.Points(rejected, LogDropReasons.Rejected);
                break;
            case ExportOutcome.Refused or ExportOutcome.TooLarge:
                _temporality.Commit(batches); // Points that will never be taken must not grow the next delta.
                _statistics.Points(count, result.ErrorType ?? LogDropReasons.Rejected);
                _notice?.Invoke($"metrics: the destination refused {count} data points ({result.ErrorType})");
                break;
            case ExportOutcome.GivenUp:
                _statistics.Points(count, result.ErrorType);
                Carry(batches);
                break;
        }
    }

    private void Carry(List<MetricBatch> batches)
    {
        var ends = PointBatches.Only(batches, point => point.NoRecordedValue);
        if (PointBatches.Count(_carriedEnds) + PointBatches.Count(ends) <= MaxCarriedEnds)
            _carriedEnds.AddRange(ends);
    }

    private long Now() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
}
