using Pharos.Contracts.Text;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Contracts.Tests.Text;

public sealed class InstanceTableTests
{
    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(120)]
    [InlineData(250)]
    [InlineData(0)]
    public void A_table_is_shown_as_reviewed_at_each_width(int width) =>
        Golden.Match(InstanceTable.Render(Samples.Mixed(), width, color: false), $"Table_at_{width}");

    [Fact]
    public void A_table_with_colours_is_shown_as_reviewed() =>
        Golden.Match(InstanceTable.Render(Samples.Mixed(), 80, color: true).Replace("\e", "ESC"), "Table_in_colour");

    [Fact]
    public void A_hundred_instances_are_shown_as_reviewed()
    {
        var many = Enumerable.Range(0, 100).Select(i => Samples.Running(i % 2 == 0 ? "api" : "web", i / 2, i * 61, i / 10.0, i * 3L << 20));
        Golden.Match(InstanceTable.Render([.. many], 80, color: false), "Hundred");
    }

    [Fact]
    public void No_line_is_wider_than_the_terminal()
    {
        for (var width = 8; width < 260; width++)
        {
            foreach (var line in InstanceTable.Render(Samples.Mixed(), width, color: false).Split('\n').Where(l => l.Contains('│')))
            {
                Assert.True(TerminalText.Width(line) <= width, $"{TerminalText.Width(line)} columns at {width}: {line}");
            }
        }
    }

    [Fact]
    public void All_lines_of_a_table_are_equally_wide_even_with_wide_characters()
    {
        var lines = InstanceTable.Render(Samples.Mixed(), 100, color: false).Split('\n').Where(l => l.Length > 0 && "┌├│└".Contains(l[0]));
        Assert.Single(lines.Select(TerminalText.Width).Distinct());
    }

    [Fact]
    public void Colour_changes_nothing_but_colour()
    {
        var painted = InstanceTable.Render(Samples.Mixed(), 80, color: true);
        Assert.Contains('\e', painted);
        Assert.Equal(InstanceTable.Render(Samples.Mixed(), 80, color: false), string.Join('\n', painted.Split('\n').Select(TerminalText.Clean)));
    }

    [Fact]
    public void Without_apps_it_says_how_to_start_one() =>
        Assert.Contains("pharos start", InstanceTable.Render([], 80, color: false), StringComparison.Ordinal);

    [Fact]
    public void Instances_of_an_app_stand_together_in_order()
    {
        var text = InstanceTable.Render([Samples.Instance("b", 1), Samples.Instance("a", 10), Samples.Instance("b", 0), Samples.Instance("a", 2)], 0, color: false);
        Assert.Equal(["a2", "a10", "b0", "b1"], text.Split('\n')[1..5].Select(l => string.Concat(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2])));
    }
}
