using Pharos.Pm2.Commands;
using Xunit;

namespace Pharos.Pm2.Tests.Commands;

public sealed class DayFormatTests
{
    [Theory]
    [InlineData("YYYY-MM-DD-HH:mm:ss", "2026-03-04-05:06:07")]
    [InlineData("YYYY-MM-DD HH:mm:ss.SSS Z", "2026-03-04 05:06:07.089 +02:00")]
    [InlineData("[at] H:m:s", "at 5:6:7")]
    public void A_time_is_written_in_a_format_of_dayjs(string format, string text) =>
        Assert.Equal(text, DayFormat.Write(new DateTimeOffset(2026, 3, 4, 5, 6, 7, 89, TimeSpan.FromHours(2)), format));
}
