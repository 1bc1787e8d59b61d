using System.Text.RegularExpressions;
using Pharos.Dashboards.Boards;
using Pharos.Dashboards.Tests.Reading;
using YamlDotNet.RepresentationModel;

namespace Pharos.Dashboards.Tests.Json;

public sealed partial class LinksTests
{
    [Fact]
    public void Uids_and_titles_are_unique_and_stay_what_alerts_and_bookmarks_know()
    {
        Assert.Equal(["pharos-app", "pharos-fleet", "pharos-instance", "pharos-logs", "pharos-storm", "pharos-supervisor", "pharos-traces"], BoardFile.All.Select(b => b.Uid).Order(StringComparer.Ordinal));
        Assert.Equal(BoardFile.All.Count, BoardFile.All.Select(b => b.Title).Distinct().Count());
    }

    [Fact]
    public void Every_link_leads_to_a_dashboard_that_has_its_variables()
    {
        var seen = 0;
        foreach (var board in BoardFile.All)
        {
            foreach (var link in DashboardLink().Matches(board.Text).Select(m => m.Value))
            {
                seen++;
                var target = BoardFile.All.SingleOrDefault(b => b.Uid == Uid().Match(link).Groups["uid"].Value);
                Assert.True(target is not null, $"{board.Name}: {link}: no such dashboard");
                var there = target.Variables.Select(v => v.GetProperty("name").GetString()!).ToHashSet();
                var set = VariableSet().Matches(link).Select(m => m.Groups["name"].Value).ToList();
                Assert.True(set.All(there.Contains), $"{board.Name}: {link}: {target.Name} has no {string.Join(", ", set.Where(s => !there.Contains(s)))}");
            }
        }

        Assert.True(seen > 50, $"{seen} links");
    }

    [Fact]
    public void Links_use_variables_of_their_own_dashboard()
    {
        foreach (var board in BoardFile.All)
        {
            var own = board.Variables.Select(v => v.GetProperty("name").GetString()!).ToHashSet();
            Assert.Empty(DashboardLink().Matches(board.Text).SelectMany(l => Placeholders.NamesIn(l.Value)).Where(n => !n.StartsWith("__", StringComparison.Ordinal) && !own.Contains(n)).Select(n => $"{board.Name}: ${{{n}}}").Distinct());
        }
    }

    [Fact]
    public void Every_dashboard_links_to_all_others_and_takes_time_data_sources_and_what_is_chosen_along()
    {
        foreach (var board in BoardFile.All)
        {
            var links = board.Json.GetProperty("links").EnumerateArray().ToList();
            Assert.All(links, l => Assert.True(l.GetProperty("keepTime").GetBoolean()));
            Assert.Equal(Uids.All.Select(u => u.Uid).Except([board.Uid]), links.Select(l => Uid().Match(l.GetProperty("url").GetString()!).Groups["uid"].Value));
            var shown = board.Variables.Where(v => v.GetProperty("hide").GetInt32() == 0).Select(v => v.GetProperty("name").GetString()!).ToList();
            foreach (var (link, target) in links.Zip(Uids.All.Where(u => u.Uid != board.Uid)))
            {
                var taken = VariableSet().Matches(link.GetProperty("url").GetString()!).Select(m => m.Groups["name"].Value);
                Assert.Equal(shown.Where(s => s.EndsWith("datasource", StringComparison.Ordinal) || target.Takes.Contains(s)).Order(StringComparer.Ordinal), taken.Order(StringComparer.Ordinal));
            }
        }
    }

    [Fact]
    public void Every_variable_in_a_query_is_on_its_dashboard()
    {
        foreach (var board in BoardFile.All)
        {
            var own = board.Variables.Select(v => v.GetProperty("name").GetString()!).ToHashSet();
            foreach (var text in board.Targets.Concat(board.AnnotationTargets).Select(t => t.Text).Concat(board.LabelValues.Select(l => l.Selector)))
                Assert.Empty(Placeholders.NamesIn(text).Where(n => !n.StartsWith("__", StringComparison.Ordinal)).Except(own).Select(n => $"{board.Name}: ${n} in {text}"));
        }
    }

    [Fact]
    public void A_link_in_a_table_uses_a_column_that_the_table_shows()
    {
        foreach (var panel in BoardFile.All.SelectMany(b => b.Panels).Where(p => p.TryGetProperty("transformations", out _)))
        {
            var organize = panel.GetProperty("transformations").EnumerateArray().Single(t => t.GetProperty("id").GetString() == "organize");
            var shown = organize.GetProperty("options").GetProperty("renameByName").EnumerateObject().Select(p => p.Value.GetString()!).ToHashSet();
            Assert.Empty(ColumnOfLink().Matches(panel.GetRawText()).Select(m => m.Groups["name"].Value).Where(c => !shown.Contains(c)).Select(c => $"{panel.GetProperty("title")}: {c}"));
            var overridden = panel.GetProperty("fieldConfig").GetProperty("overrides").EnumerateArray().Select(o => o.GetProperty("matcher").GetProperty("options").GetString()!);
            Assert.Empty(overridden.Where(c => !shown.Contains(c)).Select(c => $"{panel.GetProperty("title")}: no column {c}"));
        }
    }

    [Fact]
    public void Panels_neither_overlap_nor_leave_the_grid()
    {
        foreach (var board in BoardFile.All)
        {
            var taken = new HashSet<(int, int)>();
            foreach (var panel in board.Json.GetProperty("panels").EnumerateArray())
            {
                var pos = panel.GetProperty("gridPos");
                int x = pos.GetProperty("x").GetInt32(), y = pos.GetProperty("y").GetInt32(), w = pos.GetProperty("w").GetInt32(), h = pos.GetProperty("h").GetInt32();
                Assert.True(x + w <= 24, $"{board.Name}: {panel.GetProperty("title")}");
                Assert.All(from dx in Enumerable.Range(x, w) from dy in Enumerable.Range(y, h) select (dx, dy), cell => Assert.True(taken.Add(cell), $"{board.Name}: {panel.GetProperty("title")}"));
            }
        }
    }

    [Fact]
    public void The_provider_file_provisions_this_folder_and_lets_nobody_edit()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(Repository.PathOf("dashboards", "provider.yaml"))));
        var provider = (YamlMappingNode)((YamlSequenceNode)yaml.Documents[0].RootNode["providers"]).Single();
        Assert.Equal("file", provider["type"].ToString());
        Assert.Equal("false", provider["allowUiUpdates"].ToString());
        Assert.Equal("true", provider["disableDeletion"].ToString());
        Assert.Contains("dashboards", provider["options"]["path"].ToString());
    }

    [GeneratedRegex("""(?<=")/d/[^"\\]*(\\"[^"\\]*)*""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DashboardLink();

    [GeneratedRegex("^/d/(?<uid>[a-z-]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Uid();

    [GeneratedRegex(@"(var-(?<name>\w+)=|\$\{(?<name>[a-z]\w*):queryparam\})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VariableSet();

    [GeneratedRegex("""__data\.fields\[\\"(?<name>[^\\]+)\\"\]""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ColumnOfLink();
}
