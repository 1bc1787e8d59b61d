namespace Pharos.Telemetry.Catalogue;

/// <summary>The semantic conventions that our names follow.</summary>
public static class SemanticConventions
{
    /// <summary>Version; names do change between versions.</summary>
    public const string Version = "1.44.0";

    /// <summary>Schema URL that goes with every resource and scope.</summary>
    public const string SchemaUrl = "https://opentelemetry.io/schemas/" + Version;
}
