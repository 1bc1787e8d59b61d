namespace Pharos.Core.Specs.Logs;

/// <summary>When a new log file is begun, and which old ones go. Whatever limit is reached first counts.</summary>
public sealed record LogRotation
{
    /// <summary>False: the files grow for ever, or somebody else rotates them.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>A file that reaches this is rotated, bytes.</summary>
    public long SizeBytes { get; init; } = 10L << 20;

    /// <summary>Rotated files older than this are deleted; null: age does not matter.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>How many rotated files of a stream are kept; 0: any number, as far as <see cref="TotalBytes"/> goes.</summary>
    public int Keep { get; init; } = 10;

    /// <summary>Whether a new file begins at each local midnight as well.</summary>
    public bool Daily { get; init; }

    /// <summary>How rotated files are compressed.</summary>
    public LogCompression Compression { get; init; } = LogCompression.Gzip;

    /// <summary>What all log files of the app may take together, bytes: beyond it the oldest are deleted.</summary>
    public long TotalBytes { get; init; } = 1L << 30;
}

/// <summary>How lines that belong together become one record.</summary>
public sealed record LogMultiline
{
    /// <summary>False: each line is a record.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Regular expression (without backreferences and lookarounds) of a record's first line; null: stack traces of the known languages are joined.</summary>
    public string? Start { get; init; }

    /// <summary>How long a record waits for further lines.</summary>
    public TimeSpan Flush { get; init; } = TimeSpan.FromMilliseconds(500);
}

/// <summary>What is taken out of records. Values of secret variables always are.</summary>
public sealed record LogRedaction
{
    /// <summary>Whether the usual secrets are looked for: tokens, keys, passwords, card numbers.</summary>
    public bool Defaults { get; init; } = true;

    /// <summary>Regular expressions (without backreferences and lookarounds): what matches is masked; where one has a group named <c>secret</c>, that only.</summary>
    public EquatableArray<string> Patterns { get; init; } = [];
}

/// <summary>The share of a severity that is shipped.</summary>
/// <param name="Level">The severity.</param>
/// <param name="Share">0: none, to 1: all.</param>
public sealed record LogSample(LogLevel Level, double Share);

/// <summary>What may wait for a receiver that is away. The log files are the buffer: these caps do not make them longer.</summary>
public sealed record LogBuffer
{
    /// <summary>Most bytes of an app that wait.</summary>
    public long SizeBytes { get; init; } = 1L << 30;

    /// <summary>What is older is not shipped any more.</summary>
    public TimeSpan Age { get; init; } = TimeSpan.FromDays(7);
}
