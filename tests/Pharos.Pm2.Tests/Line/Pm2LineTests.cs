using Pharos.Pm2.Line;
using Xunit;

namespace Pharos.Pm2.Tests.Line;

public sealed class Pm2LineTests
{
    [Fact]
    public void Options_stand_anywhere_and_what_is_behind_two_dashes_is_the_scripts()
    {
        var line = Read("start", "-i", "3", "lib/index.js", "--node-args=a b", "--", "start", "-i", "3");
        Assert.Equal("start", line.Command);
        Assert.Equal(["lib/index.js"], line.Words);
        Assert.Equal("3", line.Value("--instances"));
        Assert.Equal("a b", line.Value("--node-args"));
        Assert.Equal(["start", "-i", "3"], line.Rest);
        Assert.Null(line.Unknown);
    }

    [Theory]
    [InlineData("-100", "-i", "-100")]
    [InlineData("max", "-imax")]
    [InlineData("4", "--instances=4")]
    public void A_value_that_must_be_there_may_look_like_an_option(string value, params string[] words) =>
        Assert.Equal(value, Read(["start", "server.js", .. words]).Value("--instances"));

    [Fact]
    public void A_value_that_may_be_there_is_not_taken_from_the_next_option()
    {
        var line = Read("start", "app.js", "--log", "--merge-logs");
        Assert.True(line.Has("--log"));
        Assert.Null(line.Value("--log"));
        Assert.True(line.Has("--merge-logs"));
    }

    [Fact]
    public void Options_before_the_command_are_options_and_their_values_are_not_the_command()
    {
        var line = Read("--name", "list", "start", "app.js");
        Assert.Equal("start", line.Command);
        Assert.Equal("list", line.Value("--name"));
        Assert.Equal(["app.js"], line.Words);
    }

    [Fact]
    public void Options_of_one_command_are_unknown_to_the_others()
    {
        Assert.Equal("--nostream", Read("start", "app.js", "--nostream").Unknown);
        Assert.True(Read("logs", "--lines", "20", "--nostream").Has("--nostream"));
        Assert.True(Read("log", "--nostream").Has("--nostream"));
    }

    [Fact]
    public void A_value_that_is_missing_is_said() => Assert.Equal("--name", Read("start", "app.js", "--name").Incomplete);

    [Fact]
    public void Several_short_options_may_share_a_dash()
    {
        var line = Read("list", "-sm");
        Assert.True(line.Has("--silent"));
        Assert.True(line.Has("--mini-list"));
    }

    [Fact]
    public void Exit_codes_are_all_words_up_to_the_next_option() =>
        Assert.Equal(["0", "143"], Read("start", "app.js", "--stop-exit-codes", "0", "143", "--time").All("--stop-exit-codes"));

    private static Pm2Line Read(params string[] args) => Pm2Line.Read(args);
}
