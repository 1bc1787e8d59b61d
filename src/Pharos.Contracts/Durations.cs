using Pharos.Core.Specs;

namespace Pharos.Contracts;

/// <summary>Reads durations and sizes as people write them.</summary>
public static class Durations
{
    /// <inheritdoc cref="Quantities.TryDuration"/>
    public static bool TryParse(string text, out TimeSpan value) => Quantities.TryDuration(text, out value);

    /// <inheritdoc cref="Quantities.TryLimit"/>
    public static bool TryParseLimit(string text, out ulong value) => Quantities.TryLimit(text, out value);
}
