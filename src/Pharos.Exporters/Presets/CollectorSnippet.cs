using System.Text;
using Pharos.Exporters.Settings;

namespace Pharos.Exporters.Presets;

/// <summary>Configurations of the OpenTelemetry Collector that take what we send and hand it to a vendor: for those that need one, and for who has one anyway.</summary>
public static class CollectorSnippet
{
    internal const string Aws =
        """
        # OpenTelemetry Collector (contrib). Credentials: the usual chain of AWS. The log group and the log stream must exist.
        extensions:
          sigv4auth/logs: {region: '{region}', service: logs}
          sigv4auth/metrics: {region: '{region}', service: monitoring}
          sigv4auth/traces: {region: '{region}', service: xray}
        exporters:
          otlp_http/aws_logs:
            logs_endpoint: https://logs.{region}.amazonaws.com/v1/logs
            headers: {x-aws-log-group: pharos, x-aws-log-stream: default}
            auth: {authenticator: sigv4auth/logs}
            compression: gzip
          otlp_http/aws_metrics:
            metrics_endpoint: https://monitoring.{region}.amazonaws.com/v1/metrics
            auth: {authenticator: sigv4auth/metrics}
            compression: gzip
          otlp_http/aws_traces:
            traces_endpoint: https://xray.{region}.amazonaws.com/v1/traces
            auth: {authenticator: sigv4auth/traces}
            compression: gzip
        service:
          extensions: [sigv4auth/logs, sigv4auth/metrics, sigv4auth/traces]
          pipelines:
            logs: {receivers: [otlp], exporters: [otlp_http/aws_logs]}
            metrics: {receivers: [otlp], exporters: [otlp_http/aws_metrics]}
            traces: {receivers: [otlp], exporters: [otlp_http/aws_traces]}

        """;

    internal const string Azure =
        """
        # OpenTelemetry Collector (contrib, 0.132 or newer). The identity needs the role Monitoring Metrics Publisher on the data collection rule.
        extensions:
          azureauth:
            managed_identity: {}
            scopes: ['https://monitor.azure.com/.default']
        processors:
          cumulativetodelta: {}
        exporters:
          otlp_http/azure:
            logs_endpoint: {logs-url}
            metrics_endpoint: {metrics-url}
            traces_endpoint: {traces-url}
            auth: {authenticator: azureauth}
        service:
          extensions: [azureauth]
          pipelines:
            logs: {receivers: [otlp], exporters: [otlp_http/azure]}
            metrics: {receivers: [otlp], processors: [cumulativetodelta], exporters: [otlp_http/azure]}
            traces: {receivers: [otlp], exporters: [otlp_http/azure]}

        """;

    internal const string Datadog =
        """
        # OpenTelemetry Collector (contrib). Its exporter turns cumulative sums into deltas by itself.
        exporters:
          datadog:
            api: {key: '${env:DD_API_KEY}', site: '${env:DD_SITE:-datadoghq.com}'}
            metrics: {resource_attributes_as_tags: true}
        service:
          pipelines:
            logs: {receivers: [otlp], exporters: [datadog]}
            metrics: {receivers: [otlp], exporters: [datadog]}
            traces: {receivers: [otlp], exporters: [datadog]}

        """;

    internal const string Splunk =
        """
        # OpenTelemetry Collector (contrib): logs go to Splunk over HEC, metrics and traces over OTLP with other paths than usual.
        exporters:
          splunk_hec/logs:
            endpoint: ${env:SPLUNK_HEC_URL}
            token: ${env:SPLUNK_HEC_TOKEN}
            source: pharos
          otlp_http/splunk:
            metrics_endpoint: https://ingest.{realm}.observability.splunkcloud.com/v2/datapoint/otlp
            traces_endpoint: https://ingest.{realm}.observability.splunkcloud.com/v2/trace/otlp
            headers: {x-sf-token: '${env:SPLUNK_ACCESS_TOKEN}'}
        service:
          pipelines:
            logs: {receivers: [otlp], exporters: [splunk_hec/logs]}
            metrics: {receivers: [otlp], exporters: [otlp_http/splunk]}
            traces: {receivers: [otlp], exporters: [otlp_http/splunk]}

        """;

    /// <summary>The configuration for a preset. Secrets are references to the collector's environment.</summary>
    /// <param name="preset">The preset.</param>
    /// <param name="parameters">Values of its parameters; those that are missing stay as {name}.</param>
    /// <returns>YAML: extensions, processors, exporters and the pipelines that use them; the receiver otlp is the user's.</returns>
    public static string For(Preset preset, IReadOnlyDictionary<string, string> parameters) => Fill(preset.Snippet ?? Direct(preset), preset, parameters);

    private static string Direct(Preset preset)
    {
        var key = "${env:" + preset.Name.ToUpperInvariant().Replace('-', '_') + "_KEY}";
        var toDelta = preset.Temporality == TemporalityPreference.Delta;
        var text = new StringBuilder();
        text.Append($"# OpenTelemetry Collector{(toDelta ? " (contrib)" : "")}.\n");
        if (toDelta)
            text.Append("processors:\n  cumulativetodelta: {}\n");
        text.Append("exporters:\n");
        foreach (var (signal, url) in preset.Http)
        {
            var word = signal.ToString().ToLowerInvariant();
            text.Append($"  otlp_http/{preset.Name}_{word}:\n    {word}_endpoint: {url}\n    compression: {(preset.Gzip ? "gzip" : "none")}\n");
            var headers = preset.Headers.Where(h => !h.GrpcOnly && (h.Signals.Length == 0 || h.Signals.Contains(signal))).ToList();
            if (headers.Count == 0)
                continue;
            text.Append("    headers:\n");
            foreach (var header in headers)
            {
                var value = header.Template.StartsWith("basic:", StringComparison.Ordinal) ? $"Basic ${{env:{preset.Name.ToUpperInvariant().Replace('-', '_')}_BASIC}}" : header.Template.Replace("{key}", key, StringComparison.Ordinal);
                text.Append($"      {header.Name}: '{value}'\n");
            }
        }

        text.Append("service:\n  pipelines:\n");
        foreach (var signal in preset.Http.Keys)
        {
            var word = signal.ToString().ToLowerInvariant();
            var processors = toDelta && signal == OtlpSignal.Metrics ? " processors: [cumulativetodelta]," : "";
            text.Append($"    {word}: {{receivers: [otlp],{processors} exporters: [otlp_http/{preset.Name}_{word}]}}\n");
        }

        return text.ToString();
    }

    private static string Fill(string text, Preset preset, IReadOnlyDictionary<string, string> parameters)
    {
        foreach (var parameter in preset.Parameters)
        {
            var given = parameters.GetValueOrDefault(parameter.Name) ?? parameter.Default;
            if (given is not null)
                text = text.Replace("{" + parameter.Name + "}", parameter.Choices.GetValueOrDefault(given) ?? given, StringComparison.Ordinal);
        }

        return text;
    }
}
