using Pharos.Contracts;

namespace Pharos.Api;

/// <summary>Where telemetry goes, and how to change that. The executable wires it.</summary>
public sealed class DestinationControl
{
    /// <summary>All destinations in a line; null: there is none.</summary>
    public required Func<string?> Summary { get; init; }

    /// <summary>All destinations.</summary>
    public required Func<OtelView> Show { get; init; }

    /// <summary>Reads the settings file anew. When it is faulty, what was in force stays; the faults are in the view.</summary>
    public required Func<Task<OtelView>> Reload { get; init; }

    /// <summary>Sends something tiny to one destination, or with null to all.</summary>
    /// <remarks>Null: there is no destination of this name.</remarks>
    public required Func<string?, CancellationToken, Task<OtelTestView?>> Test { get; init; }
}
