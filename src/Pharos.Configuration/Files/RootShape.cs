using Pharos.Configuration.Attributes;
using Pharos.Configuration.Syntax;

namespace Pharos.Configuration;

/// <summary>Where the apps are in a file: <c>{apps:[...]}</c>, <c>{pm2:[...]}</c>, a list, or the app itself.</summary>
internal static class RootShape
{
    private static readonly string[] Lists = ["pharos", "apps", "pm2"];
    private static readonly string[] Beside = ["deploy", "static"];

    /// <summary>The nodes of the apps, each with its key path.</summary>
    public static IReadOnlyList<(Node Node, string Key)> AppsOf(Node root, bool packageJson, Reporter reporter)
    {
        if (root is Node.Sequence all)
            return Each(all, "");
        if (root is not Node.Mapping mapping)
        {
            reporter.Fault(root.Line, "", $"{root.Describe()} where apps should be; accepted: {{apps: [...]}}, a list of apps, or one app");
            return [];
        }

        var list = Lists.FirstOrDefault(k => mapping.Find(k) is not null);
        if (list is null)
        {
            if (!packageJson)
                return [(mapping, "app")];
            reporter.Fault(mapping.Line, "", "no apps in here; accepted: a key 'apps', 'pm2' or 'pharos' with a list of apps");
            return [];
        }

        foreach (var member in mapping.Members.Where(m => m.Key != list && !packageJson))
        {
            if (Beside.Contains(member.Key))
                reporter.Warn(member.Line, member.Key, "is not supported, ignored");
            else if (Lists.Contains(member.Key))
                reporter.Fault(member.Line, member.Key, $"stands beside '{list}'; accepted: one of them");
            else if (member.Key != "$schema")
                reporter.Fault(member.Line, member.Key, $"is no key of a file; accepted beside '{list}': nothing but deploy and static, which are ignored");
        }

        var apps = mapping.Find(list)!;
        return apps is Node.Sequence sequence ? Each(sequence, list)
            : list == "pharos" && apps is Node.Mapping inner && inner.Find("apps") is { } own ? AppsOf(new Node.Mapping(inner.Line, inner.Column, [new("apps", own.Line, own)]), false, reporter)
            : [(apps, list)];
    }

    private static List<(Node, string)> Each(Node.Sequence list, string key) => [.. list.Items.Select((item, i) => (item, $"{key}[{i}]"))];
}
