namespace Pharos.Supervisor.Actors;

/// <summary>What a timer can be set to.</summary>
internal static class Timers
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49); // System.Threading.Timer counts milliseconds in 32 bits, and throws beyond them

    /// <summary>A delay that no timer refuses.</summary>
    /// <param name="delay">The delay; a setting may be a year.</param>
    /// <returns>49 days at most.</returns>
    public static TimeSpan Bounded(TimeSpan delay) => delay < TimeSpan.Zero ? TimeSpan.Zero : delay > Longest ? Longest : delay;
}
