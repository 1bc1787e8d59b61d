using System.Collections.Immutable;
using System.Text.Json;
using Pharos.Core.Ports;
using Pharos.Node.Wire;

namespace Pharos.Node.Monitoring;

/// <summary>What the npm package <c>@pm2/io</c> says: numbers, actions and errors of the app it is in. Every app may speak like this, with or without it.</summary>
internal static class MonitorWords
{
    private const int MostNumbers = 200;

    /// <summary>Reads <c>{type, data}</c>.</summary>
    /// <param name="said">A value of the app's.</param>
    /// <returns>Null when it is something of the app's own.</returns>
    public static RuntimeWord? Read(JsonElement said)
    {
        if (NodeLine.Text(said, "type") is not { } type || !said.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object)
            return null;
        return type switch
        {
            "axm:monitor" => Numbers(data),
            "axm:action" => NodeLine.Text(data, "action_name") is { Length: > 0 } name ? new RuntimeWord.Offered(Action(name, data)) : null,
            "axm:reply" => NodeLine.Text(data, "action_name") is { } done ? new RuntimeWord.Answered(done, data.TryGetProperty("return", out var result) ? result.GetRawText() : "null") : null,
            "process:exception" => Threw(data),
            _ => null,
        };
    }

    /// <summary>What such an app takes for the order to do something: the bare name, or with it a parameter.</summary>
    /// <param name="action">Name.</param>
    /// <param name="parameterJson">What goes with it, JSON; null: nothing.</param>
    public static string Order(string action, string? parameterJson) =>
        parameterJson is null ? NodeLine.Quoted(action) : $"{{\"msg\":{NodeLine.Quoted(action)},\"opts\":{parameterJson}}}";

    private static RuntimeWord.Measured Numbers(JsonElement data)
    {
        var numbers = ImmutableArray.CreateBuilder<AppNumber>();
        foreach (var member in data.EnumerateObject())
        {
            if (numbers.Count < MostNumbers && Number(member.Name, member.Value) is { } number)
                numbers.Add(number);
        }

        return new(numbers.ToImmutable());
    }

    private static AppNumber? Number(string name, JsonElement it)
    {
        var value = it.ValueKind == JsonValueKind.Object && it.TryGetProperty("value", out var inner) ? inner : it;
        var unit = NodeLine.Text(it, "unit");
        double read;
        if (value.ValueKind == JsonValueKind.Number)
            read = value.GetDouble();
        else if (value.ValueKind != JsonValueKind.String || !MeasuredText.TryParse(value.GetString()!, out read, ref unit))
            return null;
        // A counter of the package may be decremented: only what says that it is a total only grows.
        var grows = NodeLine.Text(it, "type") is { } type && type.EndsWith("/total", StringComparison.Ordinal);
        return double.IsFinite(read) ? new AppNumber(name, read * MeasuredText.Scale(ref unit), unit ?? "", grows, it.GetRawText()) : null;
    }

    private static AppAction Action(string name, JsonElement data) => new(
        name,
        NodeLine.Text(data, "action_type") ?? "",
        (int)Math.Clamp(NodeLine.Whole(data, "arity") ?? 0, 0, 100),
        data.TryGetProperty("opts", out var options) && options.ValueKind != JsonValueKind.Null ? options.GetRawText() : null);

    private static RuntimeWord.Threw Threw(JsonElement data)
    {
        var stack = NodeLine.Text(data, "stack") ?? "";
        var first = stack.AsSpan(0, Math.Max(0, stack.IndexOf('\n') < 0 ? stack.Length : stack.IndexOf('\n')));
        var colon = first.IndexOf(':');
        var type = NodeLine.Text(data, "name") ?? NodeLine.Text(data, "type") ?? (colon > 0 ? first[..colon].ToString() : "Error");
        return new(type, NodeLine.Text(data, "message") ?? (colon > 0 ? first[(colon + 1)..].Trim().ToString() : first.ToString()), stack);
    }
}
