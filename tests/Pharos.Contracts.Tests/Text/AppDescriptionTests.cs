using Pharos.Contracts.Text;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Contracts.Tests.Text;

public sealed class AppDescriptionTests
{
    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(120)]
    [InlineData(250)]
    [InlineData(0)]
    public void An_app_is_described_as_reviewed_at_each_width(int width) =>
        Golden.Match(AppDescription.Render(Samples.App(), width, color: false), $"Description_at_{width}");

    [Fact]
    public void What_a_program_printed_cannot_reach_the_terminal_as_an_escape_sequence() =>
        Assert.DoesNotContain('\e', AppDescription.Render(Samples.App(), 80, color: false));
}
