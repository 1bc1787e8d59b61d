namespace Pharos.Dashboards.Board;

/// <summary>A data source, always by its variable: whoever has two Prometheus chooses at the top of the page.</summary>
/// <param name="Type">Grafana's plugin id.</param>
/// <param name="Variable">Name of the variable that holds the uid.</param>
/// <param name="Label">What people read.</param>
public sealed record Source(string Type, string Variable, string Label)
{
    public static readonly Source Prometheus = new("prometheus", "datasource", "Data source");
    public static readonly Source Loki = new("loki", "loki_datasource", "Logs");
    public static readonly Source Tempo = new("tempo", "tempo_datasource", "Traces");

    public static IReadOnlyList<Source> All { get; } = [Prometheus, Loki, Tempo];

    /// <summary>Of a panel whose queries go to different ones.</summary>
    public static object Mixed => new { type = "datasource", uid = "-- Mixed --" };

    /// <summary>The reference as the JSON has it.</summary>
    public object Reference => new { type = Type, uid = $"${{{Variable}}}" };
}
