namespace Pharos.Telemetry.Catalogue;

/// <summary>Why a line never reached its destination: the closed set of <c>pharos.log.drop.reason</c>.</summary>
public static class LogDropReasons
{
    /// <summary>A queue in memory had no room.</summary>
    public const string QueueFull = "queue_full";

    /// <summary>The destination refused it, or it is larger than a request may be.</summary>
    public const string Rejected = "rejected";

    /// <summary>We stopped before it was delivered.</summary>
    public const string Shutdown = "shutdown";

    /// <summary>The log file could not take it, and nothing held it meanwhile.</summary>
    public const string WriteFailed = "write_failed";

    /// <summary>Somebody truncated the file that it stood in.</summary>
    public const string Truncated = "truncated";

    /// <summary>More waited for the destination than the app's <c>buffer.size</c>: the oldest went.</summary>
    public const string BufferFull = "buffer_full";

    /// <summary>It waited for the destination longer than the app's <c>buffer.age</c>.</summary>
    public const string Expired = "expired";

    /// <summary>Its file was rotated away or deleted before the destination had it.</summary>
    public const string Rotated = "rotated";

    /// <summary>Less severe than the app's least level.</summary>
    public const string Level = "level";

    /// <summary>Left out by the app's sampling.</summary>
    public const string Sampled = "sampled";

    /// <summary>More waited to be read from the app than <c>max_unread</c>, because the log file could not take it.</summary>
    public const string Unread = "unread";

    /// <summary>All of them. Saved counters are by place: new ones go to the end.</summary>
    public static IReadOnlyList<string> All { get; } =
        [QueueFull, Rejected, Shutdown, WriteFailed, Truncated, BufferFull, Expired, Rotated, Level, Sampled, Unread];

    /// <summary>Those that a shipper counts: what its checkpoint holds besides positions.</summary>
    public static IReadOnlyList<string> OfShipping { get; } = [Rejected, BufferFull, Expired, Rotated, Level, Sampled];
}
