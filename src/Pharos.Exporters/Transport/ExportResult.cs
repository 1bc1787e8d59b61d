namespace Pharos.Exporters.Transport;

/// <summary>How an export ended.</summary>
public enum ExportOutcome
{
    /// <summary>The server took it, all of it or (<see cref="ExportResult.Rejected"/>) a part.</summary>
    Delivered,

    /// <summary>The server will never take it.</summary>
    Refused,

    /// <summary>The server takes nothing of this size.</summary>
    TooLarge,

    /// <summary>The caller ended the retries; the server may or may not have it.</summary>
    GivenUp,
}

/// <summary>The end of an export.</summary>
/// <param name="Outcome">How.</param>
/// <param name="Rejected">Items that the server refused of a request that it took otherwise.</param>
/// <param name="ErrorType">Null when delivered; else HTTP status, gRPC status or a word such as <c>timeout</c>. Of few values, no secret in it.</param>
/// <param name="Attempts">Requests sent.</param>
public readonly record struct ExportResult(ExportOutcome Outcome, long Rejected, string? ErrorType, int Attempts);

/// <summary>What one request came to.</summary>
internal readonly record struct Answer(Verdict Verdict, long Rejected = 0, string? ErrorType = null, TimeSpan? RetryAfter = null)
{
    /// <summary>HTTP status; of gRPC only where no gRPC status came.</summary>
    public int? Status { get; init; }

    /// <summary>What the server said about it; only where somebody listens. It may quote a key: not for logs.</summary>
    public string? Said { get; init; }
}

internal enum Verdict
{
    Taken,
    Refused,
    TooLarge,
    Retry,
}
