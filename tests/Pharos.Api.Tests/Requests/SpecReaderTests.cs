using Pharos.Api.Requests;
using Pharos.Contracts;
using Pharos.Core.Lifecycle;
using Pharos.Core.Specs;
using Pharos.Core.Specs.Logs;
using Xunit;

namespace Pharos.Api.Tests.Requests;

public sealed class SpecReaderTests
{
    private static readonly StartRequest Good = new() { Script = "server.js", Cwd = "/srv" };

    public static TheoryData<StartRequest, string> Faults => new()
    {
        { Good with { Script = " " }, "script is empty" },
        { Good with { Cwd = "srv" }, "cwd 'srv' is not an absolute path" },
        { Good with { Name = "all" }, "name 'all' is not usable" },
        { Good with { Name = "../up" }, "name '../up' is not usable" },
        { Good with { Name = "a:0" }, "name 'a:0' is not usable" },
        { Good with { Instances = 0 }, "instances 0 is out of range: 1 to" },
        { Good with { Nice = 20 }, "nice 20 is out of range: -20 to 19" },
        { Good with { MaxCrashes = -1 }, "max-crashes -1 is negative" },
        { Good with { Umask = "098" }, "umask '098' is not octal: write it as 022" },
        { Good with { Umask = "1777" }, "umask '1777'" },
        { Good with { MinUptime = "soon" }, "min-uptime 'soon' is not a duration: write 500ms, 5s, 2m, 1h" },
        { Good with { Grace = "-5s" }, "grace '-5s'" },
        { Good with { Grace = "NaN" }, "grace 'NaN'" },
        { Good with { BackoffCap = "Infinity" }, "backoff-cap 'Infinity'" },
        { Good with { CrashWindow = "400d" }, "crash-window '400d'" },
        { Good with { RestartDelay = "" }, "restart-delay ''" },
        { Good with { StopSignal = "SIGNOTHING" }, "stop-signal 'SIGNOTHING' is not a signal: write a name such as SIGTERM" },
        { Good with { StopSignal = "65" }, "stop-signal '65'" },
        { Good with { Stdio = "pipe" }, "stdio 'pipe' is not one of spool, fifo" },
        { Good with { Restart = "sometimes" }, "restart 'sometimes' is not one of always, on-failure, never" },
        { Good with { StopExitCodes = [256] }, "stop-exit-codes 256 is out of range: 0 to 255" },
        { Good with { Limits = new Dictionary<string, string> { ["nofile"] = "lots" } }, "limit nofile=lots is not valid: write soft or soft:hard" },
        { Good with { Limits = new Dictionary<string, string> { ["nofile"] = "2k:1k" } }, "limit nofile=2k:1k" },
        { Good with { Limits = new Dictionary<string, string> { ["files"] = "1" } }, "limit files is not known: use one of nofile" },
        { Good with { Env = new Dictionary<string, string> { ["A=B"] = "x" } }, "env 'A=B'" },
        { Good with { Args = ["a\0b"] }, "holds a NUL" },
        { Good with { Ready = new() { Check = "ftp://x" } }, "ready 'ftp://x' is not a check: write http://HOST:PORT/PATH, tcp:HOST:PORT" },
        { Good with { Ready = new() { Check = "tcp:0" } }, "ready 'tcp:0' is not a check" },
        { Good with { Ready = new() { Check = "log:(" } }, "ready 'log:(' is not a check" },
        { Good with { Ready = new() { Check = "tcp:80", Status = "200" } }, "ready: status and body go with an http check" },
        { Good with { Ready = new() { Check = "http://a/", Status = "600" } }, "ready.status '600' is not a status" },
        { Good with { Ready = new() { Check = "http://a/", Body = "(?=a)" } }, "ready.body '(?=a)' is not a regular expression" },
        { Good with { Ready = new() { Check = "notify", Interval = "0" } }, "ready.interval '0' is no time at all" },
        { Good with { Live = new() { Check = "log:up" } }, "live cannot be a log check" },
        { Good with { Live = new() { Check = "tcp:80", Failures = 0 } }, "live.failures 0 is out of range: 1 or more" },
        { Good with { DependsOn = [new() { App = "server" }] }, "dependsOn 'server': an app cannot depend on itself" },
        { Good with { DependsOn = [new() { App = "a b" }] }, "dependsOn 'a b' is not an app's name" },
        { Good with { DependsOn = [new() { App = "db", Condition = "up" }] }, "dependsOn.condition 'up' is not one of ready, started" },
        { Good with { Watch = new() { Paths = [""] } }, "watch holds an empty path" },
        { Good with { Schedule = new() { Cron = "often" } }, "schedule.cron 'often'" },
        { Good with { Schedule = new() { Cron = "* * * * *", Zone = "Mars" } }, "schedule.zone 'Mars' is not a time zone" },
        { Good with { Schedule = new() { Cron = "* * * * *", Deadline = "0" } }, "schedule.deadline '0' is no time at all" },
        { Good with { Schedule = new() { Cron = "* * * * *" }, Restart = "always" }, "restart 'always' does not go with schedule" },
        { Good with { Schedule = new() { Cron = "* * * * *" }, Cron = "* * * * *" }, "cron does not go with schedule" },
        { Good with { OutFile = "logs/" }, "outFile 'logs/' is not the path of a file" },
        { Good with { Limits = new Dictionary<string, string> { ["memory"] = "0" } }, "limit memory '0' is not a size" },
        { Good with { Limits = new Dictionary<string, string> { ["cpu"] = "all" } }, "limit cpu=all is not valid: write a number of cores" },
        { Good with { Limits = new Dictionary<string, string> { ["tasks"] = "0" } }, "limit tasks=0 is not valid" },
        { Good with { Logs = new Dictionary<string, string> { ["rotate.sise"] = "1m" } }, "logs.rotate.sise is not known, did you mean 'rotate.size'?" },
        { Good with { Logs = new Dictionary<string, string> { ["rotate.size"] = "much" } }, "logs.rotate.size 'much' is not accepted: write bytes, or a number with k, m or g, from 4k" },
        { Good with { Logs = new Dictionary<string, string> { ["redact.patterns"] = "ok\n(" } }, "is not accepted: write regular expressions" },
        { Good with { Env = new Dictionary<string, string> { ["LOGGER_MAX_SIZE"] = "20x" } }, "env LOGGER_MAX_SIZE '20x' is not understood: write a size from 4k, such as 20m or 1g" },
        { Good with { Env = new Dictionary<string, string> { ["LOGGER_TRANSPORT"] = "console,paper" } }, "env LOGGER_TRANSPORT 'console,paper' is not understood: write console, file, dailyRotateFile" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_names_the_key_and_what_is_accepted(StartRequest request, string fault)
    {
        Assert.Null(SpecReader.Read(request, default, out var faults));
        Assert.Contains(fault, Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var wrong = Good with { Cwd = "x", Umask = "9", Grace = "?", StopSignal = "?", Instances = 0, Restart = "?", Limits = new Dictionary<string, string> { ["cpu"] = "?" } };
        Assert.Null(SpecReader.Read(wrong, default, out var faults));
        Assert.Equal(7, faults.Count);
    }

    [Fact]
    public void No_fault_repeats_a_value_of_the_environment()
    {
        var wrong = Good with { Env = new Dictionary<string, string> { ["TOKEN"] = "hush\0hush" } };
        Assert.Null(SpecReader.Read(wrong, default, out var faults));
        Assert.DoesNotContain("hush", faults[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1500", 1.5)]
    [InlineData("500ms", 0.5)]
    [InlineData("1.5s", 1.5)]
    [InlineData("2m", 120)]
    [InlineData("1h", 3600)]
    [InlineData("1d", 86_400)]
    [InlineData("0", 0)]
    public void Durations_are_read_as_people_write_them(string text, double seconds) =>
        Assert.Equal(seconds, Read(Good with { Grace = text }).Policy.Grace.TotalSeconds);

    [Fact]
    public void What_is_not_given_has_its_default_and_what_is_given_is_taken()
    {
        var plain = Read(Good);
        Assert.Equal(("server", "default", 1, 2, true), (plain.Name, plain.Namespace, plain.Instances, plain.Policy.StopSignal, plain.InjectOtel));
        var full = Read(Good with { Umask = "022", StopSignal = "term", Restart = "on-failure", Stdio = "fifo", InjectOtel = false, Limits = new Dictionary<string, string> { ["nofile"] = "1k:unlimited" } });
        Assert.Equal((18, 15, RestartMode.OnFailure, StdioMode.Fifo, false), (full.Umask, full.Policy.StopSignal, full.Policy.Mode, full.Stdio, full.InjectOtel));
        Assert.Equal(new ResourceLimit("nofile", 1024, ulong.MaxValue), full.Limits[0]);
    }

    [Fact]
    public void Variables_of_the_logger_are_defaults_below_what_the_request_says()
    {
        var env = new Dictionary<string, string>
        {
            ["LOGGER_TRANSPORT"] = "console,dailyRotateFile",
            ["LOGGER_BASE_PATH"] = "storage/logs",
            ["LOGGER_LEVEL"] = "warn",
            ["LOGGER_MAX_FILES"] = "14d",
            ["LOGGER_MAX_SIZE"] = "20m",
            ["LOGGER_FORMAT"] = "logfmt",
        };
        var spec = Read(Good with { Env = env, ErrFile = "e.log", Logs = new Dictionary<string, string> { ["format"] = "json", ["file"] = "all.log" } });
        Assert.Equal(("/srv/storage/logs/server-out.log", "/srv/e.log", "/srv/all.log", "/srv/storage/logs/server-errors.log"), (spec.OutFile, spec.ErrFile, spec.Logs.CombinedFile, spec.Logs.ErrorsFile));
        Assert.Equal((LogFormat.Json, LogLevel.Warn), (spec.Logs.Format, spec.Logs.Level));
        Assert.Equal(new LogRotation { Daily = true, Age = TimeSpan.FromDays(14), Keep = 0, SizeBytes = 20 << 20 }, spec.Logs.Rotation);
        var count = Read(Good with { Env = new Dictionary<string, string> { ["LOGGER_MAX_FILES"] = "7", ["LOGGER_TRANSPORT"] = "console" } });
        Assert.Equal((7, null, LogSpec.NoFile, LogSpec.NoFile), (count.Logs.Rotation.Keep, count.Logs.Rotation.Age, count.OutFile, count.ErrFile));
    }

    [Fact]
    public void Variables_that_only_came_along_from_a_shell_do_not_move_the_logs() =>
        Assert.Equal(new LogSpec(), Read(Good with { Env = new Dictionary<string, string> { ["LOGGER_FORMAT"] = "json" }, ShellEnv = ["LOGGER_FORMAT"] }).Logs);

    [Theory]
    [InlineData("NULL", "/dev/null")]
    [InlineData("/dev/null", "/dev/null")]
    [InlineData("x/o.log", "/srv/x/o.log")]
    public void No_file_is_said_as_in_PM2(string text, string expected) => Assert.Equal(expected, Read(Good with { OutFile = text }).OutFile);

    private static AppSpec Read(StartRequest request)
    {
        var spec = SpecReader.Read(request, default, out var faults);
        Assert.Empty(faults);
        return spec!;
    }
}
