namespace Pharos.Core.Specs.Logs;

/// <summary>How the lines of a log file look.</summary>
public enum LogFormat
{
    /// <summary>The bytes as the app wrote them.</summary>
    Raw,

    /// <summary>One JSON object per line.</summary>
    Json,

    /// <summary>key=value pairs.</summary>
    Logfmt,

    /// <summary>Columns between bars.</summary>
    Delimiter,

    /// <summary>For people: time, level, message.</summary>
    Console,
}

/// <summary>How the rotated files are compressed.</summary>
public enum LogCompression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>gzip(1).</summary>
    Gzip,

    /// <summary>zstd(1).</summary>
    Zstd,
}

/// <summary>What happens to output that comes faster than it can be kept.</summary>
public enum LogOverflow
{
    /// <summary>It is left out and counted; the app never waits.</summary>
    Drop,

    /// <summary>The app waits.</summary>
    Block,
}

/// <summary>What the lines of an app are taken for, when records are made of them.</summary>
public enum LogParse
{
    /// <summary>Each line is looked at.</summary>
    Auto,

    /// <summary>Text without severity: the line is the body and nothing more is read out of it.</summary>
    None,

    /// <summary>JSON objects.</summary>
    Json,

    /// <summary>key=value pairs, values with or without quotes.</summary>
    Logfmt,

    /// <summary>NocoBase's columns between bars.</summary>
    Delimiter,

    /// <summary>NocoBase's lines for people.</summary>
    Console,

    /// <summary>RFC 3164 and RFC 5424, with or without priority.</summary>
    Syslog,
}

/// <summary>Severities, as numbers of OpenTelemetry's scale where each band begins.</summary>
public enum LogLevel
{
    /// <summary>1 to 4.</summary>
    Trace = 1,

    /// <summary>5 to 8.</summary>
    Debug = 5,

    /// <summary>9 to 12.</summary>
    Info = 9,

    /// <summary>13 to 16.</summary>
    Warn = 13,

    /// <summary>17 to 20.</summary>
    Error = 17,

    /// <summary>21 to 24.</summary>
    Fatal = 21,
}

/// <summary>What happens to the output of an app. The paths of its two usual files are <see cref="AppSpec.OutFile"/> and <see cref="AppSpec.ErrFile"/>.</summary>
public sealed record LogSpec
{
    /// <summary>In place of a path: the usual file in the home.</summary>
    public const string DefaultFile = "default";

    /// <summary>In place of a path: no file.</summary>
    public const string NoFile = "/dev/null";

    /// <summary>The format that <c>time: true</c> stands for; PM2's.</summary>
    public const string PlainTime = "YYYY-MM-DDTHH:mm:ss";

    /// <summary>Neither files nor followers nor records: what is printed is read, counted and forgotten.</summary>
    public bool Off { get; init; }

    /// <summary>Absolute path of a file that takes both streams besides their own files; <see cref="DefaultFile"/>; null: none.</summary>
    public string? CombinedFile { get; init; }

    /// <summary>Absolute path of a file that takes lines of severity error and above besides the others; <see cref="DefaultFile"/>; null: none.</summary>
    public string? ErrorsFile { get; init; }

    /// <summary>Whether all instances write into the same files.</summary>
    public bool Merge { get; init; }

    /// <summary>How the lines of the files look.</summary>
    public LogFormat Format { get; init; } = LogFormat.Raw;

    /// <summary>Time at the beginning of each line (and in the structured formats' time): day.js tokens such as <see cref="PlainTime"/>; a text with a percent sign is strftime(3)'s;
    /// <c>iso</c> is ISO 8601 with milliseconds and zone, <c>unix</c> and <c>unix_ms</c> are numbers. Null: none.</summary>
    public string? TimeFormat { get; init; }

    /// <summary>When a new file is begun and old ones go.</summary>
    public LogRotation Rotation { get; init; } = new();

    /// <summary>Most bytes that may wait to be read, all instances of the app together. Null: <see cref="LeastUnreadBytes"/>, or a quarter of what is free where that is more.</summary>
    public long? MaxUnreadBytes { get; init; }

    /// <summary>So much may wait however little is free, unless <see cref="MaxUnreadBytes"/> says less.</summary>
    public const long LeastUnreadBytes = 64L << 20;

    /// <summary>What happens beyond that.</summary>
    public LogOverflow Overflow { get; init; } = LogOverflow.Drop;

    /// <summary>Longest line, bytes; a longer one is split and each part marked.</summary>
    public int MaxLineBytes { get; init; } = 65_536;

    /// <summary>What the lines are taken for.</summary>
    public LogParse Parse { get; init; } = LogParse.Auto;

    /// <summary>How lines that belong together become one record.</summary>
    public LogMultiline Multiline { get; init; } = new();

    /// <summary>What never leaves the machine.</summary>
    public LogRedaction Redaction { get; init; } = new();

    /// <summary>Least severity that is shipped; null: all. Lines without a severity are shipped whatever it is.</summary>
    public LogLevel? Level { get; init; }

    /// <summary>Of which severities only a share is shipped.</summary>
    public EquatableArray<LogSample> Samples { get; init; } = [];

    /// <summary>Whether records are shipped at all.</summary>
    public bool Ship { get; init; } = true;

    /// <summary>What may wait for the receiver.</summary>
    public LogBuffer Buffer { get; init; } = new();

    /// <summary>The share of a severity that is shipped.</summary>
    /// <param name="severity">OpenTelemetry's number; 0: none.</param>
    /// <returns>0 to 1.</returns>
    public double ShareOf(int severity)
    {
        foreach (var sample in Samples)
        {
            if (severity > 0 && (severity - 1) / 4 == ((int)sample.Level - 1) / 4)
                return sample.Share;
        }

        return 1;
    }
}
