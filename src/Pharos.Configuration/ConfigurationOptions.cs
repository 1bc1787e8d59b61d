namespace Pharos.Configuration;

/// <summary>What a file is read with: the shell around the command, and what its line said.</summary>
public sealed record ConfigurationOptions
{
    /// <summary>The folder that the command was typed in: a relative path of the file is seen from there.</summary>
    public required string ShellCwd { get; init; }

    /// <summary>The part of the shell's environment that every app gets: the lowest layer.</summary>
    public IReadOnlyDictionary<string, string> BaseEnv { get; init; } = new Dictionary<string, string>();

    /// <summary>The shell's whole environment: what <c>${NAME}</c> in an env_file finds, and what JavaScript files see.</summary>
    public IReadOnlyDictionary<string, string> ShellEnv { get; init; } = new Dictionary<string, string>();

    /// <summary>Variables that the command line declares: the highest layer.</summary>
    public IReadOnlyDictionary<string, string> CommandEnv { get; init; } = new Dictionary<string, string>();

    /// <summary>Lays <c>env_NAME</c> over <c>env</c>; null: no profile.</summary>
    public string? Profile { get; init; }

    /// <summary>Names of the apps that are meant; empty: all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Whether <see cref="Only"/> may name apps that are not in the file: those that a prune is to delete.</summary>
    public bool OnlyMayBeGone { get; init; }

    /// <summary>Processors that <c>instances: max</c> counts.</summary>
    public int Processors { get; init; } = Environment.ProcessorCount;

    /// <summary>Longest time that evaluating a JavaScript file may take.</summary>
    public TimeSpan EvaluationLimit { get; init; } = TimeSpan.FromSeconds(20);
}

/// <summary>What a file says.</summary>
public sealed record ConfigurationResult
{
    /// <summary>The apps that are meant, validated; empty when there are faults.</summary>
    public required IReadOnlyList<Contracts.StartRequest> Apps { get; init; }

    /// <summary>Every fault: <c>FILE:LINE: KEY: what is wrong; what is accepted</c>. The line is left out where the value was computed.</summary>
    public required IReadOnlyList<string> Faults { get; init; }

    /// <summary>What is passed over, in the same form.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Absolute path of the file.</summary>
    public required string Source { get; init; }
}
