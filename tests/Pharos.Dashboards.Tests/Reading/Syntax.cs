using System.Text.Json.Serialization;

namespace Pharos.Dashboards.Tests.Reading;

/// <summary>A node of the syntax tree that Grafana's own grammar gives.</summary>
public sealed class Syntax
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("from")]
    public required int From { get; init; }

    [JsonPropertyName("to")]
    public required int To { get; init; }

    [JsonPropertyName("children")]
    public required IReadOnlyList<Syntax> Children { get; init; }

    /// <summary>An error in the text.</summary>
    public bool IsError => Name == "⚠";

    /// <summary>This node and everything below it.</summary>
    public IEnumerable<Syntax> All => Children.SelectMany(c => c.All).Prepend(this);

    /// <summary>All nodes of a kind, with the nodes above them, innermost first.</summary>
    public IEnumerable<(Syntax Node, IReadOnlyList<Syntax> Above)> Find(string name, params Syntax[] above) =>
        Children.SelectMany(c => c.Find(name, [this, .. above])).Concat(Name == name ? [(this, above)] : []);

    /// <summary>The first child of a kind.</summary>
    public Syntax? Child(string name) => Children.FirstOrDefault(c => c.Name == name);

    /// <summary>The piece of the text.</summary>
    public string In(string text) => text[From..To];
}
