namespace Pharos.Core.Specs;

/// <summary>What a dependency must have come to before the dependant is started.</summary>
public enum DependencyCondition
{
    /// <summary>Every instance of it is ready.</summary>
    Ready,

    /// <summary>Every instance of it has a process.</summary>
    Started,
}

/// <summary>An app that has to be there first.</summary>
/// <param name="App">Its name.</param>
/// <param name="Condition">What it must have come to.</param>
/// <param name="Restart">Whether the dependant is restarted when the dependency was restarted by somebody.</param>
public sealed record Dependency(string App, DependencyCondition Condition = DependencyCondition.Ready, bool Restart = false);
