using Pharos.Core.Specs.Logs;
using Pharos.Daemon;
using Pharos.TestKit;
using Serilog.Core;
using Serilog.Events;
using Xunit;

namespace Pharos.Cli.Tests.Daemon;

public sealed class DaemonLogTests
{
    [Theory]
    [InlineData(null, " INF it \"is\" a | line\n")]
    [InlineData("json", "{\"level\":\"info\",\"message\":\"it \\u0022is\\u0022 a | line\",\"timestamp\":\"")]
    [InlineData("logfmt", "level=info message=\"it \\\"is\\\" a | line\" timestamp=")]
    [InlineData("delimiter", "info|\"it \\\"is\\\" a | line\"|2")]
    [InlineData("console", " [info]  it \"is\" a | line\n")]
    public void A_line_is_in_the_format_that_was_asked_for(string? format, string expected)
    {
        using var home = new TempHome();
        using (var log = new DaemonLog(Path.Combine(home.Path, "pharos.log"), Variables(("LOGGER_FORMAT", format)), new Sent()))
            log.Say("it \"is\" a | line");
        Assert.Contains(expected, File.ReadAllText(Path.Combine(home.Path, "pharos.log")), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_are_made_each_day_errors_apart_and_less_severe_lines_left_out()
    {
        using var home = new TempHome();
        using (var log = new DaemonLog(Path.Combine(home.Path, "pharos.log"), Variables(("LOGGER_TRANSPORT", "dailyRotateFile"), ("LOGGER_LEVEL", "error"), ("LOGGER_MAX_FILES", "14d"), ("LOGGER_MAX_SIZE", "20m")), new Sent()))
        {
            log.Say("all is well");
            log.Say("BUG it is not");
        }

        var files = Directory.GetFiles(home.Path).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(2, files.Count);
        Assert.Matches("pharos-errors[0-9]{8}.log$", files[0]);
        Assert.Matches("pharos[0-9]{8}.log$", files[1]);
        Assert.All(files, f => Assert.DoesNotContain("well", File.ReadAllText(f), StringComparison.Ordinal));
        Assert.All(files, f => Assert.Contains("BUG it is not", File.ReadAllText(f), StringComparison.Ordinal));
    }

    [Fact]
    public void The_console_alone_makes_no_file()
    {
        using var home = new TempHome();
        using (var log = new DaemonLog(Path.Combine(home.Path, "pharos.log"), Variables(("LOGGER_TRANSPORT", "console"), ("LOGGER_LEVEL", "fatal")), new Sent()))
            log.Say("x");
        Assert.Empty(Directory.GetFiles(home.Path));
    }

    [Fact]
    public void What_is_said_about_sending_is_written_here_and_not_sent()
    {
        using var home = new TempHome();
        var sent = new Sent();
        using (var log = new DaemonLog(Path.Combine(home.Path, "pharos.log"), Variables(), sent))
        {
            log.Say("sent");
            log.SayHere("stays");
        }

        Assert.Equal(["sent"], sent.Lines);
        Assert.Contains("stays", File.ReadAllText(Path.Combine(home.Path, "pharos.log")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_that_is_not_understood_is_one_line()
    {
        var (options, fault) = DaemonOptions.Read([], name => name == "LOGGER_MAX_SIZE" ? "lots" : null);
        Assert.Null(options);
        Assert.Equal("LOGGER_MAX_SIZE 'lots' is not understood: write a size from 4k, such as 20m or 1g", fault);
    }

    private sealed class Sent : ILogEventSink
    {
        public List<string> Lines { get; } = [];

        public void Emit(LogEvent logEvent) => Lines.Add(((ScalarValue)logEvent.Properties["Line"]).Value!.ToString()!);
    }

    private static LoggerVariables Variables(params (string Name, string? Value)[] values)
    {
        var read = LoggerVariables.Read(name => values.FirstOrDefault(v => v.Name == name).Value, out var faults);
        Assert.Empty(faults);
        return read;
    }
}
