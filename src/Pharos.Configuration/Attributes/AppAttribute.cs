using Pharos.Core.Specs.Logs;

namespace Pharos.Configuration.Attributes;

/// <summary>What value an attribute takes.</summary>
internal enum AttributeKind
{
    Text,
    Name,
    Words,
    Number,
    Nice,
    Flag,
    Duration,
    Instances,
    Port,
    Variables,
    VariableName,
    Files,
    Filter,
    ExitCodes,
    Restart,
    Mode,
    Balance,
    Stdio,
    Umask,
    Signal,
    Limit,
    Size,
    Cron,
    Zone,
    Check,
    Status,
    Pattern,
    Counted,
    Share,
    Tasks,
    Dependencies,
    Listening,
    Watch,
    Overlap,
    Parts,
    CheckOrParts,
    CronOrParts,
    FlagOrParts,
    WordOrParts,
    PathOrFlag,
    FormatOrFlag,
    Word,
    WholeOrNone,
    SizeOrAuto,
    ShareOfAll,
    Patterns,
    Anything,
}

/// <summary>One attribute of an app: read, checked, explained and put into the schema from this.</summary>
/// <param name="Name">As documentation has it.</param>
/// <param name="Kind">What value it takes.</param>
/// <param name="Meaning">One line.</param>
internal sealed record AppAttribute(string Name, AttributeKind Kind, string Meaning)
{
    /// <summary>Other names for the same.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>What holds without it; empty: nothing.</summary>
    public string Default { get; init; } = "";

    /// <summary>Attributes inside it, when it is an object.</summary>
    public AppAttribute[] Parts { get; init; } = [];

    /// <summary>Which setting of the logs it is; what is accepted is that one's business. Null: none.</summary>
    public string? Setting { get; init; }

    /// <summary>What is accepted, in words.</summary>
    public string Takes => Setting is null ? Accepted.InWords(Kind) : Parts.Length > 0 ? LogSettings.Find(Setting)!.Accepted + "; or an object" : LogSettings.Find(Setting)!.Accepted;

    /// <summary>False: known from PM2's files or planned, and without effect here: a warning.</summary>
    public bool Supported { get; init; } = true;

    /// <summary>Values of an attribute without effect that ask for what holds anyway: no warning.</summary>
    public string[] Harmless { get; init; } = ["false", "null"];

    /// <summary>Every spelling: each name, and each in camelCase.</summary>
    public IEnumerable<string> Spellings => new[] { Name }.Concat(Aliases).SelectMany(n => new[] { n, Camel(n) }).Distinct();

    private static string Camel(string name) =>
        string.Concat(name.Split('_').Select((word, i) => i == 0 || word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}
