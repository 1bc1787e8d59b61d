using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Pharos.Exporters.Settings;
using Pharos.Exporters.Transport;
using Pharos.Telemetry;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.SelfTelemetry;

/// <summary>The supervisor's own traces and metrics, through the OpenTelemetry SDK.</summary>
public static class SelfTelemetryExtensions
{
    /// <summary>Registers the SDK for what has a destination; without one nothing is registered and nothing starts.</summary>
    /// <param name="services">The services of the daemon.</param>
    /// <param name="settings">Where to.</param>
    /// <param name="resource">The supervisor: see <see cref="SupervisorResource.Create"/>.</param>
    /// <returns>The services.</returns>
    /// <remarks>The sampler is parentbased_always_on, or what OTEL_TRACES_SAMPLER says: the SDK reads it by itself as long as nobody sets one.</remarks>
    public static IServiceCollection AddPharosSelfTelemetry(this IServiceCollection services, OtlpSettings settings, TelemetryResource resource)
    {
        if (settings.Traces is null && settings.Metrics is null)
            return services;
        var attributes = resource.Attributes.Select(a => new KeyValuePair<string, object>(a.Key, a.Value)).ToArray();
        var telemetry = services.AddOpenTelemetry().ConfigureResource(r => r.Clear().AddTelemetrySdk().AddAttributes(attributes));
        if (settings.Traces is { } traces)
            telemetry.WithTracing(tracing => tracing.AddSource(PharosActivity.SourceName).AddOtlpExporter(o => Configure(o, traces)));
        if (settings.Metrics is { } metrics)
            telemetry.WithMetrics(metering => Metrics(metering, settings, metrics));
        return services;
    }

    private static void Metrics(MeterProviderBuilder metering, OtlpSettings settings, OtlpSignalSettings destination) => metering
        .AddMeter(SupervisorMetrics.MeterName)
        .AddProcessInstrumentation()
        .AddOtlpExporter((exporter, reader) =>
        {
            Configure(exporter, destination);
            reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)settings.MetricInterval.TotalMilliseconds;
            reader.TemporalityPreference = settings.Temporality switch
            {
                TemporalityPreference.Cumulative => MetricReaderTemporalityPreference.Cumulative,
                TemporalityPreference.Delta => MetricReaderTemporalityPreference.Delta,
                TemporalityPreference.LowMemory => MetricReaderTemporalityPreference.LowMemory,
            };
        });

    private static void Configure(OtlpExporterOptions exporter, OtlpSignalSettings destination)
    {
        exporter.Protocol = destination.Transport == OtlpTransport.Grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = destination.Endpoint;
        exporter.Headers = string.Join(',', destination.Headers.Select(h => $"{h.Key}={Uri.EscapeDataString(h.Value)}"));
        exporter.TimeoutMilliseconds = (int)destination.Timeout.TotalMilliseconds;
        exporter.Compression = destination.Gzip ? OtlpExportCompression.GZip : OtlpExportCompression.None;
        if (destination.CertificateFile is not null || destination.ClientCertificateFile is not null)
            exporter.HttpClientFactory = () => new HttpClient(OtlpHandler.Create(destination), disposeHandler: true) { Timeout = destination.Timeout };
    }
}
