namespace Pharos.Core.Lifecycle;

/// <summary>How a process ended, as wait status words it.</summary>
/// <param name="Code">Exit code 0..255, or <see langword="null"/> when it ended by a signal or nobody knows.</param>
/// <param name="Signal">Signal number, or <see langword="null"/> when it exited by itself or nobody knows.</param>
/// <param name="OomKilled">The kernel's out-of-memory killer did it.</param>
/// <remarks>Both null means unknown: the process was adopted and the kernel no longer tells.</remarks>
public readonly record struct ExitStatus(int? Code, int? Signal, bool OomKilled = false)
{
    /// <summary>Nobody knows how it ended.</summary>
    public static ExitStatus Unknown => new(null, null);

    /// <summary>Exit code 0.</summary>
    public bool IsSuccess => Code == 0;

    /// <summary>The reason of an end that nobody asked for.</summary>
    /// <returns><see cref="ExitReason.Success"/>, <see cref="ExitReason.ErrorCode"/>, <see cref="ExitReason.Signal"/>,
    /// <see cref="ExitReason.OomKill"/> or <see cref="ExitReason.Lost"/>.</returns>
    public ExitReason UnaskedReason() => this switch
    {
        { OomKilled: true } => ExitReason.OomKill,
        { Signal: not null } => ExitReason.Signal,
        { Code: 0 } => ExitReason.Success,
        { Code: not null } => ExitReason.ErrorCode,
        _ => ExitReason.Lost,
    };
}
