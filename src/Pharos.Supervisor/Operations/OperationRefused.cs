namespace Pharos.Supervisor.Operations;

/// <summary>Why an operation was not done. Expected: the caller shows the line.</summary>
public enum Refusal
{
    /// <summary>No app or instance of that name.</summary>
    NotFound,

    /// <summary>It exists already.</summary>
    Conflict,

    /// <summary>It cannot be as asked.</summary>
    Invalid,

    /// <summary>The process could not be made.</summary>
    SpawnFailed,
}

/// <summary>An expected refusal, with one line for a person.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Line">What is wrong and the fix.</param>
public sealed record OperationRefused(Refusal Kind, string Line);
