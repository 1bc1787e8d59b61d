using System.Text.Json;

namespace Pharos.Node.Wire;

/// <summary>One line of Node's channel.</summary>
internal static class NodeLine
{
    private const string Internal = "NODE_";

    /// <summary>Reads it.</summary>
    /// <param name="json">The line.</param>
    /// <returns>To be disposed; null when it is no JSON.</returns>
    public static JsonDocument? TryParse(string json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The command of a message of the runtime itself: whatever has a <c>cmd</c> that begins with NODE_, as Node decides it.</summary>
    /// <param name="said">The value.</param>
    /// <returns>Null for what the app means itself.</returns>
    public static string? CommandOf(JsonElement said) =>
        Text(said, "cmd") is { } command && command.StartsWith(Internal, StringComparison.Ordinal) ? command : null;

    /// <summary>A member that is text.</summary>
    /// <returns>Null when there is none, or it is something else.</returns>
    public static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A member that is a whole number.</summary>
    /// <returns>Null when there is none, or it is something else.</returns>
    public static long? Whole(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    /// <summary>A text as JSON has it.</summary>
    public static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
