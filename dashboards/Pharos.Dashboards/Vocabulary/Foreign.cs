namespace Pharos.Dashboards.Vocabulary;

/// <summary>A metric that other programs of the stack emit, under its name in Prometheus.</summary>
/// <param name="Name">Name.</param>
/// <param name="Labels">Labels that queries may use, beside <c>job</c> and <c>instance</c>.</param>
public sealed record ForeignMetric(string Name, params string[] Labels)
{
    public string In(Scope scope) => Selectors.Select(Name, scope);
}

/// <summary>Collector, Prometheus and alerts. The collector's names are those of its own telemetry sent as OTLP (a scrape names them otherwise).</summary>
public static class Foreign
{
    /// <summary>Which collectors.</summary>
    public static readonly Scope Collectors = new("job=~\"$collector\"");

    /// <summary>Which Prometheus servers.</summary>
    public static readonly Scope Servers = new("job=~\"$prometheus\"");

    public static readonly ForeignMetric Alerts = new("ALERTS", "alertname", "alertstate", "severity", Vocabulary.Labels.App, Vocabulary.Labels.Namespace, Vocabulary.Labels.Host);

    public static readonly ForeignMetric CollectorUptime = new("otelcol_process_uptime_seconds_total");
    public static readonly ForeignMetric CollectorMemory = new("otelcol_process_memory_rss_bytes");
    public static readonly ForeignMetric CollectorCpu = new("otelcol_process_cpu_seconds_total");
    public static readonly ForeignMetric AcceptedSpans = new("otelcol_receiver_accepted_spans_total", "receiver", "transport");
    public static readonly ForeignMetric AcceptedPoints = new("otelcol_receiver_accepted_metric_points_total", "receiver", "transport");
    public static readonly ForeignMetric AcceptedLogs = new("otelcol_receiver_accepted_log_records_total", "receiver", "transport");
    public static readonly ForeignMetric RefusedSpans = new("otelcol_receiver_refused_spans_total", "receiver", "transport");
    public static readonly ForeignMetric RefusedPoints = new("otelcol_receiver_refused_metric_points_total", "receiver", "transport");
    public static readonly ForeignMetric RefusedLogs = new("otelcol_receiver_refused_log_records_total", "receiver", "transport");
    public static readonly ForeignMetric SentSpans = new("otelcol_exporter_sent_spans_total", "exporter");
    public static readonly ForeignMetric SentPoints = new("otelcol_exporter_sent_metric_points_total", "exporter");
    public static readonly ForeignMetric SentLogs = new("otelcol_exporter_sent_log_records_total", "exporter");
    public static readonly ForeignMetric FailedSpans = new("otelcol_exporter_send_failed_spans_total", "exporter");
    public static readonly ForeignMetric FailedPoints = new("otelcol_exporter_send_failed_metric_points_total", "exporter");
    public static readonly ForeignMetric FailedLogs = new("otelcol_exporter_send_failed_log_records_total", "exporter");
    public static readonly ForeignMetric QueueSize = new("otelcol_exporter_queue_size", "exporter", "data_type");
    public static readonly ForeignMetric QueueCapacity = new("otelcol_exporter_queue_capacity", "exporter", "data_type");

    public static readonly ForeignMetric ServerBuild = new("prometheus_build_info", "version");
    public static readonly ForeignMetric ServerSamples = new("prometheus_tsdb_head_samples_appended_total", "type");
    public static readonly ForeignMetric ServerSeries = new("prometheus_tsdb_head_series");
    public static readonly ForeignMetric ServerTooOld = new("prometheus_tsdb_too_old_samples_total", "type");
    public static readonly ForeignMetric ServerOutOfOrder = new("prometheus_tsdb_out_of_order_samples_total", "type");
    public static readonly ForeignMetric ServerRuleFailures = new("prometheus_rule_evaluation_failures_total", "rule_group");
    public static readonly ForeignMetric ServerNotifications = new("prometheus_notifications_errors_total", "alertmanager");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ForeignMetric> All { get; } =
    [
        Alerts, CollectorUptime, CollectorMemory, CollectorCpu, AcceptedSpans, AcceptedPoints, AcceptedLogs, RefusedSpans, RefusedPoints, RefusedLogs,
        SentSpans, SentPoints, SentLogs, FailedSpans, FailedPoints, FailedLogs, QueueSize, QueueCapacity,
        ServerBuild, ServerSamples, ServerSeries, ServerTooOld, ServerOutOfOrder, ServerRuleFailures, ServerNotifications,
    ];
}
