using Pharos.Core.Specs.Logs;
using Xunit;

namespace Pharos.Core.Tests.Specs;

public sealed class LogSettingsTests
{
    /// <summary>For each setting a value that is not the default.</summary>
    private static readonly (string Key, string Text)[] Values =
    [
        ("off", "true"), ("file", "/v/all.log"), ("file", "true"), ("errors_file", "true"), ("merge", "true"), ("format", "logfmt"), ("time", "%F %T"),
        ("rotate", "false"), ("rotate.size", "20m"), ("rotate.age", "14d"), ("rotate.keep", "0"), ("rotate.daily", "true"), ("rotate.compress", "none"), ("rotate.total", "1536m"),
        ("max_unread", "1m"), ("overflow", "block"), ("max_line", "1000"), ("parse", "syslog"), ("multiline", "off"), ("multiline.start", "^a"), ("multiline.flush", "1500ms"),
        ("redact.defaults", "false"), ("redact.patterns", "a\nb"), ("level", "error"), ("sample.trace", "0"), ("sample.debug", "0.25"), ("sample.info", "0.5"),
        ("sample.warn", "0.5"), ("sample.error", "0.5"), ("sample.fatal", "0.5"), ("ship", "false"), ("buffer.size", "2m"), ("buffer.age", "36h"),
    ];

    public static TheoryData<string, string> Others()
    {
        TheoryData<string, string> data = [];
        foreach (var (key, text) in Values)
            data.Add(key, text);
        return data;
    }

    [Fact]
    public void Every_setting_is_tried() => Assert.Equal(LogSettings.All.Select(s => s.Key).Order(), Values.Select(v => v.Key).Distinct().Order());

    [Theory]
    [MemberData(nameof(Others))]
    public void A_setting_is_told_as_it_was_set_and_read_back(string key, string text)
    {
        var spec = LogSettings.Find(key)!.Set(new(), text)!;
        Assert.NotEqual(new(), spec);
        Assert.Equal(new Dictionary<string, string> { [key] = text }, LogSettings.Of(spec));
        Assert.Equal(spec, LogSettings.Read(LogSettings.Of(spec)));
    }

    [Fact]
    public void What_may_wait_is_back_at_its_default_by_a_word() =>
        Assert.Equal(new(), LogSettings.Find("max_unread")!.Set(new LogSpec { MaxUnreadBytes = 1 << 20 }, "auto"));

    [Fact]
    public void All_together_are_read_back_and_what_another_version_wrote_keeps_its_default()
    {
        var all = Values.DistinctBy(v => v.Key).ToDictionary(v => v.Key, v => v.Text);
        var spec = LogSettings.Read(all);
        Assert.Equal(spec, LogSettings.Read(LogSettings.Of(spec)));
        Assert.Equal(LogSettings.All.Count, LogSettings.Of(spec).Count);
        Assert.Equal(new(), LogSettings.Read(new Dictionary<string, string> { ["later"] = "1", ["format"] = "of a later version" }));
    }

    [Theory]
    [InlineData("rotate.size", "1k")]
    [InlineData("max_unread", "1k")]
    [InlineData("max_unread", "none")]
    [InlineData("rotate.size", "unlimited")]
    [InlineData("rotate.age", "0")]
    [InlineData("rotate.keep", "-1")]
    [InlineData("max_line", "2m")]
    [InlineData("multiline.start", "(?<=a)b")]
    [InlineData("multiline.flush", "1h")]
    [InlineData("time", "")]
    [InlineData("file", "relative.log")]
    [InlineData("level", "loud")]
    [InlineData("sample.debug", "1.5")]
    [InlineData("ship", "yes")]
    public void What_makes_no_sense_is_not_accepted(string key, string text) => Assert.Null(LogSettings.Find(key)!.Set(new(), text));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(5, 0.1)]
    [InlineData(8, 0.1)]
    [InlineData(9, 1)]
    public void A_share_counts_for_the_whole_band(int severity, double share) => Assert.Equal(share, new LogSpec { Samples = [new(LogLevel.Debug, 0.1)] }.ShareOf(severity));

    [Theory]
    [InlineData("LOGGER_LEVEL", "loud")]
    [InlineData("LOGGER_MAX_FILES", "14w")]
    [InlineData("LOGGER_MAX_FILES", "0")]
    [InlineData("LOGGER_MAX_SIZE", "NaN")]
    [InlineData("LOGGER_FORMAT", "raw and cooked")]
    [InlineData("LOGGER_TRANSPORT", ",")]
    public void A_variable_that_is_not_understood_is_one_line_that_names_it(string name, string value)
    {
        LoggerVariables.Read(n => n == name ? value : null, out var faults);
        Assert.StartsWith($"{name} '{value}' is not understood: write ", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_that_are_not_there_or_empty_say_nothing()
    {
        Assert.Equal(new(), LoggerVariables.Read(_ => "", out var faults));
        Assert.Empty(faults);
        Assert.Equal(new(), new LoggerVariables().Over(new()));
    }
}
