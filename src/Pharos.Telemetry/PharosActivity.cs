using System.Diagnostics;

namespace Pharos.Telemetry;

/// <summary>Where the supervisor's own spans come from.</summary>
public static class PharosActivity
{
    /// <summary>Name of the source and of the instrumentation scope of everything that we export.</summary>
    public const string SourceName = "pharos";

    /// <summary>The version of this build: scope version and <c>service.version</c>.</summary>
    public static string Version => PharosBuild.Version;

    /// <summary>The one source; spans exist only while somebody listens to it.</summary>
    public static ActivitySource Source { get; } = new(SourceName, Version);
}
