using Pharos.Contracts;
using Pharos.Contracts.Tests.Text;
using Pharos.Screens;
using Xunit;

namespace Pharos.Cli.Tests.Screens;

public sealed class MonitModelTests
{
    private const int Page = 10;

    [Fact]
    public void The_selection_stays_on_its_instance_when_others_come_and_go()
    {
        var model = new MonitModel();
        model.Show([Samples.Instance("b", 0), Samples.Instance("c", 0)]);
        model.Press(MonitKey.Down, Page);
        model.Show([Samples.Instance("a", 0), Samples.Instance("b", 0), Samples.Instance("c", 0)]);
        Assert.Equal("c", model.Current!.App);
        model.Show([Samples.Instance("a", 0)]);
        Assert.Equal("a", model.Current!.App);
        model.Show([]);
        Assert.Null(model.Current);
    }

    [Fact]
    public void The_selection_does_not_leave_the_list()
    {
        var model = new MonitModel();
        model.Show([Samples.Instance("a", 0), Samples.Instance("b", 0)]);
        model.Press(MonitKey.Up, Page);
        Assert.Equal("a", model.Current!.App);
        model.Press(MonitKey.Last, Page);
        model.Press(MonitKey.Down, Page);
        Assert.Equal("b", model.Current!.App);
    }

    [Fact]
    public void A_restart_happens_after_a_yes_and_only_then()
    {
        var model = new MonitModel();
        model.Show([Samples.Instance("a", 3)]);
        Assert.Null(model.Press(MonitKey.Restart, Page));
        Assert.Null(model.Press(MonitKey.Other, Page));
        Assert.Null(model.Press(MonitKey.Yes, Page));
        Assert.Null(model.Press(MonitKey.Restart, Page));
        Assert.Equal(new MonitOrder.Operate("restart", "a:3"), model.Press(MonitKey.Yes, Page));
    }

    [Theory]
    [InlineData("running", true, "stop")]
    [InlineData("backing_off", true, "stop")]
    [InlineData("stopped", false, "start")]
    [InlineData("failed", false, "start")]
    public void S_stops_what_runs_after_a_question_and_starts_what_does_not(string state, bool asks, string verb)
    {
        var model = new MonitModel();
        model.Show([Samples.Instance("a", 0, state)]);
        var order = model.Press(MonitKey.StopOrStart, Page);
        Assert.Equal(asks, order is null);
        Assert.Equal(new MonitOrder.Operate(verb, "a:0"), order ?? model.Press(MonitKey.Yes, Page));
    }

    [Fact]
    public void With_nothing_selected_no_key_asks_for_anything()
    {
        var model = new MonitModel();
        foreach (var key in Enum.GetValues<MonitKey>().Where(k => k != MonitKey.Quit))
        {
            Assert.Null(model.Press(key, Page));
        }

        Assert.IsType<MonitOrder.Quit>(model.Press(MonitKey.Quit, Page));
    }

    [Fact]
    public void Who_reads_the_past_is_not_pushed_on_by_new_lines()
    {
        var model = new MonitModel();
        Add(model, 100);
        model.Press(MonitKey.PageUp, Page);
        Assert.Equal(9, model.LogScroll);
        Add(model, 5);
        Assert.Equal(14, model.LogScroll);
        model.Press(MonitKey.PageDown, Page);
        model.Press(MonitKey.PageDown, Page);
        Assert.Equal(0, model.LogScroll);
    }

    [Fact]
    public void The_log_cannot_be_scrolled_past_its_beginning()
    {
        var model = new MonitModel();
        Add(model, 25);
        for (var i = 0; i < 20; i++)
        {
            model.Press(MonitKey.PageUp, Page);
        }

        Assert.Equal(15, model.LogScroll);
    }

    [Fact]
    public void The_log_and_the_history_are_bounded()
    {
        var model = new MonitModel();
        Add(model, MonitModel.LogLength + 50);
        Assert.Equal(MonitModel.LogLength, model.Log.Count);
        for (var i = 0; i < MonitModel.HistoryLength + 50; i++)
        {
            model.Show([Samples.Running("a", 0, i, i, i)]);
        }

        Assert.Equal(MonitModel.HistoryLength, model.History(model.Current!).Count);
        Assert.Equal(MonitModel.HistoryLength + 49, model.History(model.Current!)[^1].Cpu);
    }

    [Fact]
    public void A_message_goes_with_the_next_key_or_after_a_while()
    {
        var model = new MonitModel();
        model.Say("done");
        model.Show([]);
        Assert.Equal("done", model.Message);
        model.Press(MonitKey.Other, Page);
        Assert.Null(model.Message);
        model.Say("done");
        for (var i = 0; i < 10; i++)
        {
            model.Show([]);
        }

        Assert.Null(model.Message);
    }

    [Fact]
    public void Each_stream_can_be_hidden()
    {
        var model = new MonitModel();
        model.Press(MonitKey.Stdout, Page);
        Assert.False(model.IsShown(Line("stdout")));
        Assert.True(model.IsShown(Line("stderr")));
        model.Press(MonitKey.Stderr, Page);
        Assert.False(model.IsShown(Line("stderr")));
        model.Press(MonitKey.Stdout, Page);
        Assert.True(model.IsShown(Line("stdout")));
    }

    [Theory]
    [InlineData("q", "Quit")]
    [InlineData("\u0003", "Quit")]
    [InlineData("\e[A\e[B", "Up Down")]
    [InlineData("\eOA\eOB", "Up Down")]
    [InlineData("kj", "Up Down")]
    [InlineData("\e[5~\e[6~", "PageUp PageDown")]
    [InlineData("\e[H\e[F\e[1~\e[4~", "First Last First Last")]
    [InlineData("\e[1;5Aq", "Other Quit")]
    [InlineData("rsloe?y", "Restart StopOrStart FullLog Stdout Stderr Help Yes")]
    [InlineData("\e", "Other")]
    [InlineData("\e[", "Other")]
    [InlineData("é", "Other Other")]
    public void Bytes_become_keys(string typed, string keys) =>
        Assert.Equal(keys, string.Join(' ', MonitKeys.Read(System.Text.Encoding.UTF8.GetBytes(typed))));

    [Fact]
    public void A_sparkline_is_scaled_to_its_highest_value_but_noise_stays_flat()
    {
        Assert.Equal("▁▄█", MonitDetails.Sparkline([0, 50, 100], 10, 1));
        Assert.Equal("▁▁", MonitDetails.Sparkline([0, 0.1], 10, 1));
        Assert.Equal("▂█", MonitDetails.Sparkline([900, 1, 4], 2, 1));
        Assert.Equal("", MonitDetails.Sparkline([1], -3, 1));
    }

    private static void Add(MonitModel model, int lines)
    {
        for (var i = 0; i < lines; i++)
        {
            model.Add(Line("stdout"));
        }
    }

    private static LogLineView Line(string stream) => new() { App = "a", Index = 0, Stream = stream, Line = "x" };
}
