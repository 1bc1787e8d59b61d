using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pharos.Pm2.Start;

/// <summary>What was asked for of one app, on the line or in a file: attributes under PM2's names, checked, with their types.</summary>
internal sealed class AppConf
{
    private const int LeastUptime = 100;
    private readonly JsonObject _values = [];

    /// <summary>What is wrong, a line each.</summary>
    public List<string> Faults { get; } = [];

    /// <summary><c>env_NAME</c> of the file.</summary>
    public Dictionary<string, JsonObject> Profiles { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads an app of a file.</summary>
    /// <param name="app">As it stands in the file.</param>
    public static AppConf Of(JsonObject app)
    {
        var conf = new AppConf();
        foreach (var (key, value) in app)
        {
            if (value is null)
                continue;
            if (key.StartsWith("env_", StringComparison.Ordinal) && value is JsonObject profile)
                conf.Profiles[key["env_".Length..]] = profile;
            else if (AppAttributes.Find(key) is { } attribute)
                conf.Take(attribute, value);
        }

        return conf;
    }

    /// <summary>The value of an attribute; null: it was not asked for.</summary>
    public JsonNode? this[string name]
    {
        get => _values[name];
        set => _values[name] = value;
    }

    /// <summary>Names of the attributes that were asked for.</summary>
    public IEnumerable<string> Names => _values.Select(v => v.Key);

    /// <summary>An attribute as text.</summary>
    public string? Text(string name) => _values[name] is JsonValue value ? value.ToString() : null;

    /// <summary>An attribute that is true.</summary>
    public bool Flag(string name) => _values[name] is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    /// <summary>An attribute that is there and false.</summary>
    public bool Off(string name) => _values[name] is JsonValue value && value.GetValueKind() == JsonValueKind.False;

    /// <summary>A number, as text of whole digits where it is whole.</summary>
    public double? Number(string name) => _values[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture) : null;

    /// <summary>Several texts.</summary>
    public List<string> Words(string name) => _values[name] is JsonArray array ? [.. array.Where(v => v is not null).Select(v => v!.ToString())] : [];

    /// <summary>An attribute that is an object.</summary>
    public JsonObject? Object(string name) => _values[name] as JsonObject;

    /// <summary>Everything that was asked for but the environment: to be asked for again later.</summary>
    public string ToJson()
    {
        var all = (JsonObject)_values.DeepClone();
        all.Remove("env");
        return all.ToJsonString();
    }

    /// <summary>Lays another's attributes over these.</summary>
    public void Lay(AppConf other)
    {
        foreach (var (name, value) in other._values)
            _values[name] = value?.DeepClone();
        Faults.AddRange(other.Faults);
    }

    /// <summary>Takes an attribute away.</summary>
    public void Remove(string name) => _values.Remove(name);

    /// <summary>Sets an attribute from a text of the command line.</summary>
    public void Set(string name, string text) => Take(AppAttributes.Find(name)!, JsonValue.Create(text));

    private void Take(AppAttributeSpec attribute, JsonNode value)
    {
        if (_values.ContainsKey(attribute.Name))
            return; // PM2's own name wins over its aliases, and the first of those
        if (Convert(attribute, value) is { } converted)
            _values[attribute.Name] = converted;
    }

    private JsonNode? Convert(AppAttributeSpec attribute, JsonNode value)
    {
        var kind = value.GetValueKind();
        var text = value is JsonValue ? value.ToString() : "";
        switch (attribute.Type)
        {
            case AttributeType.Text:
                return kind == JsonValueKind.String ? text : Wrong(attribute, "[object String]", kind);
            case AttributeType.TextOrNumber:
                return kind is JsonValueKind.String or JsonValueKind.Number ? text : Wrong(attribute, "[object String] / [object Number]", kind);
            case AttributeType.TextOrBool:
                return kind is JsonValueKind.String ? text : kind is JsonValueKind.True or JsonValueKind.False ? kind == JsonValueKind.True : Wrong(attribute, "[object Boolean] / [object String]", kind);
            case AttributeType.Bool:
                return kind is JsonValueKind.True or JsonValueKind.False ? kind == JsonValueKind.True
                    : text is "true" or "false" ? text == "true" : Wrong(attribute, "[object Boolean]", kind);
            case AttributeType.Number:
                return kind is JsonValueKind.String or JsonValueKind.Number && double.TryParse(text, CultureInfo.InvariantCulture, out var number)
                    ? AtLeast(attribute, number, 0) : Wrong(attribute, "[object Number]", kind);
            case AttributeType.Time:
                return Scaled(text, ('h', 3_600_000), ('m', 60_000), ('s', 1000)) is { } time ? AtLeast(attribute, time, LeastUptime) : Wrong(attribute, "[object Number] / [object String]", kind);
            case AttributeType.Bytes:
                return Scaled(text, ('G', 1L << 30), ('M', 1L << 20), ('K', 1L << 10)) is { } bytes ? Whole(bytes) : Wrong(attribute, "[object String] / [object Number]", kind);
            case AttributeType.Words:
                return value is JsonArray words ? words.DeepClone() : kind is JsonValueKind.String or JsonValueKind.Number ? Split(text) : Wrong(attribute, "[object Array] / [object String]", kind);
            case AttributeType.Codes:
                return value is JsonArray codes ? codes.DeepClone() : kind is JsonValueKind.String or JsonValueKind.Number && int.TryParse(text, out var code) ? new JsonArray(code) : Wrong(attribute, "[object Array] / [object Number]", kind);
            case AttributeType.Object:
                return value is JsonObject ? value.DeepClone() : Wrong(attribute, "[object Object]", kind);
            case AttributeType.Any:
                return value.DeepClone();
        }

        return null;
    }

    private JsonNode? Wrong(AppAttributeSpec attribute, string accepted, JsonValueKind kind)
    {
        var now = kind switch { JsonValueKind.True or JsonValueKind.False => "Boolean", JsonValueKind.Null or JsonValueKind.Undefined => "Null", _ => kind.ToString() };
        Faults.Add($"Expect \"{attribute.Name}\" to be a typeof {accepted}, but now is [object {now}]");
        return null;
    }

    private JsonNode? AtLeast(AppAttributeSpec attribute, double number, double least)
    {
        if (number >= least)
            return Whole(number);
        Faults.Add($"The minimum of \"{attribute.Name}\" is {least}, but now is {number}");
        return null;
    }

    private static JsonNode Whole(double number) => number == Math.Floor(number) && Math.Abs(number) < 9e15 ? JsonValue.Create((long)number) : JsonValue.Create(number);

    private static double? Scaled(string text, params ReadOnlySpan<(char Unit, long Factor)> units)
    {
        foreach (var (unit, factor) in units)
        {
            if (text.Length > 1 && (text[^1] == unit) && double.TryParse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture, out var scaled))
                return scaled * factor;
        }

        return double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static JsonArray Split(string line) => new([.. Configuration.ConfigurationTree.Words(line).Select(w => (JsonNode)JsonValue.Create(w))]);
}
