using Pharos.Configuration.Syntax;
using Pharos.Configuration.Variables;
using Pharos.Contracts;
using Pharos.Core.Lifecycle;
using Pharos.Core.Schedules;
using Pharos.Core.Specs;

namespace Pharos.Configuration.Attributes;

/// <summary>From a node to a value of a kind. Null: it is not of that kind.</summary>
internal static class Values
{
    private const int MostInstances = 10_000;

    public static string? Text(Node node) => node is Node.Scalar { Kind: ScalarKind.Text, Text.Length: > 0 } s && !s.Text.Contains('\0') ? s.Text : null;

    public static string? Name(Node node) => node is Node.Scalar { Kind: ScalarKind.Number } s ? s.Text : Text(node);

    public static bool? Flag(Node node) => node is Node.Scalar { Kind: ScalarKind.Bool } s ? s.Text == "true" : null;

    public static int? Whole(Node node, int least, int most) =>
        node is Node.Scalar { Kind: ScalarKind.Number or ScalarKind.Text } s && int.TryParse(s.Text, out var n) && n >= least && n <= most ? n : null;

    public static string? Duration(Node node) => Name(node) is { } text && Durations.TryParse(text, out _) ? text : null;

    public static IReadOnlyList<string>? Words(Node node) => node switch
    {
        Node.Scalar { Kind: ScalarKind.Text or ScalarKind.Number } line when !line.Text.Contains('\0') => CommandWords.Split(line.Text),
        Node.Sequence list when list.Items.All(i => i is Node.Scalar { Kind: not ScalarKind.Null } s && !s.Text.Contains('\0')) =>
            [.. list.Items.Select(i => ((Node.Scalar)i).Text)],
        _ => null,
    };

    public static IReadOnlyList<string>? Texts(Node node) => node is Node.Sequence list
        ? list.Items.All(i => Text(i) is not null) ? [.. list.Items.Select(i => Text(i)!)] : null
        : Text(node) is { } one ? [one] : null;

    public static IReadOnlyList<int>? ExitCodes(Node node)
    {
        IReadOnlyList<Node> items = node is Node.Sequence list ? list.Items : [node];
        return items.All(i => Whole(i, 0, 255) is not null) ? [.. items.Select(i => Whole(i, 0, 255)!.Value)] : null;
    }

    /// <summary>PM2's way of counting: max and 0 are the processors, a negative number is processors less that many, at least 1.</summary>
    public static int? Instances(Node node, int processors) => node is Node.Scalar { Kind: ScalarKind.Text, Text: "max" } ? processors
        : Whole(node, int.MinValue, MostInstances) is { } n ? n > 0 ? n : (int)Math.Max(1, (long)processors + n)
        : null;

    public static string? Restart(Node node) => node switch
    {
        Node.Scalar { Kind: ScalarKind.Bool } flag => flag.Text == "true" ? "always" : "never",
        Node.Scalar { Text: "always" or "on-failure" or "never" } word => word.Text,
        _ => null,
    };

    public static string? Mode(Node node) => node is Node.Scalar { Text: "fork" or "fork_mode" or "cluster" or "cluster_mode" } word ? word.Text : null;

    /// <summary>How instances share listeners; empty: they do not.</summary>
    public static string? Balance(Node node) => Flag(node) is { } flag ? (flag ? "shared" : "")
        : node is Node.Scalar { Text: "shared" or "round_robin" or "reuseport" } word ? word.Text : null;

    public static string? Stdio(Node node) => node is Node.Scalar { Text: "spool" or "fifo" } word ? word.Text : null;

    /// <summary>A bare number has to show by a zero at its front that it was written in octal: JavaScript hands 022 on as 18.</summary>
    public static string? Umask(Node node) =>
        Name(node) is { Length: <= 4 } text && text.All(c => c is >= '0' and <= '7') && Convert.ToInt32(text, 8) <= 0x1FF
        && (node is Node.Scalar { Kind: ScalarKind.Text } || text[0] == '0') ? text : null;

    public static string? Signal(Node node) => Name(node) is { } text && SignalNames.TryParse(text, out _) ? text : null;

    public static string? Limit(Node node)
    {
        if (Name(node) is not { } text || text.Split(':') is not { Length: <= 2 } parts)
            return null;
        var ok = Durations.TryParseLimit(parts[0], out var soft) & Durations.TryParseLimit(parts[^1], out var hard);
        return ok && soft <= hard ? text : null;
    }

    public static string? Size(Node node) => Name(node) is { } text && Durations.TryParseLimit(text, out var bytes) && bytes is > 0 and < long.MaxValue ? text : null;

    /// <summary>PM2 takes 0 for none; so does an empty answer here.</summary>
    public static string? Cron(Node node) => Name(node) is { } text && (text == "0" || CronExpression.TryParse(text, out _, out _)) ? text : null;

    public static string? Zone(Node node) => Text(node) is { } text && TimeZoneInfo.TryFindSystemTimeZoneById(text, out _) ? text : null;

    public static string? VariableName(Node node) => Text(node) is { } text && !text.Contains('=') ? text : null;

    public static string? Check(Node node) => Text(node) is { } text && ProbeSpec.TryParseCheck(text, out _, out _) ? text : null;

    public static string? Address(Node node) => Name(node) is { } text && Core.Specs.ListenSpec.TryParse(text, out _) ? text : null;

    public static string? Status(Node node) => Name(node) is { } text && StatusRange.TryParse(text, out _) ? text : null;

    public static string? Pattern(Node node) => Text(node) is { } text && ProbeSpec.IsPattern(text) ? text : null;

    public static string? Counted(Node node) => Whole(node, 1, int.MaxValue)?.ToString();

    public static string? Share(Node node) => Name(node) is { } text && CpuShare.TryParse(text, out _) ? text : null;

    public static string? Overlap(Node node) => node is Node.Scalar { Text: "forbid" or "allow" or "replace" } word ? word.Text : null;

    /// <summary>A variable's value: objects and lists become JSON. Null for null, which takes the variable away.</summary>
    public static string? Variable(Node node) => node switch
    {
        Node.Scalar { Kind: ScalarKind.Null } => null,
        Node.Scalar scalar => scalar.Text,
        _ => node.ToJson(),
    };
}
