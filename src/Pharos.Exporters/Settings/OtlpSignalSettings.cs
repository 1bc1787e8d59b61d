using System.Globalization;

namespace Pharos.Exporters.Settings;

/// <summary>The three OTLP signals.</summary>
public enum OtlpSignal
{
    /// <summary>Log records and events.</summary>
    Logs,

    /// <summary>Metric points.</summary>
    Metrics,

    /// <summary>Spans.</summary>
    Traces,
}

/// <summary>How OTLP is spoken.</summary>
public enum OtlpTransport
{
    /// <summary>Protobuf in a POST.</summary>
    HttpProtobuf,

    /// <summary>gRPC over HTTP/2.</summary>
    Grpc,
}

/// <summary>Where one signal goes and how.</summary>
public sealed class OtlpSignalSettings
{
    /// <summary>The URL as it is used; for gRPC only its scheme, host and port count.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Protocol.</summary>
    public OtlpTransport Transport { get; init; }

    /// <summary>Headers of every request. Secrets: never printed.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Requests are compressed.</summary>
    public bool Gzip { get; init; }

    /// <summary>Longest wait for one answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>PEM file of the authority that signed the server's certificate; null: the system's.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of our own certificate; null: none is shown.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>PEM file of its key; null when <see cref="ClientCertificateFile"/> is.</summary>
    public string? ClientKeyFile { get; init; }

    /// <summary>Largest request before compression, bytes; null: what the pipeline takes for all.</summary>
    public int? MaxRequestBytes { get; init; }

    /// <summary>Most records or data points of a request; null: what the pipeline takes for all.</summary>
    public int? MaxItems { get; init; }

    /// <summary>The destination without user, password, query and headers.</summary>
    public string Display => Endpoint.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Display} ({(Transport == OtlpTransport.Grpc ? "grpc" : "http/protobuf")}, {(Gzip ? "gzip" : "plain")}, {Headers.Count} headers, timeout {Timeout.TotalMilliseconds} ms)");
}
