using System.Reflection;

namespace Pharos.Telemetry;

/// <summary>Which build this is, as <c>packaging/version</c> stamped it. A build that nobody stamped is <c>X.Y.Z-dev</c> without a commit.</summary>
public static class PharosBuild
{
    private static readonly string[] Stamp = (typeof(PharosBuild).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+', 2);

    /// <summary>Semantic version without build metadata: 1.2.3, or 1.2.4-dev.17, the seventeenth commit after 1.2.3.</summary>
    public static string Version => Stamp[0];

    /// <summary>The commit, 40 hex digits, with <c>.dirty</c> behind it when tracked files were edited; null: not known.</summary>
    public static string? Commit => Stamp is [_, { Length: > 0 } commit] ? commit : null;
}
