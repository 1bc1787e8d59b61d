using System.Text.Json;
using Pharos.TestKit.Stack;

namespace Pharos.EndToEnd.Tests.Telemetry;

/// <summary>A log record or event as the Collector wrote it down.</summary>
internal sealed record SeenLog(IReadOnlyDictionary<string, object> Resource, IReadOnlyDictionary<string, object> Attributes, string Body, string EventName, string TraceId);

/// <summary>A span as the Collector wrote it down.</summary>
internal sealed record SeenSpan(string Service, string Name, string TraceId, string SpanId, string Parent, int Kind, long Start)
{
    public IReadOnlyDictionary<string, object> Attributes { get; init; } = new Dictionary<string, object>();

    public IReadOnlyList<(string TraceId, string SpanId)> Links { get; init; } = [];
}

/// <summary>A data point as the Collector wrote it down.</summary>
internal sealed record SeenPoint(IReadOnlyDictionary<string, object> Resource, string Metric, IReadOnlyDictionary<string, object> Attributes);

/// <summary>Reads the Collector's files: OTLP/JSON (opentelemetry-proto 1.x).</summary>
internal static class OtlpJson
{
    public static IReadOnlyList<SeenLog> Logs(RealStack stack) =>
    [
        .. from place in Places(stack.ReadLogs(), "resourceLogs", "scopeLogs", "logRecords")
           let it = place.Item
           select new SeenLog(place.Resource, Attributes(it), it.TryGetProperty("body", out var body) ? Value(body) as string ?? "" : "", Text(it, "eventName"), Text(it, "traceId")),
    ];

    public static IReadOnlyList<SeenSpan> Spans(RealStack stack) =>
    [
        .. from place in Places(stack.ReadTraces(), "resourceSpans", "scopeSpans", "spans")
           let it = place.Item
           select new SeenSpan(
               (string)place.Resource["service.name"], Text(it, "name"), Text(it, "traceId"), Text(it, "spanId"), Text(it, "parentSpanId"),
               it.GetProperty("kind").GetInt32(), long.Parse(Text(it, "startTimeUnixNano")))
           {
               Attributes = Attributes(it),
               Links = [.. Many(it, "links").Select(l => (Text(l, "traceId"), Text(l, "spanId")))],
           },
    ];

    public static IReadOnlyList<SeenPoint> Points(RealStack stack) =>
    [
        .. from place in Places(stack.ReadMetrics(), "resourceMetrics", "scopeMetrics", "metrics")
           from kind in new[] { "sum", "gauge", "histogram" }
           where place.Item.TryGetProperty(kind, out _)
           from point in Many(place.Item.GetProperty(kind), "dataPoints")
           select new SeenPoint(place.Resource, Text(place.Item, "name"), Attributes(point)),
    ];

    private static IEnumerable<(IReadOnlyDictionary<string, object> Resource, JsonElement Item)> Places(IEnumerable<JsonElement> requests, string outer, string scopes, string items) =>
        from request in requests
        from place in Many(request, outer)
        let resource = Attributes(place.GetProperty("resource"))
        from scope in Many(place, scopes)
        from item in Many(scope, items)
        select (Resource: resource, Item: item);

    private static IEnumerable<JsonElement> Many(JsonElement it, string name) => it.TryGetProperty(name, out var list) ? list.EnumerateArray() : [];

    private static string Text(JsonElement it, string name) => it.TryGetProperty(name, out var text) ? text.GetString()! : "";

    private static IReadOnlyDictionary<string, object> Attributes(JsonElement it) => Many(it, "attributes").ToDictionary(a => a.GetProperty("key").GetString()!, a => Value(a.GetProperty("value")));

    private static object Value(JsonElement value)
    {
        var only = value.EnumerateObject().FirstOrDefault();
        return only.Name switch
        {
            "stringValue" => only.Value.GetString()!,
            "intValue" => long.Parse(only.Value.GetString()!),
            "doubleValue" => only.Value.GetDouble(),
            "boolValue" => only.Value.GetBoolean(),
            "arrayValue" => Many(only.Value, "values").Select(Value).ToArray(),
            _ => only.Value.ValueKind == JsonValueKind.Undefined ? "" : only.Value.ToString(),
        };
    }
}
