namespace Serilog.Sinks.OpenTelemetry;

/// <summary>How OTLP is spoken.</summary>
public enum OtlpProtocol
{
    /// <summary>gRPC over HTTP/2.</summary>
    Grpc,

    /// <summary>Protobuf in a POST.</summary>
    HttpProtobuf,
}
