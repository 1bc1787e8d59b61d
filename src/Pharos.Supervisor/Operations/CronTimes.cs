using Pharos.Core.Schedules;

namespace Pharos.Supervisor.Operations;

/// <summary>From a validated pattern and zone to times.</summary>
internal static class CronTimes
{
    /// <summary>The first time of a pattern after another.</summary>
    /// <param name="pattern">Cron pattern.</param>
    /// <param name="zone">IANA name; null, or one that this machine no longer has: the host's.</param>
    /// <param name="after">Exclusive.</param>
    /// <returns>Null when there is none.</returns>
    public static DateTimeOffset? Next(string pattern, string? zone, DateTimeOffset after)
    {
        var clock = zone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? found : TimeZoneInfo.Local;
        return CronExpression.TryParse(pattern, out var cron, out _) ? cron.Next(after, clock) : null;
    }
}
