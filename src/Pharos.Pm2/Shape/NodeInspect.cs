using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pharos.Pm2.Shape;

/// <summary>Values as Node's <c>util.inspect</c> shows them at full depth without colours: <c>prettylist</c>, whose layout scripts count lines of.</summary>
/// <remarks>The layout is that of Node 14 and later (breakLength 80, compact 3). Test: What_is_inspected_looks_as_under_node.</remarks>
internal sealed class NodeInspect
{
    private const int BreakLength = 80;
    private const int Compact = 3; // so many inner levels may share a line
    private const int MostItems = 100;
    private const int MostCharacters = 10_000;
    private const int ShortestSplit = 16;
    private int _indentation;
    private int _deepest; // level of the object that was begun last

    private NodeInspect()
    {
    }

    /// <summary>The text of a value.</summary>
    public static string Write(JsonNode? value) => new NodeInspect().Value(value, 0);

    private string Value(JsonNode? value, int level) => value switch
    {
        null => "null",
        JsonArray { Count: 0 } => "[]",
        JsonObject { Count: 0 } => "{}",
        JsonArray array => Array(array, level + 1),
        JsonObject map => Map(map, level + 1),
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => Text(value.GetValue<string>()),
            JsonValueKind.Number => NodeNumber.Of(value),
            _ => value.ToJsonString(),
        },
    };

    private string Array(JsonArray array, int level)
    {
        _deepest = level;
        List<string> items = [.. array.Take(MostItems).Select(item => Inner(item, level))];
        if (array.Count - MostItems is > 0 and var more)
            items.Add(string.Create(CultureInfo.InvariantCulture, $"... {more} more item{(more > 1 ? "s" : "")}"));
        var grouped = items.Count > 6 ? InColumns(items, array) : items;
        return Join(grouped, '[', ']', level, mayShareLine: grouped.Count == items.Count);
    }

    private string Map(JsonObject map, int level)
    {
        _deepest = level;
        List<string> members = [.. map.Select(member => $"{Key(member.Key)}: {Inner(member.Value, level)}")];
        return Join(members, '{', '}', level, mayShareLine: true);
    }

    private string Inner(JsonNode? value, int level)
    {
        _indentation += 2;
        var text = Value(value, level);
        _indentation -= 2;
        return text;
    }

    private string Join(List<string> items, char open, char close, int level, bool mayShareLine)
    {
        if (mayShareLine && _deepest - level < Compact && items.Sum(i => i.Length) + (2 * items.Count) + _indentation + 11 <= BreakLength && !items.Exists(i => i.Contains('\n')))
            return $"{open} {string.Join(", ", items)} {close}";
        var line = "\n" + new string(' ', _indentation);
        return $"{open}{line}  {string.Join($",{line}  ", items)}{line}{close}";
    }

    /// <summary>More than six short items stand in columns.</summary>
    private List<string> InColumns(List<string> items, JsonArray array)
    {
        var count = items.Count > MostItems ? items.Count - 1 : items.Count;
        var total = items.Take(count).Sum(i => i.Length + 2);
        var longest = items.Take(count).Max(i => i.Length) + 2;
        if ((longest * 3) + _indentation >= BreakLength || ((double)total / longest <= 5 && longest > 8))
            return items;
        var bias = Math.Max(longest - 3 - Math.Sqrt(longest - ((double)total / items.Count)), 1);
        // JavaScript rounds halves up.
        var columns = Math.Min(Math.Min((int)Math.Floor((Math.Sqrt(2.5 * bias * count) / bias) + 0.5), (BreakLength - _indentation) / longest), Math.Min(Compact * 4, 15));
        if (columns <= 1)
            return items;
        var widths = Enumerable.Range(0, columns).Select(c => Enumerable.Range(0, count).Where(i => i % columns == c).Select(i => items[i].Length).DefaultIfEmpty(0).Max() + 2).ToList();
        var right = array.Take(items.Count).All(i => i?.GetValueKind() == JsonValueKind.Number);
        List<string> lines = [];
        for (var i = 0; i < count; i += columns)
        {
            var line = new StringBuilder();
            var last = Math.Min(i + columns, count) - 1;
            for (var j = i; j < last; j++)
                line.Append(right ? $"{items[j]}, ".PadLeft(widths[j - i]) : $"{items[j]}, ".PadRight(widths[j - i]));
            lines.Add(line.Append(right ? items[last].PadLeft(widths[last - i] - 2) : items[last]).ToString());
        }

        if (count < items.Count)
            lines.Add(items[count]);
        return lines;
    }

    private static string Key(string name) => name switch
    {
        "__proto__" => "['__proto__']",
        [var first, .. var rest] when (char.IsAsciiLetter(first) || first == '_') && rest.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') => name,
        _ => Quoted(name),
    };

    private string Text(string value)
    {
        var more = value.Length - MostCharacters;
        var trailer = more > 0 ? string.Create(CultureInfo.InvariantCulture, $"... {more} more character{(more > 1 ? "s" : "")}") : "";
        var shown = more > 0 ? value[..MostCharacters] : value;
        if (shown.Length <= ShortestSplit || shown.Length <= BreakLength - _indentation - 4 || !shown.Contains('\n'))
            return Quoted(shown) + trailer;
        return string.Join(" +\n" + new string(' ', _indentation + 2), Lines(shown).Select(Quoted)) + trailer;
    }

    private static IEnumerable<string> Lines(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            yield return text[at..end];
            at = end;
        }
    }

    private static string Quoted(string value)
    {
        var quote = !value.Contains('\'') ? '\'' : !value.Contains('"') ? '"' : !value.Contains('`') && !value.Contains("${", StringComparison.Ordinal) ? '`' : '\'';
        var text = new StringBuilder(value.Length + 2).Append(quote);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            _ = c switch
            {
                '\'' when quote == '\'' => text.Append("\\'"),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' or (> '~' and < '\u00a0') => text.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:X2}"),
                _ when NodeJson.IsLoneSurrogate(value, i) => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x}"),
                _ => text.Append(c),
            };
        }

        return text.Append(quote).ToString();
    }
}
