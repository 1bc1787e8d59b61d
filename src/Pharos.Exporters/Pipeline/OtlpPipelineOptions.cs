using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Pipeline;

/// <summary>What the owner of a pipeline may choose.</summary>
public sealed class OtlpPipelineOptions
{
    /// <summary>Most bytes of log records that wait or are on their way.</summary>
    public long MaxQueueBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Largest request before compression, bytes. gRPC servers take 4 MiB by default.</summary>
    public int MaxRequestBytes { get; init; } = 3 * 1024 * 1024;

    /// <summary>Called once for each record that will not be delivered, with its <see cref="DropReasons"/>; also when TryWrite returned false. Must not block.</summary>
    /// <remarks>A partial success does not say which records were refused: the number of calls is exact, the records are the first ones of the request.</remarks>
    public Action<LogRecord, string>? OnDropped { get; init; }

    /// <summary>One sentence for the daemon's own log when a destination goes away or comes back, or refuses something. Must not block.</summary>
    public Action<string>? OnNotice { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Makes the HTTP handler of each client; null: the usual one.</summary>
    public Func<HttpMessageHandler>? HandlerFactory { get; init; }
}
