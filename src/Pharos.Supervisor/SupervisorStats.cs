using System.Diagnostics.Metrics;
using Pharos.Telemetry;
using Pharos.Telemetry.Catalogue;

namespace Pharos.Supervisor;

/// <summary>Watch the watcher: the supervisor's own numbers, on a meter that the OpenTelemetry SDK and the metrics page both read.</summary>
public sealed class SupervisorStats : IDisposable
{
    private readonly Meter _meter = new(SupervisorMetrics.MeterName, PharosActivity.Version);
    private long _heartbeats;
    private long _queued;
    private long _faults;
    private long _requests;
    private double _longestDelay;
    private double _samplerSeconds;
    private double _samplerLag;

    /// <summary>Registers the instruments.</summary>
    public SupervisorStats()
    {
        Counter(SupervisorMetrics.Heartbeat, () => Interlocked.Read(ref _heartbeats));
        Counter(SupervisorMetrics.ActorFaults, () => Interlocked.Read(ref _faults));
        Counter(SupervisorMetrics.ApiRequests, () => Interlocked.Read(ref _requests));
        var depth = SupervisorMetrics.QueueDepth;
        _meter.CreateObservableUpDownCounter(depth.Name, () => Interlocked.Read(ref _queued), depth.Unit, depth.Description);
        Gauge(SupervisorMetrics.EventDelay, () => Interlocked.Exchange(ref _longestDelay, 0));
        Gauge(SupervisorMetrics.SamplerDuration, () => Volatile.Read(ref _samplerSeconds));
        Gauge(SupervisorMetrics.SamplerLag, () => Volatile.Read(ref _samplerLag));
        var byState = SupervisorMetrics.Instances;
        _meter.CreateObservableUpDownCounter(byState.Name, () => InstancesByState?.Invoke() ?? [], byState.Unit, byState.Description);
    }

    /// <summary>Counts instances by state; set by the supervisor.</summary>
    public Func<IEnumerable<Measurement<long>>>? InstancesByState { get; set; }

    /// <summary>Actors that died of a bug.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>An event was put into an inbox.</summary>
    public void Posted() => Interlocked.Increment(ref _queued);

    /// <summary>An event was taken out of an inbox.</summary>
    /// <param name="waited">How long it was in there.</param>
    public void Taken(TimeSpan waited)
    {
        Interlocked.Decrement(ref _queued);
        if (waited.TotalSeconds > Volatile.Read(ref _longestDelay))
            Volatile.Write(ref _longestDelay, waited.TotalSeconds);
    }

    /// <summary>An actor died of a bug.</summary>
    public void ActorFaulted() => Interlocked.Increment(ref _faults);

    /// <summary>A request came to the control API.</summary>
    public void Requested() => Interlocked.Increment(ref _requests);

    /// <summary>A pass over /proc is done.</summary>
    /// <param name="took">How long it took.</param>
    /// <param name="late">How late it began.</param>
    public void Sampled(TimeSpan took, TimeSpan late)
    {
        Interlocked.Increment(ref _heartbeats);
        Volatile.Write(ref _samplerSeconds, took.TotalSeconds);
        Volatile.Write(ref _samplerLag, Math.Max(0, late.TotalSeconds));
    }

    private void Counter(MetricDefinition metric, Func<long> read) =>
        _meter.CreateObservableCounter(metric.Name, read, metric.Unit, metric.Description);

    private void Gauge(MetricDefinition metric, Func<double> read) =>
        _meter.CreateObservableGauge(metric.Name, read, metric.Unit, metric.Description);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
