using Xunit;

namespace Pharos.TestKit.Tests;

public sealed class GoldenTests : IDisposable
{
    private readonly TempHome _home = new();

    private string File => _home.File("screen.golden");

    [Fact]
    public void The_file_beside_this_test_is_the_one_compared_with() => Golden.Match("one\ntwo\n");

    [Fact]
    public void An_equal_text_passes()
    {
        _home.Write("screen.golden", "a\nb\n");
        Golden.Match("a\nb\n", File, update: false);
    }

    [Fact]
    public void A_different_text_fails_and_shows_the_line()
    {
        _home.Write("screen.golden", "same\nold\n");
        var e = Assert.Throws<GoldenMismatchException>(() => Golden.Match("same\nnew\n", File, update: false));
        Assert.Contains("line 2", e.Message, StringComparison.Ordinal);
        Assert.Contains("- old", e.Message, StringComparison.Ordinal);
        Assert.Contains("+ new", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\n", "a")]
    [InlineData("a \n", "a\n")]
    [InlineData("a\r\n", "a\n")]
    [InlineData("\e[1ma\n", "a\n")]
    public void A_difference_the_eye_does_not_see_fails_too(string expected, string actual)
    {
        _home.Write("screen.golden", expected);
        Assert.Throws<GoldenMismatchException>(() => Golden.Match(actual, File, update: false));
    }

    [Fact]
    public void A_missing_file_fails_and_shows_the_text()
    {
        var e = Assert.Throws<GoldenMismatchException>(() => Golden.Match("the text", File, update: false));
        Assert.Contains("the text", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_update_writes_the_file()
    {
        Golden.Match("new\n", File, update: true);
        Assert.Equal("new\n", System.IO.File.ReadAllText(File));
    }

    public void Dispose() => _home.Dispose();
}
