using Pharos.Exporters.Settings;
using Serilog.Core;
using Serilog.Events;

namespace Serilog.Sinks.OpenTelemetry;

/// <summary>Where the sink sends to and what.</summary>
public class OpenTelemetrySinkOptions
{
    /// <summary>Base URL for both signals; a trailing <c>/v1/logs</c> or <c>/v1/traces</c> is understood.</summary>
    public string Endpoint { get; set; } = "http://localhost:4317";

    /// <summary>URL of logs as it is used; null: from <see cref="Endpoint"/>.</summary>
    public string? LogsEndpoint { get; set; }

    /// <summary>URL of spans as it is used; null: from <see cref="Endpoint"/>.</summary>
    public string? TracesEndpoint { get; set; }

    /// <summary>Where logs go with everything that belongs to it (compression, timeout, certificates); wins over endpoint, protocol and headers. Ours: the
    /// package whose options these are has no such thing.</summary>
    public OtlpSignalSettings? LogsDestination { get; set; }

    /// <summary>Protocol.</summary>
    public OtlpProtocol Protocol { get; set; } = OtlpProtocol.Grpc;

    /// <summary>Headers of every request.</summary>
    public IDictionary<string, string> Headers { get; set; } = new Dictionary<string, string>();

    /// <summary>Attributes of the resource.</summary>
    public IDictionary<string, object> ResourceAttributes { get; set; } = new Dictionary<string, object>();

    /// <summary>What goes into a record.</summary>
    public IncludedData IncludedData { get; set; } =
        IncludedData.MessageTemplateTextAttribute | IncludedData.TraceIdField | IncludedData.SpanIdField | IncludedData.SpecRequiredResourceAttributes;

    /// <summary>Lowest level.</summary>
    public LogEventLevel RestrictedToMinimumLevel { get; set; } = LevelAlias.Minimum;

    /// <summary>Lowest level, to be changed while running; wins.</summary>
    public LoggingLevelSwitch? LevelSwitch { get; set; }

    /// <summary>In place of the usual HTTP handler.</summary>
    public HttpMessageHandler? HttpMessageHandler { get; set; }

    /// <summary>Called around each request; what it returns is disposed afterwards. The requests are suppressed for the OpenTelemetry SDK anyway.</summary>
    public Func<IDisposable>? OnBeginSuppressInstrumentation { get; set; }
}

/// <summary>Options of the batched sink.</summary>
public sealed class BatchedOpenTelemetrySinkOptions : OpenTelemetrySinkOptions
{
    /// <summary>How events are batched.</summary>
    public BatchingOptions BatchingOptions { get; } = new();
}

/// <summary>How events are batched. (Serilog 4 has this type itself.)</summary>
public sealed class BatchingOptions
{
    /// <summary>The first event is sent at once, so that a wrong endpoint shows early.</summary>
    public bool EagerlyEmitFirstEvent { get; set; } = true;

    /// <summary>Most events of one request.</summary>
    public int BatchSizeLimit { get; set; } = 1000;

    /// <summary>Longest wait of an event for company.</summary>
    public TimeSpan BufferingTimeLimit { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Most events that wait; null: no limit.</summary>
    public int? QueueLimit { get; set; } = 100_000;
}
