namespace Pharos.Client.Line;

/// <summary>What an option's value must look like. The daemon judges again; this is for a quick and close answer.</summary>
internal enum ValueKind
{
    /// <summary>No value: the option is there or not.</summary>
    None,

    /// <summary>Any text that is not empty.</summary>
    Text,

    /// <summary>A whole number within the bounds of the option.</summary>
    Number,

    /// <summary>A number from 1, or <c>max</c>.</summary>
    Instances,

    /// <summary>500ms, 5s, 2m, 1h, or a bare number of milliseconds.</summary>
    Duration,

    /// <summary>Octal digits up to 777.</summary>
    Octal,

    /// <summary>Whole numbers 0..255, separated by commas.</summary>
    ExitCodes,

    /// <summary>NAME=VALUE or NAME.</summary>
    Variable,

    /// <summary>name=soft or name=soft:hard.</summary>
    Limit,

    /// <summary>KEY=VALUE.</summary>
    Pair,

    /// <summary>One of the words of the option.</summary>
    Choice,
}

/// <summary>One option of a verb: parsed, checked, explained and completed from this.</summary>
/// <param name="Name">Long name with its dashes.</param>
/// <param name="Kind">What value it takes.</param>
/// <param name="Hint">How the value is called in help; empty without one.</param>
/// <param name="Help">One line.</param>
internal sealed record OptionSpec(string Name, ValueKind Kind, string Hint, string Help)
{
    /// <summary>Short name with its dash; null: none.</summary>
    public string? Short { get; init; }

    /// <summary>Another long name for the same; null: none.</summary>
    public string? Alias { get; init; }

    /// <summary>Lower bound of a number.</summary>
    public int Least { get; init; } = int.MinValue;

    /// <summary>Upper bound of a number.</summary>
    public int Most { get; init; } = int.MaxValue;

    /// <summary>Words of a choice.</summary>
    public string[] Choices { get; init; } = [];

    /// <summary>May be given more than once.</summary>
    public bool Repeats { get; init; }

    /// <summary>Whether it is called so.</summary>
    public bool Answers(string name) => name == Name || name == Short || name == Alias;
}
