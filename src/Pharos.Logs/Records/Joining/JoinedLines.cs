namespace Pharos.Logs.Records.Joining;

/// <summary>Lines that belong together: one record.</summary>
/// <param name="first">Position of the first byte.</param>
/// <param name="next">Position behind the last line.</param>
/// <param name="unixNanos">When the first line was read.</param>
/// <param name="bytes">The lines.</param>
/// <param name="part">Which part.</param>
/// <param name="lines">How many.</param>
public readonly ref struct JoinedLines(long first, long next, long unixNanos, ReadOnlySpan<byte> bytes, int part, int lines)
{
    /// <summary>Position of the first byte.</summary>
    public long First { get; } = first;

    /// <summary>Position behind the last line, where reading goes on.</summary>
    public long Next { get; } = next;

    /// <summary>When the first line was read, Unix nanoseconds.</summary>
    public long UnixNanos { get; } = unixNanos;

    /// <summary>The lines as written, newlines between them; valid during the call only.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>0, or which part of an over-long line it is, from 1.</summary>
    public int Part { get; } = part;

    /// <summary>How many lines.</summary>
    public int Lines { get; } = lines;
}

/// <summary>Receives a record's lines.</summary>
/// <param name="lines">The lines.</param>
public delegate void JoinedHandler(in JoinedLines lines);
