namespace Pharos.Contracts.Client;

/// <summary>The daemon understood the request and refused it, or failed at it.</summary>
/// <param name="problem">What it said.</param>
public sealed class PharosApiException(ProblemView problem) : Exception(problem.Detail)
{
    /// <summary>What the daemon said.</summary>
    public ProblemView Problem { get; } = problem;
}
