using Pharos.Exporters.Settings;
using Pharos.Exporters.Transport;
using Pharos.Exporters.Wire;
using Pharos.Telemetry;
using Pharos.Telemetry.Records;
using Serilog.Events;

namespace Serilog.Sinks.OpenTelemetry;

/// <summary>Sends batches of Serilog's events: records to the logs endpoint, events that are spans to the traces endpoint.</summary>
internal sealed class OtlpEventExporter : IDisposable
{
    private readonly OtlpClient _logs;
    private readonly OtlpClient _traces;
    private readonly TelemetryResource _resource;
    private readonly EventConverter _converter;
    private readonly Func<IDisposable>? _suppress;

    public OtlpEventExporter(OpenTelemetrySinkOptions options, TimeProvider? time = null)
    {
        _resource = Resource(options);
        _converter = new EventConverter(_resource, options.IncludedData);
        _suppress = options.OnBeginSuppressInstrumentation;
        _logs = new OtlpClient(OtlpSignal.Logs, EndpointRules.Destination(options, OtlpSignal.Logs), time, options.HttpMessageHandler);
        _traces = new OtlpClient(OtlpSignal.Traces, EndpointRules.Destination(options, OtlpSignal.Traces), time, options.HttpMessageHandler);
    }

    /// <summary>Sends them.</summary>
    /// <returns>The first error type; null: all delivered.</returns>
    public async Task<string?> SendAsync(IReadOnlyCollection<LogEvent> events, CancellationToken cancel)
    {
        using var theirs = _suppress?.Invoke();
        using var writer = new ProtobufWriter();
        string? error = null;
        Write(writer, events.Where(e => !EventConverter.IsSpan(e)), e => OtlpEncoder.LogRecord(writer, _converter.ToRecord(e)));
        if (writer.Length > 0)
            error = (await _logs.SendAsync(writer.Written, cancel)).ErrorType;
        writer.Clear();
        Write(writer, events.Where(EventConverter.IsSpan), e => OtlpEncoder.Span(writer, _converter.ToSpan(e)));
        if (writer.Length > 0)
            error ??= (await _traces.SendAsync(writer.Written, cancel)).ErrorType;
        return error;
    }

    public void RetryNow()
    {
        _logs.RetryNow();
        _traces.RetryNow();
    }

    public void Dispose()
    {
        _logs.Dispose();
        _traces.Dispose();
    }

    /// <summary>One resource; one scope per SourceContext.</summary>
    private void Write(ProtobufWriter writer, IEnumerable<LogEvent> events, Action<LogEvent> write)
    {
        var scopes = events.GroupBy(EventConverter.ScopeOf).ToArray();
        if (scopes.Length == 0)
            return;
        var outer = writer.Begin(1);
        OtlpCommon.Resource(writer, _resource);
        foreach (var events1 in scopes)
        {
            var scope = writer.Begin(2);
            if (events1.Key is { } name)
                OtlpCommon.Scope(writer, name);
            foreach (var e in events1)
                write(e);
            writer.End(scope);
        }

        writer.End(outer);
    }

    private static TelemetryResource Resource(OpenTelemetrySinkOptions options)
    {
        var attributes = new Dictionary<string, object>(options.ResourceAttributes);
        if (options.IncludedData.HasFlag(IncludedData.SpecRequiredResourceAttributes))
        {
            attributes.TryAdd("service.name", "unknown_service:" + (Path.GetFileNameWithoutExtension(Environment.ProcessPath) ?? "dotnet"));
            attributes.TryAdd("telemetry.sdk.name", "pharos"); // "opentelemetry" is reserved for the SDK itself
            attributes.TryAdd("telemetry.sdk.language", "dotnet");
            attributes.TryAdd("telemetry.sdk.version", PharosActivity.Version);
        }

        return new TelemetryResource([.. attributes.Select(a => (a.Key, a.Value))]);
    }
}
