using System.Diagnostics;

namespace Pharos.Telemetry;

/// <summary>The source of all spans of the supervisor.</summary>
public static class PharosActivity
{
    /// <summary>Name of the source and of the instrumentation scope.</summary>
    public const string SourceName = "pharos";

    /// <summary>The source. With no listener a span costs one branch.</summary>
    public static ActivitySource Source { get; } = new(SourceName, PharosVersion.Text);
}

/// <summary>Version of this build.</summary>
public static class PharosVersion
{
    /// <summary>Major.minor.patch.</summary>
    public static string Text { get; } = typeof(PharosVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>The semantic conventions that all names are pinned to.</summary>
    public const string SchemaUrl = "https://opentelemetry.io/schemas/1.44.0";
}
