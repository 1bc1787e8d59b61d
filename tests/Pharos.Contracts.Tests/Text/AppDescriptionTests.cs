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

    [Theory]
    [InlineData(60)]
    [InlineData(120)]
    [InlineData(0)]
    public void A_job_is_described_as_reviewed_at_each_width(int width) =>
        Golden.Match(AppDescription.Render(Samples.Job(), width, color: false), $"Job_at_{width}");

    [Fact]
    public void A_run_is_told_in_a_line()
    {
        Assert.Equal(
            [
                "backup run 1207 goes on in backup:0", "backup run 1206: success, exit 0, after 12m 14s", "backup run 1205: failure, exit 3, after 3.2s", "backup run 1204: skipped",
                "backup run 1203: deadline, killed after grace, after 30m 0s", "backup run 1202: failure, SIGSEGV, after 200ms", "backup run 1201: failure, lost",
            ],
            Samples.Job().Job!.Runs.Select(RunTable.Line));
    }

    [Fact]
    public void What_a_program_printed_cannot_reach_the_terminal_as_an_escape_sequence() =>
        Assert.DoesNotContain('\e', AppDescription.Render(Samples.App(), 80, color: false));
}
