using Pharos.Daemon;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Cli.Tests.Daemon;

public sealed class DaemonOptionsTests
{
    [Theory]
    [InlineData(null, 1)]
    [InlineData("", 1)]
    [InlineData("250ms", 0.25)]
    [InlineData("1m", 60)]
    [InlineData("1h", 3600)]
    public void How_often_instances_are_looked_at_is_a_duration(string? written, double seconds)
    {
        var (options, fault) = Read("PHAROS_SAMPLING_INTERVAL", written);
        Assert.Null(fault);
        Assert.Equal(TimeSpan.FromSeconds(seconds), options!.SamplingInterval);
    }

    [Theory]
    [InlineData("PHAROS_SAMPLING_INTERVAL", "often", "PHAROS_SAMPLING_INTERVAL 'often' is not a duration from 100ms to 1h: write for example 1s or 1m")]
    [InlineData("PHAROS_SAMPLING_INTERVAL", "99ms", "PHAROS_SAMPLING_INTERVAL '99ms' is not a duration from 100ms to 1h: write for example 1s or 1m")]
    [InlineData("PHAROS_SAMPLING_INTERVAL", "61m", "PHAROS_SAMPLING_INTERVAL '61m' is not a duration from 100ms to 1h: write for example 1s or 1m")]
    [InlineData("PHAROS_LOG_LOOK_BACK", "long", "PHAROS_LOG_LOOK_BACK 'long' is not a duration: write for example 30m, 12h or 7d")]
    public void What_is_not_one_is_refused_in_one_line(string name, string written, string expected)
    {
        var (options, fault) = Read(name, written);
        Assert.Null(options);
        Assert.Equal(expected, fault);
    }

    private static (DaemonOptions? Options, string? Fault) Read(string name, string? value)
    {
        using var home = new TempHome();
        var path = home.Path;
        return DaemonOptions.Read([], asked => asked == name ? value : asked is "PHAROS_HOME" ? path : null);
    }
}
