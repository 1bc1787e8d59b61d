using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pharos.Api;
using Pharos.Core.Identity;
using Pharos.Exporters.Pipeline;
using Pharos.Exporters.Prometheus;
using Pharos.Exporters.SelfTelemetry;
using Pharos.Exporters.Settings;
using Pharos.Linux.Daemon;
using Pharos.Logs.Shipping;
using Pharos.Logs.Store;
using Pharos.Supervisor;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Daemon;

/// <summary>Everything that leaves the daemon as telemetry: the pipeline of the instances, the SDK of the supervisor, the metrics page.</summary>
/// <remarks>With no destination configured only the metrics page is there, and it costs nothing until somebody reads it.</remarks>
internal sealed class DaemonTelemetry : IAsyncDisposable
{
    private readonly OtlpSettings _settings;
    private readonly OtlpPipeline? _pipeline;
    private readonly MeterCollector _own;
    private ProcessSupervisor? _supervisor;

    private DaemonTelemetry(DaemonOptions options, DaemonPaths paths, Action<string> say)
    {
        var settings = _settings = options.Otlp;
        OwnResource = SupervisorResource.Create(
            settings, ServiceInstanceId.For(BootInfo.HostId, "pharos", new InstanceKey(paths.Home, 0)).ToString(), BootInfo.HostName, BootInfo.HostId);
        ClientResource = new TelemetryResource(
            (AttributeNames.ServiceName, "pharos-cli"), (AttributeNames.HostName, BootInfo.HostName), (AttributeNames.HostId, BootInfo.HostId));
        ProcessInstrumentation.Start();
        _own = new MeterCollector(SupervisorMetrics.MeterName, ProcessInstrumentation.MeterName);
        if (settings.HasDestination)
            _pipeline = new OtlpPipeline(settings, new OtlpPipelineOptions { Folder = paths.Shipping, LookBack = options.LogLookBack, OnNotice = say, OnEventDropped = Dropped });
    }

    /// <summary>Resource of the supervisor's own signals.</summary>
    public TelemetryResource OwnResource { get; }

    /// <summary>Resource of the command line's spans.</summary>
    public TelemetryResource ClientResource { get; }

    /// <summary>Takes events; null: there is no destination for them.</summary>
    public ILogSink? Sink => _settings.Logs is null ? null : _pipeline;

    /// <summary>Takes the command line's spans; null: there is no destination for them.</summary>
    public Action<SpanRecord>? ClientSpan => _settings.Traces is null ? null : span => _pipeline!.TryWrite(span);

    /// <summary>What the apps' own SDKs are told about the destination. Headers are secrets: they are not handed on.</summary>
    public IReadOnlyDictionary<string, string> InjectedEnv
    {
        get
        {
            var env = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (signal, settings) in new[] { ("LOGS", _settings.Logs), ("METRICS", _settings.Metrics), ("TRACES", _settings.Traces) })
            {
                if (settings is null)
                    continue;
                env[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"] = settings.Endpoint.ToString();
                env[$"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL"] = settings.Transport == OtlpTransport.Grpc ? "grpc" : "http/protobuf";
            }

            return env;
        }
    }

    /// <param name="options">Where to.</param>
    /// <param name="paths">Where it is noted what was delivered.</param>
    /// <param name="say">Takes a line for the daemon's own file, and only that: what is said about sending must not be sent.</param>
    public static DaemonTelemetry Start(DaemonOptions options, DaemonPaths paths, Action<string> say) => new(options, paths, say);

    /// <summary>Begins to push the metrics and the output of all instances. What was declared is known by now.</summary>
    public void Watch(ProcessSupervisor supervisor)
    {
        _supervisor = supervisor;
        _pipeline?.AddSource(supervisor);
        _pipeline?.Begin();
    }

    /// <summary>What sends the apps' output out of the store.</summary>
    /// <returns>Null: there is no destination for it.</returns>
    public StreamSources? Ship(LogStore store) => _settings.Logs is null ? null : new StreamSources(store, _pipeline!.Add, _pipeline!.End);

    /// <summary>Registers the SDK of the supervisor's own signals.</summary>
    public void AddTo(IServiceCollection services) => services.AddPharosSelfTelemetry(_settings, OwnResource);

    /// <summary>Renders the metrics page.</summary>
    public MetricsPage Page(string accept)
    {
        var open = PrometheusText.WantsOpenMetrics(accept);
        List<MetricBatch> batches = [];
        _supervisor?.Collect(batches, (DateTimeOffset.UtcNow.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100, final: false);
        using var text = new StringWriter();
        PrometheusText.Write(text, batches, _own, OwnResource, open);
        return new MetricsPage(open ? PrometheusText.OpenMetricsContentType : PrometheusText.ContentType, Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Sends what waits, as far as the time allows.</summary>
    public async Task FlushAsync(TimeSpan timeout)
    {
        if (_pipeline is not null)
            await _pipeline.FlushAsync(timeout);
    }

    private void Dropped(string instance, string reason) => _supervisor?.CountDropped(instance, reason);

    public async ValueTask DisposeAsync()
    {
        if (_pipeline is not null)
            await _pipeline.DisposeAsync();
        _own.Dispose();
    }
}
