namespace Pharos.Contracts;

/// <summary>Where telemetry goes. Values of headers are never in it.</summary>
public sealed record OtelView
{
    /// <summary>The settings file.</summary>
    public required string File { get; init; }

    /// <summary>Why the settings file, or a part of it, is not in force; one line each.</summary>
    public required IReadOnlyList<string> Faults { get; init; }

    /// <summary>The destinations, by name.</summary>
    public required IReadOnlyList<OtelDestinationView> Destinations { get; init; }
}

/// <summary>One destination.</summary>
public sealed record OtelDestinationView
{
    /// <summary>Its name; <c>environment</c>: of the OTEL_* variables of the daemon.</summary>
    public required string Name { get; init; }

    /// <summary>Its preset; null: none.</summary>
    public string? Preset { get; init; }

    /// <summary><c>cumulative</c>, <c>delta</c> or <c>lowmemory</c>.</summary>
    public required string Temporality { get; init; }

    /// <summary><c>explicit</c> or <c>exponential</c>.</summary>
    public required string Histograms { get; init; }

    /// <summary>Headers: the name, and where its value comes from.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Logs, metrics and traces, in this order.</summary>
    public required IReadOnlyList<OtelSignalView> Signals { get; init; }

    /// <summary>A certificate is shown to the server.</summary>
    public bool ClientCertificate { get; init; }
}

/// <summary>One signal on its way to a destination.</summary>
public sealed record OtelSignalView
{
    /// <summary><c>logs</c>, <c>metrics</c> or <c>traces</c>.</summary>
    public required string Signal { get; init; }

    /// <summary>URL without user, password and query; null: it is not sent.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Why it is not sent; null when it is.</summary>
    public string? NotSent { get; init; }

    /// <summary><c>http/protobuf</c> or <c>grpc</c>; null when it is not sent.</summary>
    public string? Protocol { get; init; }

    /// <summary><c>gzip</c> or <c>none</c>; null when it is not sent.</summary>
    public string? Compression { get; init; }

    /// <summary>Largest request before compression, bytes; null: as usual.</summary>
    public int? MaxRequestBytes { get; init; }

    /// <summary>The error that is being retried now; null: none is known.</summary>
    public string? Trouble { get; init; }

    /// <summary>Bytes that wait for it; null: not counted for this signal, or no daemon runs.</summary>
    public long? BacklogBytes { get; init; }
}

/// <summary>What came of a test.</summary>
public sealed record OtelTestView
{
    /// <summary>One result for each signal of each destination.</summary>
    public required IReadOnlyList<OtelTestResultView> Results { get; init; }
}

/// <summary>What came of one tiny request.</summary>
public sealed record OtelTestResultView
{
    /// <summary>Name of the destination.</summary>
    public required string Destination { get; init; }

    /// <summary><c>logs</c>, <c>metrics</c> or <c>traces</c>.</summary>
    public required string Signal { get; init; }

    /// <summary>URL; null: it is not sent.</summary>
    public string? Endpoint { get; init; }

    /// <summary><c>ok</c>, <c>skipped</c> or <c>failed</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>A word for programs: an HTTP or gRPC status, or for example <c>refused</c>.</summary>
    public required string Code { get; init; }

    /// <summary>What it means and what to do, for people.</summary>
    public required string Explanation { get; init; }

    /// <summary>What the server said about it, one line; null: nothing.</summary>
    public string? Server { get; init; }
}
