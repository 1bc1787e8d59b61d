using System.Diagnostics.Metrics;
using OpenTelemetry;
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

/// <summary>The supervisor's own traces and metrics on their way to one destination, through the OpenTelemetry SDK.</summary>
/// <remarks>
/// Providers of its own for each destination: a view (exponential histograms) and a temporality belong to the whole of a provider.
/// The sampler is parentbased_always_on, or what OTEL_TRACES_SAMPLER says: the SDK reads it by itself as long as nobody sets one.
/// </remarks>
public sealed class OwnTelemetry : IDisposable
{
    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;

    private OwnTelemetry(OtlpSettings settings, TelemetryResource resource)
    {
        KeyValuePair<string, object>[] attributes = [.. resource.Attributes.Select(a => new KeyValuePair<string, object>(a.Key, a.Value))];
        void Own(ResourceBuilder builder) => builder.Clear().AddTelemetrySdk().AddAttributes(attributes);
        if (settings.Traces is { } traces)
            _traces = Sdk.CreateTracerProviderBuilder().ConfigureResource(Own).AddSource(PharosActivity.SourceName).AddOtlpExporter(o => Configure(o, traces)).Build();
        if (settings.Metrics is { } metrics)
            _metrics = Metrics(Sdk.CreateMeterProviderBuilder().ConfigureResource(Own), settings, metrics).Build();
    }

    /// <summary>Starts what there is a destination for; without one nothing starts.</summary>
    /// <param name="settings">Where to.</param>
    /// <param name="resource">The supervisor: see <see cref="SupervisorResource.Create"/>.</param>
    /// <returns>Null: there is no destination for spans or metrics.</returns>
    public static OwnTelemetry? Start(OtlpSettings settings, TelemetryResource resource) =>
        settings.Traces is null && settings.Metrics is null ? null : new(settings, resource);

    /// <summary>Sends what waits.</summary>
    /// <param name="timeout">How long at most, each of the two.</param>
    /// <returns>True when all was sent.</returns>
    public bool Flush(TimeSpan timeout)
    {
        var spans = _traces?.ForceFlush((int)timeout.TotalMilliseconds) ?? true;
        return (_metrics?.ForceFlush((int)timeout.TotalMilliseconds) ?? true) && spans;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private static MeterProviderBuilder Metrics(MeterProviderBuilder metering, OtlpSettings settings, OtlpSignalSettings destination)
    {
        metering.AddMeter(SupervisorMetrics.MeterName).AddProcessInstrumentation();
        if (settings.Histograms == HistogramEncoding.Exponential)
            metering.AddView(static instrument => instrument.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Histogram<>) ? new Base2ExponentialBucketHistogramConfiguration() : null);
        return metering.AddOtlpExporter((exporter, reader) =>
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
    }

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
