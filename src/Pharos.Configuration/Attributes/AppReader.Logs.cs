using Pharos.Configuration.Syntax;
using Pharos.Core.Specs.Logs;

namespace Pharos.Configuration.Attributes;

/// <summary>What happens to the output: <c>logs</c>, and PM2's names for the same.</summary>
internal sealed partial class AppReader
{
    private Dictionary<string, string> Logs()
    {
        Dictionary<string, string> settings = [];
        Dictionary<string, string> saidBy = [];
        foreach (var attribute in AttributeTable.All.Where(a => a.Setting is not null))
        {
            Asked.Add(attribute.Name);
            if (_members.TryGetValue(attribute.Name, out var member) && !(attribute.Name == "time" && settings.ContainsKey("time")))
                Put(attribute, member, Path(attribute.Name), settings, saidBy);
        }

        Asked.Add("logs");
        if (!_members.TryGetValue("logs", out var logs) || logs.Value is Node.Scalar { Kind: ScalarKind.Null })
            return settings;
        if (logs.Value is Node.Mapping parts)
            Walk(parts, AttributeTable.Find(AttributeTable.All, "logs")!.Parts, Path("logs"), settings, saidBy);
        else if (Values.Flag(logs.Value) is not { } on)
            reporter.Wrong(At(logs), Path("logs"), AttributeKind.FlagOrParts);
        else if (!on)
            settings["off"] = "true";
        return settings;
    }

    private void Walk(Node.Mapping parts, AppAttribute[] table, string prefix, Dictionary<string, string> settings, Dictionary<string, string> saidBy)
    {
        Dictionary<string, Member> sorted = [];
        Sort(parts, table, prefix, sorted);
        foreach (var (name, member) in sorted)
        {
            var attribute = AttributeTable.Find(table, name)!;
            var key = $"{prefix}.{member.Key}";
            if (attribute.Parts.Length > 0 && member.Value is Node.Mapping inner)
                Walk(inner, attribute.Parts, key, settings, saidBy);
            else if (attribute.Setting is not null)
                Put(attribute, member, key, settings, saidBy);
            else if (attribute.Parts.Length > 0 && member.Value is not Node.Scalar { Kind: ScalarKind.Null })
                reporter.Wrong(At(member), key, AttributeKind.Parts);
        }
    }

    private void Put(AppAttribute attribute, Member member, string key, Dictionary<string, string> settings, Dictionary<string, string> saidBy)
    {
        if (member.Value is Node.Scalar { Kind: ScalarKind.Null })
            return;
        var setting = LogSettings.Find(attribute.Setting!)!;
        var text = member.Value switch
        {
            Node.Scalar s => s.Text,
            Node.Sequence when attribute.Kind == AttributeKind.Patterns => Values.Texts(member.Value) is { } texts ? string.Join('\n', texts) : null,
            _ => null,
        };
        // A path may be relative to the app's folder, and is made absolute where that is known.
        var judged = setting.IsPath && text is { Length: > 0 } && !text.StartsWith('/') && text is not ("true" or "false" or "NULL") ? "/" + text : text;
        if (text is null || setting.Set(new(), judged!) is null)
            reporter.Fault(member.Line, key, $"{member.Value.Describe()} is not accepted; accepted: {attribute.Takes}");
        else if (!settings.TryAdd(setting.Key, text))
            reporter.Fault(member.Line, key, $"says the same as {saidBy[setting.Key]}; accepted: one of them");
        else
            saidBy[setting.Key] = key;
    }

    /// <summary>One of the two usual files: an attribute of its own, or a part of <c>logs</c>.</summary>
    private string? LogFile(string name, string part)
    {
        var own = Get(name, Values.Text, AttributeKind.Text);
        if (!(_members.TryGetValue("logs", out var logs) && logs.Value is Node.Mapping parts))
            return own;
        var table = AttributeTable.Find(AttributeTable.All, "logs")!.Parts;
        if (parts.Members.FirstOrDefault(m => AttributeTable.Find(table, m.Key)?.Name == part) is not { Value: not Node.Scalar { Kind: ScalarKind.Null } } member)
            return own;
        if (own is not null)
            reporter.Fault(member.Line, $"{Path("logs")}.{member.Key}", $"says the same as {Path(name)}; accepted: one of them");
        else if (Values.Text(member.Value) is null)
            reporter.Wrong(At(member), $"{Path("logs")}.{member.Key}", AttributeKind.Text);
        return own ?? Values.Text(member.Value);
    }
}
