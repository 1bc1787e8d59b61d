using System.Text.Json;

namespace Pharos.Logs.History;

/// <summary>What a line says, without the time, level and place that stand around it.</summary>
internal static class ErrorMessage
{
    private static readonly string[] Keys = ["message", "msg", "@m", "@mt", "error", "err"];

    public static string Of(string line)
    {
        if (line is not ['{', .., '}'])
            return line;
        try
        {
            using var json = JsonDocument.Parse(line);
            foreach (var key in Keys)
            {
                if (!json.RootElement.TryGetProperty(key, out var value))
                    continue;
                if (value.ValueKind == JsonValueKind.String)
                    return value.GetString()!;
                if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("message", out var inner) && inner.ValueKind == JsonValueKind.String)
                    return inner.GetString()!;
            }
        }
        catch (JsonException)
        {
            // No JSON after all: the line is the message.
        }

        return line;
    }
}

/// <summary>The trace that a line names.</summary>
internal static class TraceIds
{
    private const int Digits = 32;
    private static readonly string[] Keys = ["trace_id", "traceId", "traceid", "@tr", "TraceId", "otelTraceID"];

    /// <returns>32 hexadecimal digits; null: none.</returns>
    public static string? Find(string text)
    {
        foreach (var key in Keys)
        {
            for (var at = text.IndexOf(key, StringComparison.Ordinal); at >= 0; at = text.IndexOf(key, at + 1, StringComparison.Ordinal))
            {
                var value = text.AsSpan(at + key.Length).TrimStart("\"'=: ");
                if (value.Length >= Digits && value[..Digits].IndexOfAnyExcept("0123456789abcdefABCDEF") < 0 && value[..Digits].IndexOfAnyExcept('0') >= 0)
                    return value[..Digits].ToString().ToLowerInvariant();
            }
        }

        return null;
    }
}
