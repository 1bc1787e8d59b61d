using Pharos.Exporters.Settings;
using Pharos.Telemetry;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.SelfTelemetry;

/// <summary>Who the supervisor itself is, in its telemetry.</summary>
public static class SupervisorResource
{
    /// <summary>The service name unless <c>OTEL_SERVICE_NAME</c> says another.</summary>
    public const string DefaultServiceName = "pharos";

    /// <summary>Makes the resource.</summary>
    /// <param name="settings">Names and attributes that the user wants.</param>
    /// <param name="instanceId">Stable over restarts of the daemon: of this home on this host.</param>
    /// <param name="hostName">Name of the host.</param>
    /// <param name="hostId">Machine id; null: unknown.</param>
    /// <returns>The resource.</returns>
    public static TelemetryResource Create(OtlpSettings settings, string instanceId, string hostName, string? hostId)
    {
        var attributes = new Dictionary<string, object>
        {
            [AttributeNames.ServiceName] = DefaultServiceName,
            [AttributeNames.ServiceInstanceId] = instanceId,
            [AttributeNames.ServiceVersion] = PharosActivity.Version,
            [AttributeNames.HostName] = hostName,
            [AttributeNames.OsType] = "linux",
        };
        if (hostId is not null)
            attributes[AttributeNames.HostId] = hostId;
        foreach (var (key, value) in settings.ResourceAttributes)
            attributes[key] = value;
        if (settings.ServiceName is { } name)
            attributes[AttributeNames.ServiceName] = name;
        return new TelemetryResource([.. attributes.Select(a => (a.Key, a.Value))]);
    }
}
