using Pharos.Contracts.Tests.Text;
using Pharos.Contracts.Text;
using Pharos.Screens;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Cli.Tests.Screens;

public sealed class MonitFrameTests
{
    [Theory]
    [InlineData(80, 24)]
    [InlineData(250, 60)]
    [InlineData(60, 15)]
    public void A_busy_machine_is_shown_as_reviewed(int width, int height) =>
        Golden.Match(Picture(Busy(), width, height), $"Frame_{width}x{height}");

    [Fact]
    public void The_whole_log_is_shown_as_reviewed()
    {
        var model = Busy();
        model.Press(MonitKey.FullLog, 10);
        Golden.Match(Picture(model, 80, 12), "Full_log");
    }

    [Fact]
    public void The_keys_are_explained_as_reviewed()
    {
        var model = Busy();
        model.Press(MonitKey.Help, 10);
        Golden.Match(Picture(model, 80, 24), "Help");
    }

    [Fact]
    public void A_question_takes_the_place_of_the_keys()
    {
        var model = Busy();
        model.Press(MonitKey.Restart, 10);
        Assert.StartsWith(" Restart web:1?  y: yes, any other key: no", Picture(model, 80, 24).Split('\n')[23], StringComparison.Ordinal);
    }

    [Fact]
    public void At_any_size_every_line_is_as_wide_as_the_screen_and_there_are_as_many_as_rows()
    {
        MonitModel[] models = [Busy(), new(), Full(), Helped()];
        foreach (var model in models)
        {
            for (var width = 1; width <= 130; width += 3)
            {
                for (var height = 1; height <= 50; height++)
                {
                    var lines = MonitFrame.Render(model, width, height).Select(TerminalText.Clean).ToArray();
                    Assert.Equal(height, lines.Length);
                    Assert.All(lines, line => Assert.True(TerminalText.Width(line) == width, $"{width}x{height}: '{line}'"));
                }
            }
        }

        static MonitModel Full()
        {
            var model = Busy();
            model.Press(MonitKey.FullLog, 10);
            return model;
        }

        static MonitModel Helped()
        {
            var model = Busy();
            model.Press(MonitKey.Help, 10);
            return model;
        }
    }

    [Fact]
    public void The_keys_are_in_view_at_80_columns()
    {
        var footer = Picture(Busy(), 80, 24).Split('\n')[23];
        Assert.All(["q quit", "r restart", "s stop/start", "l log", "? help"], key => Assert.Contains(key, footer, StringComparison.Ordinal));
    }

    [Fact]
    public void The_selected_instance_is_in_view_among_hundreds()
    {
        var model = new MonitModel();
        model.Show([.. Enumerable.Range(0, 300).Select(i => Samples.Running("web", i, 1, 1, 1))]);
        model.Press(MonitKey.Last, 10);
        Assert.Contains("web:299 ", Picture(model, 80, 24), StringComparison.Ordinal);
        model.Press(MonitKey.First, 10);
        Assert.Contains("web:0 ", Picture(model, 80, 24), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_colour_there_is_none()
    {
        var model = new MonitModel { Color = false };
        Fill(model);
        Assert.DoesNotMatch("\e\\[3[0-9]m", string.Concat(MonitFrame.Render(model, 80, 24)));
    }

    [Fact]
    public void A_daemon_that_is_away_is_in_the_title()
    {
        var model = Busy();
        model.Lost = "no daemon answers, trying again";
        Assert.Contains("no daemon answers, trying again", Picture(model, 80, 24).Split('\n')[0], StringComparison.Ordinal);
    }

    private static MonitModel Busy()
    {
        var model = new MonitModel();
        Fill(model);
        return model;
    }

    private static void Fill(MonitModel model)
    {
        for (var i = 0; i < 90; i++)
        {
            model.Show([.. Samples.Mixed().Select(it => it with { CpuPercent = it.CpuPercent is { } cpu ? cpu * (i % 20) / 10 : null })]);
        }

        model.Want("web:1");
        model.Show(Samples.Mixed());
        for (var i = 0; i < 80; i++)
        {
            model.Add(new() { App = "web", Index = 1, Stream = i % 5 == 4 ? "stderr" : "stdout", Line = $"request {i} \e[32mtook\e[0m {i * 7} ms on 请求队列 {new string('x', i)}" });
        }
    }

    private static string Picture(MonitModel model, int width, int height) =>
        string.Concat(MonitFrame.Render(model, width, height).Select(line => TerminalText.Clean(line) + "\n"));
}
