using YamlDotNet.RepresentationModel;

namespace Pharos.Stack.Tests;

/// <summary>One rule as it stands in a file.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="Interval">Of its group.</param>
/// <param name="Alert">Its name; null: it records.</param>
/// <param name="Record">What it records; null: it is an alert.</param>
/// <param name="Expr">The expression.</param>
/// <param name="Node">All of it.</param>
internal sealed record Rule(string File, string Interval, string? Alert, string? Record, string Expr, YamlNode Node)
{
    /// <summary>Every rule that is shipped.</summary>
    public static IReadOnlyList<Rule> All { get; } =
    [
        .. Files("rules").SelectMany(f => Yaml.File("otel-collector", "prometheus", "rules", f).List("groups").SelectMany(g => g.List("rules")
            .Select(r => new Rule(f, g.Text("interval")!, r.Text("alert"), r.Text("record"), r.Text("expr")!, r)))),
    ];

    /// <summary>The alerts among them.</summary>
    public static IReadOnlyList<Rule> Alerts { get; } = [.. All.Where(r => r.Alert is not null)];

    /// <summary>Names of the files in a folder of Prometheus' configuration.</summary>
    public static IEnumerable<string> Files(string folder) => Directory.GetFiles(Repository.PathOf("otel-collector", "prometheus", folder), "*.yml").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal);
}
