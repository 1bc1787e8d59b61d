using Pharos.Telemetry;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Wire;

/// <summary>The messages that all signals share: opentelemetry/proto/common/v1 and resource/v1.</summary>
internal static class OtlpCommon
{
    /// <summary>Field 1 of ResourceLogs, ResourceMetrics and ResourceSpans. The bytes are kept in the resource.</summary>
    public static void Resource(ProtobufWriter writer, TelemetryResource resource)
    {
        if (resource.Encoded is not { } encoded)
        {
            using var scratch = new ProtobufWriter(1024);
            Attributes(scratch, 1, resource.Attributes);
            resource.Encoded = encoded = scratch.Written.ToArray();
        }

        writer.Bytes(1, encoded);
    }

    /// <summary>Field 3 of everything that holds a resource or a scope.</summary>
    public static void SchemaUrl(ProtobufWriter writer) => writer.String(3, SemanticConventions.SchemaUrl);

    /// <summary>Field 1 of ScopeLogs, ScopeMetrics and ScopeSpans.</summary>
    public static void Scope(ProtobufWriter writer, string name = PharosActivity.SourceName, string? version = null)
    {
        var scope = writer.Begin(1);
        writer.String(1, name);
        if (name == PharosActivity.SourceName)
            writer.String(2, PharosActivity.Version);
        else if (version is not null)
            writer.String(2, version);
        writer.End(scope);
    }

    public static void Attributes(ProtobufWriter writer, int field, IReadOnlyList<(string Key, object Value)> attributes)
    {
        for (var i = 0; i < attributes.Count; i++)
            Attribute(writer, field, attributes[i].Key, attributes[i].Value);
    }

    public static void Attribute(ProtobufWriter writer, int field, string key, object? value)
    {
        var pair = writer.Begin(field);
        writer.String(1, key);
        Value(writer, 2, value);
        writer.End(pair);
    }

    /// <summary>An AnyValue; null is the empty one.</summary>
    public static void Value(ProtobufWriter writer, int field, object? value)
    {
        var any = writer.Begin(field);
        switch (value)
        {
            case null:
                break;
            case string text:
                writer.String(1, text);
                break;
            case bool flag:
                writer.Bool(2, flag);
                break;
            case long number:
                writer.Varint(3, (ulong)number);
                break;
            case int number:
                writer.Varint(3, (ulong)(long)number);
                break;
            case double number:
                writer.Double(4, number);
                break;
            case byte[] bytes:
                writer.Bytes(7, bytes);
                break;
            case IReadOnlyList<(string Key, object? Value)> map:
                var list = writer.Begin(6);
                foreach (var (key, item) in map)
                    Attribute(writer, 1, key, item);
                writer.End(list);
                break;
            case IReadOnlyList<object?> items:
                var array = writer.Begin(5);
                foreach (var item in items)
                    Value(writer, 1, item);
                writer.End(array);
                break;
            default:
                writer.String(1, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
        }

        writer.End(any);
    }
}
