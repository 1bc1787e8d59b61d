namespace Pharos.Exporters.Transport;

/// <summary>How long to wait before the next try: exponential with jitter, capped.</summary>
public static class RetryBackoff
{
    /// <summary>The longest own wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait that a server may order; a broken header must not silence us for a year.</summary>
    public static readonly TimeSpan LongestOrdered = TimeSpan.FromMinutes(10);

    /// <summary>The delay before a retry.</summary>
    /// <param name="retry">0 for the first one.</param>
    /// <param name="jitter">0 to 1.</param>
    /// <param name="ordered">What the server asked for; null: nothing.</param>
    /// <returns>Between half of the step and the step (1, 2, 4 … 30 s); what was ordered, plus up to a tenth.</returns>
    public static TimeSpan Delay(int retry, double jitter, TimeSpan? ordered)
    {
        if (ordered is { } wait)
            return (wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestOrdered ? LongestOrdered : wait) * (1 + (0.1 * jitter));
        var step = retry >= 5 ? Longest : TimeSpan.FromSeconds(1 << Math.Max(0, retry));
        return step * (0.5 + (0.5 * jitter));
    }
}
