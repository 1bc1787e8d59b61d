namespace Pharos.Benchmarks;

/// <summary>Nothing was measured, and one line says why. The program ends with 2: a target that was missed is 1.</summary>
internal sealed class CannotMeasureException(string message) : Exception(message);
