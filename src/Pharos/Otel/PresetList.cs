using System.Text;
using System.Text.Json;
using Pharos.Exporters.Presets;

namespace Pharos.Otel;

/// <summary>The presets for people and for programs.</summary>
internal static class PresetList
{
    public static string Text()
    {
        var text = new StringBuilder();
        foreach (var preset in PresetTable.All)
        {
            text.Append($"{preset.Name,-14} {preset.Vendor}{(preset.NeedsCollector is null ? "" : ": needs a collector, see 'pharos otel snippet " + preset.Name + "'")}\n");
            foreach (var parameter in preset.Parameters)
                text.Append($"{"",15}{parameter.Name}=…  {parameter.Help}{(parameter.Default is { } usual ? $" ({usual})" : "")}\n");
            if (preset.Key is { } key)
                text.Append($"{"",15}--key-file FILE  {key}{(preset.KeyIsOptional ? ", if there is one" : "")}\n");
            foreach (var (_, reason) in preset.Unsupported)
                text.Append($"{"",15}{reason}\n");
        }

        return text.ToString();
    }

    public static string Json()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            foreach (var preset in PresetTable.All)
            {
                json.WriteStartObject();
                json.WriteString("name", preset.Name);
                json.WriteString("vendor", preset.Vendor);
                json.WriteBoolean("needsCollector", preset.NeedsCollector is not null);
                json.WriteBoolean("key", preset is { Key: not null, KeyIsOptional: false });
                json.WriteStartArray("parameters");
                foreach (var parameter in preset.Parameters)
                {
                    json.WriteStartObject();
                    json.WriteString("name", parameter.Name);
                    json.WriteString("help", parameter.Help);
                    if (parameter.Default is { } usual)
                        json.WriteString("default", usual);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
