namespace Pharos.Contracts;

/// <summary>One line of output, as <c>GET /v1/logs</c> with <c>Accept: application/x-ndjson</c> and <c>pharos logs --json</c> give it.</summary>
public sealed record LogLineView
{
    /// <summary>App name; empty when the line is about the stream itself (<see cref="Missed"/>).</summary>
    public required string App { get; init; }

    /// <summary>Slot.</summary>
    public required int Index { get; init; }

    /// <summary>stdout or stderr.</summary>
    public required string Stream { get; init; }

    /// <summary>When the daemon read it; null when that is not known.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The line without its newline.</summary>
    public required string Line { get; init; }

    /// <summary>1, 2, … for the parts of an over-long line; null for a whole one.</summary>
    public int? Part { get; init; }

    /// <summary>trace, debug, info, warn, error or fatal; null when the line declares none, and in the live stream.</summary>
    public string? Severity { get; init; }

    /// <summary>The severity as the app wrote it.</summary>
    public string? SeverityText { get; init; }

    /// <summary>The message without what stands around it; null when the whole line is the message.</summary>
    public string? Message { get; init; }

    /// <summary>What else the line declares, as text.</summary>
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }

    /// <summary>32 hexadecimal digits; null: none.</summary>
    public string? TraceId { get; init; }

    /// <summary>16 hexadecimal digits; null: none.</summary>
    public string? SpanId { get; init; }

    /// <summary>So many lines before this one were dropped, because this reader is slow; they are in the log files. Null: none.</summary>
    public long? Missed { get; init; }
}

/// <summary>One stream of the log store: what goes into one log file and its rotations.</summary>
public sealed record LogStreamView
{
    /// <summary>Its folder in the store: the catalogue and the index of its files.</summary>
    public required string Folder { get; init; }

    /// <summary>The log file that is written.</summary>
    public required string Path { get; init; }

    /// <summary>The instances asked for whose output goes into it, as APP:INDEX.</summary>
    public required IReadOnlyList<string> Instances { get; init; }
}

/// <summary>The first line of <c>GET /v1/logs?positions=1</c>: where the live stream begins, so that the past can be read up to there out of the files.</summary>
public sealed record LogStartView
{
    /// <summary>Position in each stream, by its folder: lines before it are in the files, lines from it on follow.</summary>
    public required IReadOnlyDictionary<string, long> Positions { get; init; }
}

/// <summary>One kind of error, as <c>pharos logs errors --json</c> gives it.</summary>
public sealed record LogErrorView
{
    /// <summary>App name.</summary>
    public required string App { get; init; }

    /// <summary>error or fatal, or a lower one that was asked for.</summary>
    public required string Severity { get; init; }

    /// <summary>What is the same in every case: values are left out.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>How often it came.</summary>
    public required long Count { get; init; }

    /// <summary>When first.</summary>
    public required DateTimeOffset FirstAt { get; init; }

    /// <summary>When last.</summary>
    public required DateTimeOffset LastAt { get; init; }

    /// <summary>Slot of the instance of the last case.</summary>
    public required int LastIndex { get; init; }

    /// <summary>The last case, its stack trace included.</summary>
    public required string Example { get; init; }

    /// <summary>Trace of the last case that names one; null: none does.</summary>
    public string? TraceId { get; init; }
}
