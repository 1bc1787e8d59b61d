using System.Text;
using Pharos.Api;
using Pharos.Contracts;
using Pharos.Core.Identity;
using Pharos.Exporters.Destinations;
using Pharos.Exporters.Prometheus;
using Pharos.Exporters.SelfTelemetry;
using Pharos.Exporters.Settings;
using Pharos.Linux.Daemon;
using Pharos.Logs.Shipping;
using Pharos.Logs.Store;
using Pharos.Otel;
using Pharos.Supervisor;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;
using Serilog.Core;

namespace Pharos.Daemon;

/// <summary>Everything that leaves the daemon as telemetry: the destinations of the environment and of the settings file, and the metrics page.</summary>
/// <remarks>With no destination only the metrics page is there, and it costs nothing until somebody reads it.</remarks>
internal sealed class DaemonTelemetry : IAsyncDisposable
{
    private readonly OtlpSettings _environment;
    private readonly DestinationSource _source;
    private readonly Action<string> _say;
    private readonly TelemetryHub _hub;
    private readonly MeterCollector _own;
    private StreamSources? _output;
    private ProcessSupervisor? _supervisor;
    private IReadOnlyList<string> _faults = [];

    private DaemonTelemetry(DaemonOptions options, DaemonPaths paths, Action<string> say)
    {
        (_environment, _say) = (options.Otlp, say);
        _source = new DestinationSource(paths.Destinations, Environment.GetEnvironmentVariable, _environment);
        OwnResource = SupervisorResource.Create(
            _environment, ServiceInstanceId.For(BootInfo.HostId, "pharos", new InstanceKey(paths.Home, 0)).ToString(), BootInfo.HostName, BootInfo.HostId);
        ClientResource = new TelemetryResource(
            (AttributeNames.ServiceName, "pharos-cli"), (AttributeNames.HostName, BootInfo.HostName), (AttributeNames.HostId, BootInfo.HostId));
        ProcessInstrumentation.Start();
        _own = new MeterCollector(SupervisorMetrics.MeterName, ProcessInstrumentation.MeterName);
        _hub = new TelemetryHub(new HubOptions
        {
            Folder = paths.Shipping,
            LookBack = options.LogLookBack,
            OwnResource = OwnResource,
            OnNotice = say,
            OnEventDropped = (instance, reason) => _supervisor?.CountDropped(instance, reason),
            OpenOutput = (add, end) => _output!.Open(add, end),
        });
    }

    /// <summary>Resource of the supervisor's own signals.</summary>
    public TelemetryResource OwnResource { get; }

    /// <summary>Resource of the command line's spans.</summary>
    public TelemetryResource ClientResource { get; }

    /// <summary>Takes events.</summary>
    public ILogSink Sink => _hub;

    /// <summary>Takes the lines of the daemon's own log.</summary>
    public ILogEventSink OwnLog => _hub;

    /// <summary>Takes the command line's spans.</summary>
    public Action<SpanRecord> ClientSpan => _hub.Write;

    /// <summary>Called after the destinations have changed.</summary>
    public Action? Changed { get; set; }

    /// <summary>What the apps' own SDKs are told: the destination of the environment, else the first that wants no header. Headers are secrets, and are not handed on.</summary>
    public IReadOnlyDictionary<string, string> InjectedEnv
    {
        get
        {
            var all = _hub.Destinations;
            var settings = (all.FirstOrDefault(d => d.Name == Destination.OfEnvironment) ?? all.FirstOrDefault(NeedsNoKey))?.Settings ?? OtlpSettings.None;
            var env = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var signal in Enum.GetValues<OtlpSignal>())
            {
                if (settings.Of(signal) is not { } destination)
                    continue;
                var variable = $"OTEL_EXPORTER_OTLP_{signal.ToString().ToUpperInvariant()}_";
                env[variable + "ENDPOINT"] = destination.Endpoint.ToString();
                env[variable + "PROTOCOL"] = destination.Transport == OtlpTransport.Grpc ? "grpc" : "http/protobuf";
            }

            return env;
        }
    }

    /// <summary>Shows and changes the destinations.</summary>
    public DestinationControl Control => new()
    {
        Summary = Summary,
        Show = Show,
        Reload = ReloadAsync,
        Test = TestAsync,
    };

    /// <param name="options">Where to, as far as the environment says.</param>
    /// <param name="paths">Where the rest is said, and where it is noted what was delivered.</param>
    /// <param name="say">Takes a line for the daemon's own file, and only that: what is said about sending must not be sent.</param>
    public static async Task<DaemonTelemetry> StartAsync(DaemonOptions options, DaemonPaths paths, Action<string> say)
    {
        var telemetry = new DaemonTelemetry(options, paths, say);
        await telemetry.ReloadAsync();
        return telemetry;
    }

    /// <summary>All destinations in a line.</summary>
    /// <returns>Null: there is none.</returns>
    public string? Summary() => _hub.Destinations is { Count: > 0 } all
        ? string.Join("; ", all.Select(d => d.Name == Destination.OfEnvironment ? d.Settings.ToString() : $"{d.Name}: {d.Preset?.Vendor ?? Place(d.Settings)}"))
        : null;

    /// <summary>Begins to push the metrics and the output of all instances. What was declared is known by now.</summary>
    public void Watch(ProcessSupervisor supervisor)
    {
        _supervisor = supervisor;
        foreach (var fault in _faults)
            _say($"telemetry: {fault}"); // the log was not there yet when they were found
        _hub.Begin(supervisor);
    }

    /// <summary>What sends the apps' output out of the store.</summary>
    public StreamSources Ship(LogStore store) => _output = new StreamSources(store);

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
    public Task FlushAsync(TimeSpan timeout) => _hub.FlushAsync(timeout);

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _own.Dispose();
    }

    private static string Place(OtlpSettings settings) => (settings.Logs ?? settings.Metrics ?? settings.Traces)!.Endpoint.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private static bool NeedsNoKey(Destination destination) =>
        Enum.GetValues<OtlpSignal>().All(s => destination.Settings.Of(s) is not { } settings || settings is { Headers.Count: 0, ClientKeyFile: null });

    private OtelView Show() => OtelViews.Of(_source.File.Path, _hub.Destinations, _faults, _hub.StateOf);

    private async Task<OtelView> ReloadAsync()
    {
        var (wanted, faults, areAll) = _source.Read(_hub.Destinations);
        _faults = [.. faults, .. await _hub.ApplyAsync(wanted, forget: areAll)];
        foreach (var fault in _supervisor is null ? [] : _faults)
            _say($"telemetry: {fault}");
        Changed?.Invoke();
        return Show();
    }

    private async Task<OtelTestView?> TestAsync(string? name, CancellationToken cancel) =>
        await OtelViews.TestAsync([.. _hub.Destinations.Where(d => name is null || d.Name == name)], cancel);
}
