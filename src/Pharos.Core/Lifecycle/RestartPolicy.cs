namespace Pharos.Core.Lifecycle;

/// <summary>When a process that ended by itself is started again.</summary>
public enum RestartMode
{
    /// <summary>After every end, code 0 too (PM2's <c>autorestart: true</c>).</summary>
    Always,

    /// <summary>After an end other than code 0.</summary>
    OnFailure,

    /// <summary>Never.</summary>
    Never,
}

/// <summary>Restart and stop rules of an app. Pure: every time comes from the events.</summary>
public sealed record RestartPolicy
{
    /// <summary>The longest delay that any policy gives, whatever was asked for.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);

    private static readonly TimeSpan DefaultWindow = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(1);
    private static readonly TimeSpan SpawnTime = TimeSpan.FromMilliseconds(250); // on a busy machine

    /// <summary>When an end is followed by a restart.</summary>
    public RestartMode Mode { get; init; } = RestartMode.Always;

    /// <summary>Exit codes after which the instance stays stopped.</summary>
    public EquatableArray<int> StopExitCodes { get; init; } = [];

    /// <summary>A process that lives shorter than this was unstable: its restart backs off.</summary>
    public TimeSpan MinUptime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Fixed delay before each restart after an end by itself.</summary>
    public TimeSpan RestartDelay { get; init; } = TimeSpan.Zero;

    /// <summary>First delay of the exponential back-off of unstable processes. Zero turns back-off off.</summary>
    public TimeSpan BackoffBase { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest delay of the exponential back-off.</summary>
    public TimeSpan BackoffCap { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Share of the delay that is random, 0..1: many instances that die together do not come back together.</summary>
    public double Jitter { get; init; } = 0.1;

    /// <summary>A process that lives this long is healthy: its back-off begins at the start again.</summary>
    public TimeSpan HealthyAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Crashes within <see cref="CrashWindow"/> after which the instance is given up. Zero: never.</summary>
    public int MaxCrashes { get; init; } = 10;

    /// <summary>The sliding window in which crashes are counted.</summary>
    public TimeSpan CrashWindow { get; init; } = DefaultWindow;

    /// <summary>After this time an instance that was given up as a crash loop is tried once more, with a clean slate; null: never by itself.</summary>
    public TimeSpan? RetryFailedAfter { get; init; }

    /// <summary>Time between the stop signal and SIGKILL.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Number of the stop signal. SIGINT, as PM2's apps expect it.</summary>
    public int StopSignal { get; init; } = 2;

    /// <summary>The delay before the restart that follows the n-th unstable end in a row.</summary>
    /// <param name="unstableInARow">0 for a stable process, 1 for the first unstable end, and so on.</param>
    /// <param name="seed">Anything that differs between instances and incarnations; gives the jitter.</param>
    /// <returns>Between <see cref="TimeSpan.Zero"/> and <see cref="LongestDelay"/>, for every input.</returns>
    public TimeSpan DelayFor(int unstableInARow, ulong seed)
    {
        var fixedDelay = Clamp(RestartDelay, LongestDelay);
        if (unstableInARow <= 0 || BackoffBase <= TimeSpan.Zero)
            return fixedDelay;

        // The exponent is capped before it is used: 2^n overflows sooner than one thinks, and a negative delay is a hot loop.
        var exponent = Math.Min(unstableInARow - 1, 30);
        var cap = Clamp(BackoffCap, LongestDelay).TotalMilliseconds;
        var delay = Math.Min(Clamp(BackoffBase, LongestDelay).TotalMilliseconds * Math.Pow(2, exponent), cap);
        var share = Math.Clamp(double.IsNaN(Jitter) ? 0 : Jitter, 0, 1);
        delay -= delay * share * Unit(seed);
        return Clamp(TimeSpan.FromMilliseconds(Math.Max(delay, fixedDelay.TotalMilliseconds)), LongestDelay);
    }

    /// <summary>The crash window for whom nobody asked for one: <see cref="MaxCrashes"/> unstable ends in a row, with the waits between them, always fall into it.</summary>
    /// <returns>At least the default of <see cref="CrashWindow"/>, and a day at most: an app that backs off to 15 s needs hours for a thousand crashes.</returns>
    public TimeSpan FittingWindow()
    {
        var even = this with { Jitter = 0 };
        var (needed, steady) = (TimeSpan.Zero, Math.Min(MaxCrashes, 32)); // from there on the back-off no longer grows
        for (var crash = 1; crash < steady; crash++)
            needed += even.DelayFor(crash, 0);
        var seconds = needed.TotalSeconds + ((double)(MaxCrashes - steady) * even.DelayFor(steady, 0).TotalSeconds)
            + (MaxCrashes * (Clamp(MinUptime, LongestWindow) + SpawnTime).TotalSeconds);
        return seconds <= DefaultWindow.TotalSeconds ? DefaultWindow : seconds >= LongestWindow.TotalSeconds ? LongestWindow : TimeSpan.FromSeconds(seconds);
    }

    private static TimeSpan Clamp(TimeSpan value, TimeSpan max) =>
        value < TimeSpan.Zero ? TimeSpan.Zero : value > max ? max : value;

    /// <summary>splitmix64: a seed to a number in [0, 1).</summary>
    private static double Unit(ulong seed)
    {
        var z = seed + 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
