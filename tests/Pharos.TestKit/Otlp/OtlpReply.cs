namespace Pharos.TestKit.Otlp;

/// <summary>What the receiver does with a request.</summary>
public abstract record OtlpReply
{
    private OtlpReply()
    {
    }

    /// <summary>Takes it.</summary>
    public sealed record Ok : OtlpReply;

    /// <summary>Takes it but for some items.</summary>
    public sealed record Partial(int Rejected) : OtlpReply;

    /// <summary>Answers an HTTP status, over gRPC too (as a proxy would).</summary>
    public sealed record Status(int Code, string? RetryAfter = null) : OtlpReply;

    /// <summary>Answers a gRPC status, with a RetryInfo where a delay is given.</summary>
    public sealed record Grpc(int Code, TimeSpan? RetryDelay = null) : OtlpReply;

    /// <summary>Never answers; ends when the client does.</summary>
    public sealed record Silence : OtlpReply;

    /// <summary>Resets the connection.</summary>
    public sealed record Reset : OtlpReply;

    /// <summary>Answers 200 and a body without end.</summary>
    public sealed record Flood : OtlpReply;
}
