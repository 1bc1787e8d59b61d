namespace Pharos.Exporters.Pipeline;

/// <summary>What the owner of a pipeline may choose.</summary>
public sealed class OtlpPipelineOptions
{
    /// <summary>Where it is noted what was delivered, and where events wait; null: in memory, and the next pipeline knows nothing of it.</summary>
    public string? Folder { get; init; }

    /// <summary>How far back the output goes that a destination gets which was not known before; zero: from now on.</summary>
    public TimeSpan LookBack { get; init; }

    /// <summary>Most bytes of spans that wait or are on their way.</summary>
    public long MaxQueueBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Largest request before compression, bytes. gRPC servers take 4 MiB by default.</summary>
    public int MaxRequestBytes { get; init; } = 3 * 1024 * 1024;

    /// <summary>Called once for each event that will not be delivered, with its service.instance.id and one of <see cref="Telemetry.Catalogue.LogDropReasons"/>. Must not block.</summary>
    /// <remarks>A partial success does not say which records were refused: the number is exact, the first ones of the request stand for them.</remarks>
    public Action<string, string>? OnEventDropped { get; init; }

    /// <summary>One sentence for the daemon's own log when a destination goes away or comes back, or refuses something. Must not block.</summary>
    public Action<string>? OnNotice { get; init; }

    /// <summary>Where is counted; null: in counters of its own. Several pipelines of a process share one, for a metric has one owner.</summary>
    public ExportStatistics? Statistics { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Makes the HTTP handler of each client; null: the usual one.</summary>
    public Func<HttpMessageHandler>? HandlerFactory { get; init; }
}
