using Pharos.Contracts.Text;
using Xunit;

namespace Pharos.Contracts.Tests.Text;

public sealed class HumanizeTests
{
    [Theory]
    [InlineData(-1, "0 B")]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(102_348, "99.9 KiB")]
    [InlineData(102_400, "100 KiB")]
    [InlineData(1_048_575, "1.0 MiB")]
    [InlineData(325_058_560, "310 MiB")]
    [InlineData(long.MaxValue, "8192 PiB")]
    public void Bytes_have_three_digits_and_a_unit(long bytes, string expected) => Assert.Equal(expected, Humanize.Bytes(bytes));

    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(double.NaN, "0s")]
    [InlineData(59.9, "59s")]
    [InlineData(60, "1m 0s")]
    [InlineData(3599, "59m 59s")]
    [InlineData(7980, "2h 13m")]
    [InlineData(273_600, "3d 4h")]
    public void An_uptime_has_its_two_largest_units(double seconds, string expected) => Assert.Equal(expected, Humanize.Uptime(seconds));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(0.25, "250ms")]
    [InlineData(0.9996, "1s")]
    [InlineData(3.24, "3.2s")]
    [InlineData(5, "5s")]
    [InlineData(9.96, "10s")]
    [InlineData(312, "5m 12s")]
    public void A_short_duration_is_finer(double seconds, string expected) => Assert.Equal(expected, Humanize.Duration(seconds));

    [Theory]
    [InlineData(-1, "0.0%")]
    [InlineData(0.04, "0.0%")]
    [InlineData(12.34, "12.3%")]
    [InlineData(99.96, "100%")]
    [InlineData(142.3, "142%")]
    public void Percent_has_a_decimal_below_a_hundred(double percent, string expected) => Assert.Equal(expected, Humanize.Percent(percent));
}
