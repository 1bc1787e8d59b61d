using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pharos.Configuration.Syntax;

/// <summary>YAML 1.2 (core schema) to the neutral tree, through the library's document model: no reflection.</summary>
internal static class YamlText
{
    private const int Deepest = 100, MostNodes = 100_000;

    /// <summary>Reads a text. Never throws.</summary>
    public static Parsed Parse(string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            return new(null, new((int)e.Start.Line, (int)e.Start.Column, $"{e.Message.TrimEnd('.')}; YAML is accepted"));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or OverflowException)
        {
            // The library lets a few of its own go through for broken texts; to the user each is the same.
            return new(null, new(1, 0, $"{e.Message}; YAML is accepted"));
        }

        if (stream.Documents.Count > 1)
            return new(null, new((int)stream.Documents[1].RootNode.Start.Line, 0, "a second document; one is accepted"));
        if (stream.Documents.Count == 0)
            return new(new Node.Scalar(1, 1, ScalarKind.Null, "null"), null);
        var left = MostNodes;
        try
        {
            return new(Convert(stream.Documents[0].RootNode, 0, ref left), null);
        }
        catch (TooMuchException e)
        {
            return new(null, new(e.Line, 0, e.Message));
        }
    }

    private static Node Convert(YamlNode node, int depth, ref int left)
    {
        var (line, column) = ((int)node.Start.Line, (int)node.Start.Column);
        // An alias may name what contains it, and aliases of aliases grow without end.
        if (depth > Deepest || --left < 0)
            throw new TooMuchException(line, depth > Deepest ? $"nested deeper than {Deepest} levels" : $"more than {MostNodes} values");
        switch (node)
        {
            case YamlScalarNode scalar:
                var value = scalar.Value ?? "";
                return new Node.Scalar(line, column, scalar.Style == ScalarStyle.Plain ? KindOf(value) : ScalarKind.Text, Normal(scalar.Style, value));
            case YamlSequenceNode sequence:
                List<Node> items = [];
                foreach (var item in sequence)
                    items.Add(Convert(item, depth + 1, ref left));
                return new Node.Sequence(line, column, items);
            case YamlMappingNode mapping:
                return Mapping(mapping, line, column, depth, ref left);
            default:
                throw new TooMuchException(line, "an alias of something that is not there");
        }
    }

    private static Node.Mapping Mapping(YamlMappingNode mapping, int line, int column, int depth, ref int left)
    {
        List<Member> members = [], merged = [];
        foreach (var (key, value) in mapping)
        {
            var name = (key as YamlScalarNode)?.Value ?? throw new TooMuchException((int)key.Start.Line, "a key that is no text; a text is accepted");
            var converted = Convert(value, depth + 1, ref left);
            if (name != "<<")
            {
                members.Add(new(name, (int)key.Start.Line, converted));
                continue;
            }

            foreach (var source in converted is Node.Sequence many ? many.Items : [converted])
                merged.AddRange((source as Node.Mapping)?.Members ?? throw new TooMuchException((int)key.Start.Line, "'<<' of something that is no object"));
        }

        foreach (var member in merged)
        {
            if (!members.Exists(m => m.Key == member.Key))
                members.Add(member);
        }

        return new(line, column, members);
    }

    private static ScalarKind KindOf(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => ScalarKind.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ScalarKind.Bool,
        _ => (char.IsAsciiDigit(text[^1]) || text[^1] == '.') && text[0] is not ('+' or ' ')
            && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, null, out var value)
            && double.IsFinite(value) ? ScalarKind.Number : ScalarKind.Text,
    };

    private static string Normal(ScalarStyle style, string text) =>
        style == ScalarStyle.Plain && KindOf(text) is ScalarKind.Null or ScalarKind.Bool
            ? KindOf(text) == ScalarKind.Null ? "null" : text.ToLowerInvariant()
            : text;

    private sealed class TooMuchException(int line, string message) : Exception(message)
    {
        public int Line { get; } = line;
    }
}
