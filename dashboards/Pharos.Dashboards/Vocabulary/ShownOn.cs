using System.Text.RegularExpressions;
using Pharos.Dashboards.Boards;
using Pharos.Exporters.Prometheus;
using Pharos.Telemetry.Catalogue;

namespace Pharos.Dashboards.Vocabulary;

/// <summary>Which dashboards show a metric: for the page about telemetry.</summary>
public static class ShownOn
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5); // megabytes of text, a few milliseconds

    private static readonly IReadOnlyList<(BoardName Name, string Text)> Texts = [.. AllBoards.All.Select(b => (Uids.All.Single(u => u.Uid == b.Uid), b.ToText()))];

    /// <summary>In the order of the links.</summary>
    /// <returns>Empty: none does.</returns>
    public static IReadOnlyList<BoardName> Dashboards(MetricDefinition metric)
    {
        var name = new Regex($"\\b{NameTranslator.Metric(metric)}(_bucket|_sum|_count)?\\b", RegexOptions.ExplicitCapture, Patience);
        return [.. Texts.Where(t => name.IsMatch(t.Text)).Select(t => t.Name)];
    }
}
