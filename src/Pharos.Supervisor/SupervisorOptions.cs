namespace Pharos.Supervisor;

/// <summary>Where the supervisor keeps things and what it says of itself. All paths are absolute.</summary>
public sealed record SupervisorOptions
{
    /// <summary>Spool files and FIFOs; on tmpfs where there is one.</summary>
    public required string SpoolDirectory { get; init; }

    /// <summary>Log files of the apps.</summary>
    public required string LogDirectory { get; init; }

    /// <summary>host.id of the resource.</summary>
    public required string HostId { get; init; }

    /// <summary>The kernel's boot id: what was saved in another boot has no process any more.</summary>
    public string BootId { get; init; } = "";

    /// <summary>host.name of the resource.</summary>
    public required string HostName { get; init; }

    /// <summary>Further resource attributes, from OTEL_RESOURCE_ATTRIBUTES of the daemon; an instance's own win.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ResourceAttributes { get; init; } = [];

    /// <summary>OTEL_EXPORTER_OTLP_* for the apps' own SDKs: the destination, when there is one.</summary>
    public IReadOnlyDictionary<string, string> InjectedEnv { get; set; } = new Dictionary<string, string>();

    /// <summary>Time between two passes over /proc.</summary>
    public TimeSpan SamplingInterval { get; init; } = TimeSpan.FromSeconds(1);
}
