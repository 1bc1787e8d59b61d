using System.Text.Json;
using Pharos.Contracts;
using Pharos.Core.Ports;

namespace Pharos.Api;

/// <summary>What instances said, as wire records.</summary>
internal static class MessageViews
{
    private static readonly Dictionary<string, JsonElement> None = [];

    public static AppActionView Of(AppAction action) => new(action.Name, action.Kind, action.Arity, action.OptionsJson is { } options ? Element(options) : null);

    public static IReadOnlyDictionary<string, JsonElement> Of(IReadOnlyDictionary<string, AppNumber> numbers) =>
        numbers.Count == 0 ? None : numbers.ToDictionary(n => n.Key, n => Element(n.Value.Json));

    /// <summary>JSON that was parsed before.</summary>
    public static JsonElement Element(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
