namespace Pharos.Client.Stack;

/// <summary>One server of the stack.</summary>
/// <param name="Name">Its short name; as an app of pharos it is called <c>stack-NAME</c>.</param>
/// <param name="Programs">What its program may be called, best first.</param>
/// <param name="Address">Where people and programs reach it, HOST:PORT.</param>
/// <param name="Ready">URL that answers 200 when it is ready.</param>
internal sealed record StackServer(string Name, string[] Programs, string Address, string Ready)
{
    /// <summary>Without it there is no stack.</summary>
    public bool IsNeeded { get; init; }

    /// <summary>Name of the app.</summary>
    public string App => $"stack-{Name}";

    /// <summary>All of them.</summary>
    public static StackServer[] All(StackAddresses at) =>
    [
        Of("collector", at[StackAddresses.OtlpHttpVariable], $"http://{at[StackAddresses.HealthVariable]}/", "otelcol-contrib", "otelcol") with { IsNeeded = true },
        Of("prometheus", at[StackAddresses.PrometheusVariable], $"http://{at[StackAddresses.PrometheusVariable]}/-/ready", "prometheus") with { IsNeeded = true },
        Of("alertmanager", at[StackAddresses.AlertmanagerVariable], $"http://{at[StackAddresses.AlertmanagerVariable]}/-/ready", "alertmanager") with { IsNeeded = true },
        Of("loki", at[StackAddresses.LokiVariable], $"http://{at[StackAddresses.LokiVariable]}/ready", "loki"),
        Of("tempo", at[StackAddresses.TempoHttpVariable], $"http://{at[StackAddresses.TempoHttpVariable]}/ready", "tempo"),
        Of("grafana", at[StackAddresses.GrafanaVariable], $"http://{at[StackAddresses.GrafanaVariable]}/api/health", "grafana"),
    ];

    private static StackServer Of(string name, string address, string ready, params string[] programs) => new(name, programs, address, ready);
}
