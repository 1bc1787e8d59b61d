using Pharos.Core.Specs.Logs;
using Pharos.Logs.Formats;

namespace Pharos.Logs.Store;

/// <summary>What a log file is to look like.</summary>
internal sealed record StreamOptions
{
    /// <summary>Absolute path.</summary>
    public required string Path { get; init; }

    /// <summary>Whose caps it counts towards: the app's name.</summary>
    public required string Group { get; init; }

    /// <summary>Whose it is first of all: what stood in the file before there was a store counts as this one's.</summary>
    public required LogSource Owner { get; init; }

    /// <summary>Everything in it is in another stream as well.</summary>
    public bool Copy { get; init; }

    /// <summary>Only lines of severity error and above.</summary>
    public bool ErrorsOnly { get; init; }

    /// <summary>Format. Verbatim is for files of one source only.</summary>
    public LogLayout Layout { get; init; }

    /// <summary>How times are written; null: as the format has it.</summary>
    public string? Time { get; init; }

    /// <summary>Longest line, bytes.</summary>
    public int MaxLine { get; init; } = 65_536;

    /// <summary>When a new file is begun, and which old ones go.</summary>
    public LogRotation Rotation { get; init; } = new();
}
