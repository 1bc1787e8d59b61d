using Pharos.Core.Lifecycle;
using Pharos.Core.Specs;
using Xunit;

namespace Pharos.Core.Tests.Lifecycle;

public sealed class ProbeTallyTests
{
    private static readonly ProbeSpec Spec = new() { Kind = ProbeKind.Tcp, Interval = TimeSpan.FromSeconds(1), StartPeriod = TimeSpan.FromSeconds(10), Failures = 3, Successes = 2 };

    /// <summary>Answers (+ good, - bad), seconds since the start of the first, one second apart; then the verdict of each: + - or . for none.</summary>
    [Theory]
    [InlineData("++", 0, ".+")]
    [InlineData("+-++", 0, "...+")]
    [InlineData("----", 0, "....")] // within the start period
    [InlineData("---", 10, "..-")]
    [InlineData("--+---", 10, ".....-")]
    [InlineData("------", 8, "....--")] // the first two were early
    [InlineData("++---", 0, ".+..-")] // ready once: the start period is over
    [InlineData("++---++", 0, ".+..-.+")]
    [InlineData("++--+---", 0, ".+.....-")]
    public void A_row_of_answers_decides(string answers, int firstAt, string verdicts)
    {
        var tally = new ProbeTally { Spec = Spec };
        var said = "";
        for (var i = 0; i < answers.Length; i++)
        {
            (tally, var verdict) = tally.Take(answers[i] == '+', TimeSpan.FromSeconds(firstAt + i));
            said += verdict switch { true => '+', false => '-', null => '.' };
        }

        Assert.Equal(verdicts, said);
    }

    [Fact]
    public void While_it_starts_the_questions_come_fast_and_ever_slower_up_to_the_interval_and_then_by_the_interval()
    {
        var tally = new ProbeTally { Spec = Spec };
        List<double> waits = [];
        for (var i = 0; i < 8; i++)
        {
            (tally, _) = tally.Take(false, TimeSpan.Zero);
            waits.Add(Math.Round(tally.Wait.TotalMilliseconds));
        }

        Assert.Equal([100, 150, 225, 338, 506, 759, 1000, 1000], waits);
        tally = tally.Take(true, TimeSpan.Zero).Next;
        tally = tally.Take(true, TimeSpan.Zero).Next;
        Assert.Equal(Spec.Interval, tally.Wait);
    }

    [Fact]
    public void An_interval_shorter_than_the_first_wait_is_kept()
    {
        var tally = new ProbeTally { Spec = Spec with { Interval = TimeSpan.FromMilliseconds(20) } };
        Assert.Equal(TimeSpan.FromMilliseconds(20), tally.Take(false, TimeSpan.Zero).Next.Wait);
    }

    [Theory]
    [InlineData("http://127.0.0.1:80/x", ProbeKind.Http, "http://127.0.0.1:80/x")]
    [InlineData("http://127.0.0.1:${PORT}/x", ProbeKind.Http, "http://127.0.0.1:${PORT}/x")]
    [InlineData("tcp:80", ProbeKind.Tcp, "80")]
    [InlineData("tcp:db:5432", ProbeKind.Tcp, "db:5432")]
    [InlineData("tcp://db:5432", ProbeKind.Tcp, "db:5432")]
    [InlineData("tcp:/run/x.sock", ProbeKind.Tcp, "/run/x.sock")]
    [InlineData("tcp:${PORT}", ProbeKind.Tcp, "${PORT}")]
    [InlineData("exec: pg_isready ", ProbeKind.Exec, "pg_isready")]
    [InlineData("notify", ProbeKind.Notify, "")]
    [InlineData("log:listening on \\d+", ProbeKind.Log, "listening on \\d+")]
    public void A_check_is_read_and_written_alike(string text, ProbeKind kind, string target)
    {
        Assert.True(ProbeSpec.TryParseCheck(text, out var read, out var of));
        Assert.Equal((kind, target), (read, of));
        Assert.True(ProbeSpec.TryParseCheck(new ProbeSpec { Kind = read, Target = of }.Check, out var again, out var andOf));
        Assert.Equal((kind, target), (again, andOf));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ftp://x")]
    [InlineData("http:///x")]
    [InlineData("tcp:")]
    [InlineData("tcp:db")]
    [InlineData("tcp:db:0")]
    [InlineData("tcp:/")]
    [InlineData("exec: ")]
    [InlineData("log:")]
    [InlineData("log:(?=x)")]
    [InlineData("Notify")]
    public void What_is_no_check_is_refused(string text) => Assert.False(ProbeSpec.TryParseCheck(text, out _, out _));

    [Theory]
    [InlineData("200", "200")]
    [InlineData("200-299, 404", "200-299 404")]
    [InlineData("99", null)]
    [InlineData("300-200", null)]
    [InlineData("", null)]
    [InlineData("2xx", null)]
    public void Statuses_are_ranges(string text, string? ranges)
    {
        Assert.Equal(ranges is not null, StatusRange.TryParse(text, out var read));
        if (ranges is not null)
            Assert.Equal(ranges, string.Join(' ', read));
    }
}
