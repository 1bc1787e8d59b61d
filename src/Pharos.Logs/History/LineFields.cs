using System.Buffers;
using System.Text.Json;

namespace Pharos.Logs.History;

/// <summary>What a line declares besides its text.</summary>
/// <param name="Message">Its message; null: the whole line is.</param>
/// <param name="TraceId">32 hexadecimal digits; null: none.</param>
/// <param name="SpanId">16 hexadecimal digits; null: none.</param>
/// <param name="Attributes">The other fields of a JSON line, as text; null: none.</param>
public sealed record LineFields(string? Message, string? TraceId, string? SpanId, IReadOnlyDictionary<string, string>? Attributes)
{
    private const int MostFields = 64;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");
    private const int TraceDigits = 32;
    private const int SpanDigits = 16;
    private static readonly string[] Messages = ["message", "msg", "@m", "@mt", "error", "err"];
    private static readonly string[] Traces = ["trace_id", "traceId", "traceid", "@tr", "TraceId", "otelTraceID"];
    private static readonly string[] Spans = ["span_id", "spanId", "spanid", "@sp", "SpanId", "otelSpanID"];

    /// <summary>Looks into a line.</summary>
    /// <param name="line">Clean text.</param>
    /// <returns>What it declares.</returns>
    public static LineFields Of(string line)
    {
        var (message, attributes) = line is ['{', .., '}'] ? Json(line) : default;
        return new(message, Find(line, Traces, TraceDigits), Find(line, Spans, SpanDigits), attributes is { Count: > 0 } ? attributes : null);
    }

    private static (string? Message, Dictionary<string, string>? Attributes) Json(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            string? message = null;
            Dictionary<string, string> attributes = new(StringComparer.Ordinal);
            foreach (var key in Messages)
                message ??= json.RootElement.TryGetProperty(key, out var value) ? MessageOf(value) : null;
            foreach (var field in json.RootElement.EnumerateObject())
            {
                if (attributes.Count < MostFields && !(Array.IndexOf(Messages, field.Name) >= 0 && MessageOf(field.Value) == message))
                    attributes[field.Name] = field.Value.ValueKind == JsonValueKind.String ? field.Value.GetString()! : field.Value.GetRawText();
            }

            return (message, attributes);
        }
        catch (JsonException)
        {
            return default; // no JSON after all
        }
    }

    private static string? MessageOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Object when value.TryGetProperty("message", out var inner) && inner.ValueKind == JsonValueKind.String => inner.GetString(),
        _ => null,
    };

    /// <summary>Hexadecimal digits, not all of them 0, behind one of the keys.</summary>
    private static string? Find(string text, string[] keys, int digits)
    {
        foreach (var key in keys)
        {
            for (var at = text.IndexOf(key, StringComparison.Ordinal); at >= 0; at = text.IndexOf(key, at + 1, StringComparison.Ordinal))
            {
                var value = text.AsSpan(at + key.Length).TrimStart("\"'=: ");
                if (value.Length >= digits && !value[..digits].ContainsAnyExcept(HexDigits) && value[..digits].IndexOfAnyExcept('0') >= 0)
                    return value[..digits].ToString().ToLowerInvariant();
            }
        }

        return null;
    }
}
