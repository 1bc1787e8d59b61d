using Pharos.Core.Identity;
using Pharos.Core.Specs;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Supervisor.Actors;

/// <summary>The resource of an app or of one of its instances.</summary>
internal static class AppResource
{
    private static readonly string[] EnvironmentNames = ["APP_ENV", "NODE_ENV"];

    public static TelemetryResource OfApp(AppSpec spec, SupervisorOptions options) => new([.. Common(spec, options)]);

    public static TelemetryResource OfInstance(AppSpec spec, InstanceKey key, Guid id, SupervisorOptions options) =>
        new([.. Common(spec, options), (AttributeNames.ServiceInstanceId, id.ToString()), (AttributeNames.InstanceIndex, (long)key.Index)]);

    /// <summary>What the app's own SDK is told about itself.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Injected(AppSpec spec, InstanceKey key, TelemetryResource resource, SupervisorOptions options)
    {
        yield return new("OTEL_SERVICE_NAME", spec.Name);
        yield return new("OTEL_RESOURCE_ATTRIBUTES", string.Join(',', resource.Attributes
            .Where(a => a.Key is not (AttributeNames.ServiceName or AttributeNames.OsType))
            .Select(a => $"{a.Key}={Uri.EscapeDataString(a.Value.ToString()!)}")));
        foreach (var variable in options.InjectedEnv)
            yield return variable;
    }

    private static IEnumerable<(string, object)> Common(AppSpec spec, SupervisorOptions options)
    {
        yield return (AttributeNames.ServiceName, spec.Name);
        yield return (AttributeNames.ServiceNamespace, spec.Namespace);
        if (spec.Version is { } version)
            yield return (AttributeNames.ServiceVersion, version);
        var environment = EnvironmentNames.Select(n => spec.Env.GetValueOrDefault(n)).FirstOrDefault(v => !string.IsNullOrEmpty(v));
        if (environment is not null)
            yield return (AttributeNames.DeploymentEnvironmentName, environment);
        var criticality = Declared(spec, AttributeNames.ServiceCriticality);
        if (criticality is not null)
            yield return (AttributeNames.ServiceCriticality, criticality);
        yield return (AttributeNames.HostName, options.HostName);
        yield return (AttributeNames.HostId, options.HostId);
        yield return (AttributeNames.OsType, "linux");
        foreach (var (key, value) in options.ResourceAttributes)
        {
            var own = key is AttributeNames.ServiceName or AttributeNames.ServiceNamespace or AttributeNames.ServiceInstanceId
                or AttributeNames.HostName or AttributeNames.HostId or AttributeNames.OsType or AttributeNames.InstanceIndex
                || (key == AttributeNames.ServiceCriticality && criticality is not null)
                || (key == AttributeNames.ServiceVersion && spec.Version is not null)
                || (key == AttributeNames.DeploymentEnvironmentName && environment is not null);
            if (!own)
                yield return (key, value);
        }
    }

    /// <summary>What the app's own OTEL_RESOURCE_ATTRIBUTES (key=value pairs with commas between them, values percent-encoded) says of a key.</summary>
    private static string? Declared(AppSpec spec, string key)
    {
        foreach (var pair in spec.Env.GetValueOrDefault("OTEL_RESOURCE_ATTRIBUTES")?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            if (pair.StartsWith(key + '=', StringComparison.Ordinal) && pair.Length > key.Length + 1)
                return Uri.UnescapeDataString(pair[(key.Length + 1)..]);
        }

        return null;
    }
}
