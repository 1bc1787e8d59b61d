using System.Text;
using Pharos.Logs.Formats;
using Xunit;

namespace Pharos.Logs.Tests.Formats;

public sealed class TimeFormatTests
{
    private const long At = 1_790_000_000_123_000_000; // 2026-09-21T14:13:20.123Z, a Monday

    [Theory]
    [InlineData("YYYY-MM-DDTHH:mm:ss", "2026-09-21T14:13:20")]
    [InlineData("YYYY-MM-DD HH:mm:ss.SSS Z", "2026-09-21 14:13:20.123 +00:00")]
    [InlineData("ddd MMM D YY, h:mm:ss a ZZ", "Mon Sep 21 26, 2:13:20 pm +0000")]
    [InlineData("dddd MMMM DD [at] HH[h]", "Monday September 21 at 14h")]
    [InlineData("X x", "1790000000 1790000000123")]
    [InlineData("%F %T", "2026-09-21 14:13:20")]
    [InlineData("%d/%b/%Y:%H:%M:%S %z", "21/Sep/2026:14:13:20 +0000")]
    [InlineData("%s.%3N %j %p 100%%", "1790000000.123 264 PM 100%")]
    [InlineData("iso", "2026-09-21T14:13:20.123+00:00")]
    [InlineData("unix", "1790000000")]
    [InlineData("unix_ms", "1790000000123")]
    public void A_time_is_written_as_its_format_says(string format, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(new TimeFormat(format, TimeZoneInfo.Utc).Render(At)));

    [Fact]
    public void It_is_the_time_of_the_zone_and_another_one_in_the_next_millisecond()
    {
        var format = new TimeFormat("HH:mm:ss.SSSZ", TimeZoneInfo.CreateCustomTimeZone("half", TimeSpan.FromMinutes(-210), "half", "half"));
        Assert.Equal("10:43:20.123-03:30", Encoding.UTF8.GetString(format.Render(At)));
        Assert.Equal("10:43:20.123-03:30", Encoding.UTF8.GetString(format.Render(At + 999_999)));
        Assert.Equal("10:43:20.124-03:30", Encoding.UTF8.GetString(format.Render(At + 1_000_000)));
    }
}
