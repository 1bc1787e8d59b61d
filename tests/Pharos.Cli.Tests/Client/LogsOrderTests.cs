using Pharos.Client.Line;
using Pharos.Client.Logs;
using Xunit;

namespace Pharos.Cli.Tests.Client;

public sealed class LogsOrderTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 23, 0, 0, TimeSpan.FromHours(1));

    [Theory]
    [InlineData("10m", "2026-11-25T21:50:00Z")]
    [InlineData("2h", "2026-11-25T20:00:00Z")]
    [InlineData("3d", "2026-11-22T22:00:00Z")]
    [InlineData("14:30", "2026-11-25T13:30:00Z")]
    [InlineData("2026-11-24", "2026-11-23T23:00:00Z")]
    [InlineData("2026-11-24T12:00:00", "2026-11-24T11:00:00Z")]
    [InlineData("2026-11-24 12:00", "2026-11-24T11:00:00Z")]
    [InlineData("2026-11-24T12:00:00Z", "2026-11-24T12:00:00Z")]
    [InlineData("2026-11-24T12:00:00+02:00", "2026-11-24T10:00:00Z")]
    public void A_moment_is_a_duration_back_a_time_of_today_or_a_date(string text, string expected) =>
        Assert.Equal((DateTimeOffset.Parse(expected).UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100, Read("--since", text).Filter.Since);

    [Fact]
    public void Without_a_range_it_begins_with_the_last_lines_and_follows_and_with_one_it_shows_all_of_it_and_ends()
    {
        Assert.Equal((15, true), (Read().Lines, Read().Follow));
        Assert.Equal((200, true), (Read("-n", "200").Lines, Read("-n", "200").Follow));
        Assert.Equal((15, false), (Read("--no-follow").Lines, Read("--no-follow").Follow));
        Assert.Equal((null, false), (Read("--since", "1h").Lines, Read("--since", "1h").Follow));
        Assert.Equal((null, true), (Read("--since", "1h", "-f").Lines, Read("--since", "1h", "-f").Follow));
        Assert.Equal((15, false), (Read("--grep", "x").Lines, Read("--grep", "x").Follow));
    }

    [Fact]
    public void Errors_are_of_the_last_day_and_of_level_error_unless_somebody_says_otherwise()
    {
        var order = Read("errors", "web");
        Assert.True(order is { Errors: true, Follow: false, Lines: null, ErrorLevel: 17, Filter.Level: 0 });
        Assert.Equal(["web"], order.Selectors);
        Assert.Equal((Now.AddDays(-1).UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100, order.Filter.Since);
        Assert.Equal(13, Read("errors", "--level", "warn").ErrorLevel);
    }

    [Fact]
    public void All_is_every_app() => Assert.Empty(Read("all").Selectors);

    private static LogsOrder Read(params string[] args)
    {
        using var bench = new Bench();
        Assert.Null(ParsedLine.Read(LogsOptions.Verb, args, out var line));
        Assert.Null(LogsOrder.Read(line!, bench.Shell, Now, out var order));
        return order!;
    }
}
