using YamlDotNet.RepresentationModel;

namespace Pharos.Stack.Tests;

/// <summary>Shipped YAML files, read as they are, with the few questions that tests ask of them.</summary>
internal static class Yaml
{
    /// <summary>The root of a file of the repository.</summary>
    public static YamlMappingNode File(params string[] path)
    {
        var stream = new YamlStream();
        using var text = new StreamReader(Repository.PathOf(path));
        stream.Load(text);
        Merge(stream.Documents[0].RootNode);
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    /// <summary><c>&lt;&lt;: *map</c> brings in the keys that a map has not itself.</summary>
    private static void Merge(YamlNode node)
    {
        if (node is YamlMappingNode map)
        {
            var key = new YamlScalarNode("<<");
            if (map.Children.TryGetValue(key, out var common))
            {
                map.Children.Remove(key);
                foreach (var (name, value) in ((YamlMappingNode)common).Children)
                    map.Children.TryAdd(name, value);
            }

            foreach (var value in map.Children.Values)
                Merge(value);
        }
        else if (node is YamlSequenceNode list)
        {
            foreach (var element in list.Children)
                Merge(element);
        }
    }

    /// <summary>A value by its path; null: it is not there.</summary>
    public static YamlNode? At(this YamlNode node, params string[] path)
    {
        foreach (var key in path)
        {
            if (node is not YamlMappingNode map || !map.Children.TryGetValue(new YamlScalarNode(key), out var next))
                return null;
            node = next;
        }

        return node;
    }

    /// <summary>The text of a scalar by its path; null: it is not there.</summary>
    public static string? Text(this YamlNode node, params string[] path) => (node.At(path) as YamlScalarNode)?.Value;

    /// <summary>Keys and values of a map by its path; none when it is not there.</summary>
    public static IReadOnlyList<(string Key, YamlNode Value)> Map(this YamlNode node, params string[] path) =>
        node.At(path) is YamlMappingNode map ? [.. map.Children.Select(c => (((YamlScalarNode)c.Key).Value!, c.Value))] : [];

    /// <summary>Elements of a list by its path; none when it is not there.</summary>
    public static IReadOnlyList<YamlNode> List(this YamlNode node, params string[] path) =>
        node.At(path) is YamlSequenceNode list ? [.. list.Children] : [];

    /// <summary>Texts of a list by its path.</summary>
    public static IReadOnlyList<string> Texts(this YamlNode node, params string[] path) => [.. node.List(path).Select(n => ((YamlScalarNode)n).Value!)];
}
