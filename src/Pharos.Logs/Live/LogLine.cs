using Pharos.Core.Identity;

namespace Pharos.Logs.Live;

/// <summary>One line of output.</summary>
/// <param name="Key">Whose.</param>
/// <param name="Stderr">Which stream.</param>
/// <param name="AtUnixNanos">When it was read; 0 for lines that are older than this daemon.</param>
/// <param name="Bytes">The line as written, without its newline.</param>
public sealed record LogLine(InstanceKey Key, bool Stderr, long AtUnixNanos, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Above 0: no line, but so many that a follower missed at this place.</summary>
    public long Missed { get; init; }
}
