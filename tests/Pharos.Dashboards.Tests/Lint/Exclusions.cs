using YamlDotNet.RepresentationModel;

namespace Pharos.Dashboards.Tests.Lint;

/// <summary>
/// The file <c>dashboards/.lint</c>, in the form of Grafana's dashboard-linter: per rule what it may not say, and why.
/// An entry without a panel is about the whole dashboard, one without a target about the whole panel.
/// </summary>
public sealed class Exclusions
{
    private readonly List<Entry> _entries = [];

    private sealed record Entry(string Rule, string Dashboard, string Panel, string Target, string Reason);

    /// <summary>Reads it.</summary>
    /// <param name="text">YAML.</param>
    /// <exception cref="InvalidDataException">An entry has no reason, or a key that we do not know.</exception>
    public static Exclusions Parse(string text)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        var all = new Exclusions();
        foreach (var (rule, body) in (YamlMappingNode)((YamlMappingNode)yaml.Documents[0].RootNode)["exclusions"])
        {
            var reason = Text(body, "reason");
            foreach (var entry in (YamlSequenceNode)((YamlMappingNode)body)["entries"])
            {
                var unknown = ((YamlMappingNode)entry).Children.Keys.Select(k => k.ToString()).Except(["dashboard", "panel", "targetIdx", "reason"]).ToList();
                if (unknown.Count > 0)
                    throw new InvalidDataException($".lint: {rule}: no such key: {unknown[0]}");
                var why = Text(entry, "reason") ?? reason ?? throw new InvalidDataException($".lint: {rule}: {entry}: give a reason, here or above");
                all._entries.Add(new(rule.ToString(), Text(entry, "dashboard") ?? "", Text(entry, "panel") ?? "", Text(entry, "targetIdx") ?? "", why));
            }
        }

        return all;
    }

    /// <summary>What remains, and the entries that exclude nothing.</summary>
    public (IReadOnlyList<Finding> Left, IReadOnlyList<string> Unused) Apply(IReadOnlyList<Finding> findings)
    {
        var used = new HashSet<Entry>();
        var left = findings.Where(f =>
        {
            var by = _entries.FirstOrDefault(e => e.Rule == f.Rule && Is(e.Dashboard, f.Dashboard) && Is(e.Panel, f.Panel) && Is(e.Target, f.Target));
            if (by is not null)
                used.Add(by);
            return by is null;
        }).ToList();
        return (left, [.. _entries.Except(used).Select(e => e.ToString())]);
    }

    private static bool Is(string wanted, string actual) => wanted.Length == 0 || wanted == actual;

    private static string? Text(YamlNode node, string key) => ((YamlMappingNode)node).Children.TryGetValue(key, out var value) ? value.ToString() : null;
}
