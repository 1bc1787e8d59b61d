using Pharos.Exporters.Settings;

namespace Pharos.Exporters.Tests.Settings;

public sealed class OtlpSettingsTests
{
    [Fact]
    public void Nothing_set_is_no_destination_and_no_fault()
    {
        var (settings, faults) = Read();

        Assert.False(settings.HasDestination);
        Assert.Empty(faults);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.MetricInterval);
    }

    [Fact]
    public void The_general_endpoint_is_a_base_and_that_of_a_signal_is_used_as_it_is()
    {
        var (settings, faults) = Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/base/"), ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://prometheus:9090/api/v1/otlp/v1/metrics"));

        Assert.Empty(faults);
        Assert.Equal("http://collector:4318/base/v1/logs", settings.Logs!.Endpoint.ToString());
        Assert.Equal("http://collector:4318/base/v1/traces", settings.Traces!.Endpoint.ToString());
        Assert.Equal("http://prometheus:9090/api/v1/otlp/v1/metrics", settings.Metrics!.Endpoint.ToString());
        Assert.Equal(OtlpTransport.HttpProtobuf, settings.Logs.Transport);
    }

    [Fact]
    public void A_signal_without_an_endpoint_goes_nowhere()
    {
        var (settings, _) = Read(("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://loki:3100/otlp/v1/logs"));

        Assert.True(settings is { Logs: not null, Metrics: null, Traces: null, HasDestination: true });
    }

    [Fact]
    public void What_is_set_for_a_signal_wins_over_what_is_set_for_all()
    {
        var (settings, faults) = Read(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://c"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "Api-Key=a%2Cb%20c,x=1"),
            ("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "x=2"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
            ("OTEL_EXPORTER_OTLP_LOGS_COMPRESSION", "none"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "3000"),
            ("OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", "4000"),
            ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "grpc"));

        Assert.Empty(faults);
        Assert.Equal([new("api-key", "a,b c"), new("x", "1")], settings.Metrics!.Headers);
        Assert.Equal([new("x", "2")], settings.Logs!.Headers);
        Assert.Equal((true, false), (settings.Metrics.Gzip, settings.Logs.Gzip));
        Assert.Equal((3.0, 4.0), (settings.Metrics.Timeout.TotalSeconds, settings.Logs.Timeout.TotalSeconds));
        Assert.Equal((OtlpTransport.Grpc, "https://c/"), (settings.Logs.Transport, settings.Logs.Endpoint.ToString()));
    }

    [Fact]
    public void The_rest_is_read_as_well()
    {
        var (settings, faults) = Read(
            ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "LowMemory"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "2500"),
            ("OTEL_RESOURCE_ATTRIBUTES", "team=a%20b,region=eu"),
            ("OTEL_SERVICE_NAME", "lighthouse"),
            ("OTEL_BLRP_SCHEDULE_DELAY", "250"),
            ("OTEL_BLRP_MAX_QUEUE_SIZE", "100"),
            ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "200"),
            ("OTEL_EXPORTER_PROMETHEUS_HOST", "127.0.0.1"),
            ("OTEL_EXPORTER_PROMETHEUS_PORT", "9464"));

        Assert.Empty(faults);
        Assert.Equal((TemporalityPreference.LowMemory, 2.5, "lighthouse"), (settings.Temporality, settings.MetricInterval.TotalSeconds, settings.ServiceName));
        Assert.Equal([new("team", "a b"), new("region", "eu")], settings.ResourceAttributes);
        Assert.Equal((0.25, 200), (settings.LogBatch.Delay.TotalSeconds, settings.LogBatch.MaxRecords));
        Assert.Equal(("127.0.0.1", 9464), (settings.PrometheusHost, settings.PrometheusPort));
    }

    [Theory]
    [InlineData("OTEL_LOGS_EXPORTER", "none", "metrics traces")]
    [InlineData("OTEL_METRICS_EXPORTER", "prometheus", "logs traces")]
    [InlineData("OTEL_METRICS_EXPORTER", "prometheus,otlp", "logs metrics traces")]
    [InlineData("OTEL_TRACES_EXPORTER", "none", "logs metrics")]
    [InlineData("OTEL_SDK_DISABLED", "true", "")]
    [InlineData("OTEL_SDK_DISABLED", "false", "logs metrics traces")]
    public void Signals_are_switched_off_one_by_one_or_all_together(string variable, string value, string pushed)
    {
        var (settings, faults) = Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"), (variable, value));

        Assert.Empty(faults);
        string[] on = [settings.Logs is null ? "" : "logs", settings.Metrics is null ? "" : "metrics", settings.Traces is null ? "" : "traces"];
        Assert.Equal(pushed, string.Join(' ', on.Where(s => s.Length > 0)));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "an absolute http:// or https:// URL")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "http/protobuf or grpc")]
    [InlineData("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "gzip or none")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT", "-1", "a whole number from 1")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "10s", "a whole number from 1")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "both", "cumulative, delta or lowmemory")]
    [InlineData("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere/ca.pem", "a readable PEM file")]
    [InlineData("OTEL_SDK_DISABLED", "yes", "true or false")]
    [InlineData("OTEL_LOGS_EXPORTER", "kafka", "otlp or none")]
    [InlineData("OTEL_RESOURCE_ATTRIBUTES", "novalue", "key=value pairs")]
    [InlineData("OTEL_EXPORTER_PROMETHEUS_PORT", "70000", "a whole number from 1 to 65535")]
    public void A_value_that_is_not_usable_is_one_clear_line(string variable, string value, string accepted)
    {
        var (_, faults) = Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"), (variable, value));
        var line = Assert.Single(faults).ToString();

        Assert.StartsWith($"{variable}={value} is not usable; accepted: {accepted}", line);
    }

    [Theory]
    [InlineData("s3cret")]
    [InlineData("bad name=s3cret")]
    [InlineData("a=s3cret%0d%0ax: y")]
    public void Headers_are_never_shown_not_even_wrong_ones(string headers)
    {
        var (settings, faults) = Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:s3cret@c"), ("OTEL_EXPORTER_OTLP_HEADERS", headers));

        Assert.DoesNotContain("s3cret", Assert.Single(faults).ToString());
        Assert.DoesNotContain("s3cret", settings.ToString());
    }

    [Fact]
    public void The_view_for_people_has_the_destination_and_the_number_of_headers()
    {
        var (settings, _) = Read(("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://c:4318/v1/logs?key=s3cret"), ("OTEL_EXPORTER_OTLP_HEADERS", "a=s3cret"));

        Assert.Equal("logs: http://c:4318/v1/logs (http/protobuf, plain, 1 headers, timeout 10000 ms); metrics: none; traces: none", settings.ToString());
    }

    private static (OtlpSettings Settings, IReadOnlyList<SettingFault> Faults) Read(params (string Name, string Value)[] environment) =>
        OtlpSettings.FromEnvironment(name => environment.LastOrDefault(e => e.Name == name).Value);
}
