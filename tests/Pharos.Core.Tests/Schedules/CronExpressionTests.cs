using FsCheck;
using FsCheck.Fluent;
using Pharos.Core.Schedules;
using Xunit;

namespace Pharos.Core.Tests.Schedules;

public sealed class CronExpressionTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("* * * * *", "2026-03-01T10:00:30Z", "2026-03-01T10:01:00Z")]
    [InlineData("*/15 * * * *", "2026-03-01T10:15:00Z", "2026-03-01T10:30:00Z")]
    [InlineData("5/20 * * * *", "2026-03-01T10:26:00Z", "2026-03-01T10:45:00Z")]
    [InlineData("0 3 * * *", "2026-03-01T03:00:00Z", "2026-03-02T03:00:00Z")]
    [InlineData("30 2 29 2 *", "2026-03-01T00:00:00Z", "2028-02-29T02:30:00Z")]
    [InlineData("0 9 * * mon-fri", "2026-11-20T09:00:00Z", "2026-11-23T09:00:00Z")]
    [InlineData("0 0 13 * 5", "2026-11-14T00:00:00Z", "2026-11-20T00:00:00Z")]
    [InlineData("0 0 1 jan *", "2026-11-14T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("*/10 * * * * *", "2026-03-01T10:00:01Z", "2026-03-01T10:00:10Z")]
    [InlineData("@daily", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z")]
    [InlineData("0 0 * * 7", "2026-11-16T00:00:00Z", "2026-11-22T00:00:00Z")]
    public void The_next_time_is_as_crontab_says(string pattern, string after, string expected) =>
        Assert.Equal(At(expected), Read(pattern).Next(At(after), TimeZoneInfo.Utc));

    [Fact]
    public void A_time_that_the_zone_skips_is_moved_to_the_end_of_the_gap() =>
        Assert.Equal(At("2026-03-29T01:00:00Z"), Read("30 2 * * *").Next(At("2026-03-28T12:00:00Z"), Berlin));

    [Fact]
    public void A_time_that_the_zone_repeats_comes_once()
    {
        var first = Read("30 2 * * *").Next(At("2026-10-24T12:00:00Z"), Berlin);
        Assert.Equal(At("2026-10-25T00:30:00Z"), first);
        Assert.Equal(At("2026-10-26T01:30:00Z"), Read("30 2 * * *").Next(first!.Value, Berlin));
    }

    [Fact]
    public void A_day_that_never_comes_has_no_next_time() => Assert.Null(Read("0 0 31 2 *").Next(At("2026-01-01T00:00:00Z"), TimeZoneInfo.Utc));

    [Theory]
    [InlineData("", "fields")]
    [InlineData("* * * *", "fields")]
    [InlineData("60 * * * *", "minute")]
    [InlineData("* 24 * * *", "hour")]
    [InlineData("* * 0 * *", "day")]
    [InlineData("* * * foo *", "month")]
    [InlineData("* * * * 8", "weekday")]
    [InlineData("*/0 * * * *", "minute")]
    [InlineData("5-1 * * * *", "minute")]
    public void What_is_wrong_is_named(string pattern, string named)
    {
        Assert.False(CronExpression.TryParse(pattern, out _, out var error));
        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_parser_never_throws() =>
        Prop.ForAll<string>(text => CronExpression.TryParse(text ?? "", out _, out _) || true).QuickCheckThrowOnFailure();

    private static CronExpression Read(string pattern) =>
        CronExpression.TryParse(pattern, out var cron, out var error) ? cron : throw new InvalidOperationException(error);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
