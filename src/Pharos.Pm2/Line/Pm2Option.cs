namespace Pharos.Pm2.Line;

/// <summary>Whether an option takes a value.</summary>
internal enum Takes
{
    /// <summary>It is there or not.</summary>
    Nothing,

    /// <summary>The next word, whatever it looks like.</summary>
    Value,

    /// <summary>The next word, unless it looks like an option.</summary>
    Maybe,

    /// <summary>Every word that follows and does not look like an option.</summary>
    Many,
}

/// <summary>One option of PM2's command line.</summary>
/// <param name="Long">With both dashes.</param>
/// <param name="Takes">Its value.</param>
/// <param name="Short">One dash and a letter; null: none.</param>
/// <param name="Help">What it does, for <c>--help</c>.</param>
internal sealed record Pm2Option(string Long, Takes Takes, string? Short, string Help)
{
    /// <summary>Another spelling; null: none.</summary>
    public string? Alias { get; init; }

    /// <summary>Whether it is called so.</summary>
    public bool Answers(string word) => word == Long || (Short is not null && word == Short) || (Alias is not null && word == Alias);
}
