namespace Pharos.Exporters.Settings;

/// <summary>How often metrics are pushed. The data source's <c>timeInterval</c> and the windows of the rules share this constant.</summary>
public static class ExportInterval
{
    /// <summary>10 s; the specification's 60 s is too slow for a screen that shows processes.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(10);
}
