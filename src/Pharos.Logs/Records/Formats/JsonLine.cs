using System.Text;
using System.Text.Json;
using Pharos.Logs.Records.Fields;

namespace Pharos.Logs.Records.Formats;

/// <summary>A line that is one JSON object: nested members become dotted names, lists stay JSON text.</summary>
internal static class JsonLine
{
    private const int DeepestName = 4;

    /// <summary>Cheap: whether it is worth trying.</summary>
    public static bool Looks(ReadOnlySpan<byte> line)
    {
        line = line.Trim(" \t\r"u8);
        if (line.Length < 2 || line[0] != (byte)'{' || line[^1] != (byte)'}')
            return false;
        var inner = line[1..].TrimStart(" \t"u8);
        return inner[0] is (byte)'"' or (byte)'}';
    }

    /// <summary>Reads the fields.</summary>
    /// <returns>False when it is no JSON object: nothing was taken then.</returns>
    public static bool Read(ReadOnlySpan<byte> line, RecordFields fields, Timestamps times)
    {
        if (!Looks(line) || !IsJson(line))
            return false;
        var reader = Reader(line);
        reader.Read();
        Members(ref reader, line, "", 1, fields, times);
        return true;
    }

    private static Utf8JsonReader Reader(ReadOnlySpan<byte> line) => new(line, new JsonReaderOptions { MaxDepth = 64, AllowTrailingCommas = true });

    private static bool IsJson(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = Reader(line);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false; // a line of something else that begins and ends with braces
        }
    }

    private static void Members(ref Utf8JsonReader reader, ReadOnlySpan<byte> line, string prefix, int depth, RecordFields fields, Timestamps times)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text(ref reader);
            var key = prefix.Length == 0 ? name : $"{prefix}.{name}";
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject when depth < DeepestName:
                    Members(ref reader, line, key, depth + 1, fields, times);
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    fields.Take(key, Encoding.UTF8.GetString(line[start..(int)reader.BytesConsumed]), times);
                    break;
                case JsonTokenType.String:
                    fields.Take(key, Text(ref reader), times);
                    break;
                case JsonTokenType.Number:
                    fields.Take(key, reader.TryGetInt64(out var whole) ? whole : reader.TryGetDouble(out var number) && double.IsFinite(number) ? number : Encoding.UTF8.GetString(reader.ValueSpan), times);
                    break;
                case JsonTokenType.True or JsonTokenType.False:
                    fields.Take(key, reader.TokenType == JsonTokenType.True, times);
                    break;
            }
        }
    }

    /// <summary>Half a surrogate pair as an escape is valid JSON and no text: it is kept as it is written.</summary>
    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }
}
