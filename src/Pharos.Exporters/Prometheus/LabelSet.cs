using System.Text;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Prometheus;

/// <summary>Labels as text: <c>a="x",b="y"</c>.</summary>
internal static class LabelSet
{
    private static readonly string[] Promoted =
    [
        AttributeNames.ServiceName, AttributeNames.ServiceNamespace, AttributeNames.ServiceInstanceId, AttributeNames.ServiceVersion,
        AttributeNames.DeploymentEnvironmentName, AttributeNames.HostName, AttributeNames.InstanceIndex,
    ];

    /// <summary>What every series of a resource carries: <c>job</c>, <c>instance</c> and the attributes that the shipped configuration promotes.</summary>
    public static string OfResource(TelemetryResource resource)
    {
        var labels = new StringBuilder();
        Identity(labels, resource);
        foreach (var key in Promoted)
        {
            if (resource[key] is { Length: > 0 } value)
                Append(labels, NameTranslator.Label(key), value);
        }

        return labels.ToString();
    }

    /// <summary>What <c>target_info</c> carries: all attributes but the three that became <c>job</c> and <c>instance</c>.</summary>
    /// <returns>Null when there is nothing but those.</returns>
    public static string? OfTarget(TelemetryResource resource)
    {
        var labels = new StringBuilder();
        Identity(labels, resource);
        var identity = labels.Length;
        foreach (var (key, value) in resource.Attributes)
        {
            if (key is not (AttributeNames.ServiceName or AttributeNames.ServiceNamespace or AttributeNames.ServiceInstanceId))
                Append(labels, NameTranslator.Label(key), value.ToString() ?? "");
        }

        return labels.Length == identity ? null : labels.ToString();
    }

    public static void Append(StringBuilder labels, string name, string value)
    {
        if (labels.Length > 0)
            labels.Append(',');
        labels.Append(name).Append("=\"");
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => labels.Append(@"\\"),
                '"' => labels.Append("\\\""),
                '\n' => labels.Append(@"\n"),
                _ => labels.Append(c),
            };
        }

        labels.Append('"');
    }

    private static void Identity(StringBuilder labels, TelemetryResource resource)
    {
        if (resource[AttributeNames.ServiceName] is { } name)
            Append(labels, "job", resource[AttributeNames.ServiceNamespace] is { Length: > 0 } space ? $"{space}/{name}" : name);
        if (resource[AttributeNames.ServiceInstanceId] is { } id)
            Append(labels, "instance", id);
    }
}
