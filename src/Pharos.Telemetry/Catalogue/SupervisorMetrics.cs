using static Pharos.Telemetry.Catalogue.MetricKind;

namespace Pharos.Telemetry.Catalogue;

/// <summary>Metrics of the supervisor itself, made with <see cref="System.Diagnostics.Metrics"/> and exported by the OpenTelemetry SDK.</summary>
public static class SupervisorMetrics
{
    public static readonly MetricDefinition Heartbeat = new("pharos.heartbeat", Counter, "{beat}", "Grows by one each sampling interval: silence means that the supervisor is gone.");
    public static readonly MetricDefinition Instances = new("pharos.supervisor.instance.count", UpDownCounter, "{instance}", "Instances under supervision, by state.", AttributeNames.InstanceState);
    public static readonly MetricDefinition QueueDepth = new("pharos.supervisor.actor.queue.depth", UpDownCounter, "{event}", "Events that wait in the inboxes of all actors.");
    public static readonly MetricDefinition EventDelay = new("pharos.supervisor.actor.delay", Gauge, "s", "Longest time that an event waited for its actor since the last look.") { IsDouble = true };
    public static readonly MetricDefinition SamplerDuration = new("pharos.supervisor.sampler.duration", Gauge, "s", "Time that the last pass over /proc took.") { IsDouble = true };
    public static readonly MetricDefinition SamplerLag = new("pharos.supervisor.sampler.lag", Gauge, "s", "How late the last pass over /proc began.") { IsDouble = true };
    public static readonly MetricDefinition ApiRequests = new("pharos.supervisor.api.requests", Counter, "{request}", "Requests to the control API.");
    public static readonly MetricDefinition ActorFaults = new("pharos.supervisor.actor.faults", Counter, "{fault}", "Actors that died of a bug.");
    public static readonly MetricDefinition ExporterInflight = new("otel.sdk.exporter.log.inflight", UpDownCounter, "{log_record}", "Log records handed to the exporter and not yet answered.");
    public static readonly MetricDefinition ExporterLogs = new("otel.sdk.exporter.log.exported", Counter, "{log_record}", "Log records whose export has ended, with error.type when it failed.", AttributeNames.ErrorType);
    public static readonly MetricDefinition ExporterPoints = new("otel.sdk.exporter.metric_data_point.exported", Counter, "{data_point}", "Data points whose export has ended, with error.type when it failed.", AttributeNames.ErrorType);
    public static readonly MetricDefinition ExporterSpans = new("otel.sdk.exporter.span.exported", Counter, "{span}", "Spans of the command line whose export has ended, with error.type when it failed.", AttributeNames.ErrorType);

    public static readonly MetricDefinition ShippingBacklog = new("pharos.supervisor.shipping.backlog", UpDownCounter, "By", "Output in the log files that the destination of logs does not have yet.");
    public static readonly MetricDefinition ShippingLag = new("pharos.supervisor.shipping.lag", Gauge, "s", "Age of the oldest output that the destination of logs does not have yet.") { IsDouble = true };
    public static readonly MetricDefinition ShippingRetries = new("pharos.supervisor.shipping.retries", Counter, "{request}", "Requests with log records that had to be sent again, by the error of the attempt before.", AttributeNames.ErrorType);

    /// <summary>Name of the meter and of the instrumentation scope.</summary>
    public const string MeterName = "pharos";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<MetricDefinition> All { get; } =
    [
        Heartbeat, Instances, QueueDepth, EventDelay, SamplerDuration, SamplerLag, ApiRequests, ActorFaults,
        ExporterInflight, ExporterLogs, ExporterPoints, ExporterSpans, ShippingBacklog, ShippingLag, ShippingRetries,
    ];
}
