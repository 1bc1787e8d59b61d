namespace Pharos.Client.Line;

/// <summary>One verb: parsed, explained and completed from this.</summary>
/// <param name="Name">As help shows it.</param>
/// <param name="Usage">What follows the name.</param>
/// <param name="Summary">One line.</param>
internal sealed record VerbSpec(string Name, string Usage, string Summary)
{
    /// <summary>Other names.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>Its options, without those that every verb has.</summary>
    public OptionSpec[] Options { get; init; } = [];

    /// <summary>Further words of help, as they are printed; empty: none.</summary>
    public string Details { get; init; } = "";

    /// <summary>Examples: the command, and what it does.</summary>
    public (string Command, string Does)[] Examples { get; init; } = [];

    /// <summary>Fewest words that it needs.</summary>
    public int LeastWords { get; init; }

    /// <summary>Most words that it takes.</summary>
    public int MostWords { get; init; }

    /// <summary>What the words are, for the message when they are missing.</summary>
    public string Words { get; init; } = "";

    /// <summary>What may be its first word, where that is one of few (completion).</summary>
    public string[] FirstWords { get; init; } = [];

    /// <summary>Whether its words are names of apps (completion).</summary>
    public bool TakesApps { get; init; }

    /// <summary>Whether a word may be a negative number.</summary>
    public bool TakesNumbers { get; init; }

    /// <summary>Whether it is called so.</summary>
    public bool Answers(string name) => name == Name || Array.IndexOf(Aliases, name) >= 0;
}
