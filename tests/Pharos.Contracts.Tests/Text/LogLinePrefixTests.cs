using Pharos.Contracts.Text;
using Xunit;

namespace Pharos.Contracts.Tests.Text;

public sealed class LogLinePrefixTests
{
    [Theory]
    [InlineData(false, 0, "web:0 out │ ")]
    [InlineData(true, 0, "web:0 err │ ")]
    [InlineData(true, 9, "web:0     err │ ")]
    public void A_prefix_says_who_and_where(bool stderr, int nameWidth, string expected) =>
        Assert.Equal(expected, LogLinePrefix.Render("web", 0, stderr, nameWidth, color: false));

    [Fact]
    public void Stderr_is_red_and_the_app_has_a_colour_that_is_not() =>
        Assert.Matches("^\e\\[3[2-6]mweb:0\e\\[0m \e\\[31merr\e\\[0m │ $", LogLinePrefix.Render("web", 0, stderr: true, 0, color: true));

    [Fact]
    public void Apps_differ_in_colour() =>
        Assert.True(new[] { "web", "api", "worker", "cron", "mail", "queue" }.Select(LogLinePrefix.ColorOf).Distinct().Count() >= 3);
}
