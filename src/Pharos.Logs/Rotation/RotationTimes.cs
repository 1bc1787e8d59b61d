namespace Pharos.Logs.Rotation;

/// <summary>Days as people here have them.</summary>
internal static class RotationTimes
{
    /// <summary>The local day of a time.</summary>
    public static DateOnly DayOf(long unixNanos) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(unixNanos / 1_000_000), TimeZoneInfo.Local).DateTime);
}
