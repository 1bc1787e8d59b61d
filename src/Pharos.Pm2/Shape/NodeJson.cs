using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pharos.Pm2.Shape;

/// <summary>JSON as <c>JSON.stringify</c> writes it, byte for byte: scripts compare and cut that text.</summary>
internal static class NodeJson
{
    private static readonly SearchValues<char> Special = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(c => (char)c), '"', '\\', .. Enumerable.Range(0xD800, 0x800).Select(c => (char)c)]);

    /// <summary>The text of a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="indent">Blanks for each level; 0: all on one line.</param>
    public static string Write(JsonNode? value, int indent = 0)
    {
        var text = new StringBuilder();
        Write(text, value, indent, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? value, int indent, int level)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case JsonArray array:
                Items(text, '[', ']', array.Count, indent, level, i => Write(text, array[i], indent, level + 1));
                break;
            case JsonObject map:
                using (var members = map.GetEnumerator())
                {
                    Items(text, '{', '}', map.Count, indent, level, _ =>
                    {
                        members.MoveNext();
                        Text(text, members.Current.Key);
                        text.Append(indent > 0 ? ": " : ":");
                        Write(text, members.Current.Value, indent, level + 1);
                    });
                }

                break;
            default:
                Primitive(text, value);
                break;
        }
    }

    private static void Items(StringBuilder text, char open, char close, int count, int indent, int level, Action<int> item)
    {
        text.Append(open);
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                text.Append(',');
            if (indent > 0)
                text.Append('\n').Append(' ', indent * (level + 1));
            item(i);
        }

        if (indent > 0 && count > 0)
            text.Append('\n').Append(' ', indent * level);
        text.Append(close);
    }

    private static void Primitive(StringBuilder text, JsonNode value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                Text(text, value.GetValue<string>());
                break;
            case JsonValueKind.Number when value is JsonValue plain && Whole(plain) is { } whole:
                text.Append(whole);
                break;
            case JsonValueKind.Number:
                text.Append(NodeNumber.Of(value) is "-0" ? "0" : NodeNumber.Of(value) is var number && number.EndsWith('y') ? "null" : number);
                break;
            case JsonValueKind.True:
                text.Append("true");
                break;
            case JsonValueKind.False:
                text.Append("false");
                break;
            case JsonValueKind.Null or JsonValueKind.Undefined or JsonValueKind.Object or JsonValueKind.Array:
                text.Append(value.ToJsonString());
                break;
        }
    }

    private static void Text(StringBuilder text, string value)
    {
        text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            // Most texts are written as they are.
            var plain = value.AsSpan(i).IndexOfAny(Special) is var at and >= 0 ? at : value.Length - i;
            text.Append(value, i, plain);
            if ((i += plain) == value.Length)
                break;
            var c = value[i];
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ when IsLoneSurrogate(value, i) => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }

    /// <summary>A number that needs no thought: whole, and not too large for JavaScript.</summary>
    private static long? Whole(JsonValue value)
    {
        const long Exact = 1L << 53;
        if (value.TryGetValue(out int small))
            return small == 0 ? null : small; // a zero may be -0
        return value.TryGetValue(out long large) && large is > -Exact and < Exact and not 0 ? large : null;
    }

    /// <summary>Half of a pair, without its other half.</summary>
    internal static bool IsLoneSurrogate(string text, int at) =>
        char.IsHighSurrogate(text[at]) ? at + 1 >= text.Length || !char.IsLowSurrogate(text[at + 1])
        : char.IsLowSurrogate(text[at]) && (at == 0 || !char.IsHighSurrogate(text[at - 1]));
}
