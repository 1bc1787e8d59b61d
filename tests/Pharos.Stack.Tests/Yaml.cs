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
        stream.Load(new YamlDotNet.Core.MergingParser(new YamlDotNet.Core.Parser(text)));
        return (YamlMappingNode)stream.Documents[0].RootNode;
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
