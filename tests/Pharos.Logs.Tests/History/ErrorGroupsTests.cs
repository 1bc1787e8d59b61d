using System.Text;
using Pharos.Logs.History;
using Pharos.Logs.Records;
using Pharos.Logs.Store;
using Pharos.Telemetry.Records;
using Xunit;

namespace Pharos.Logs.Tests.History;

public sealed class ErrorGroupsTests
{
    [Theory]
    [InlineData("ERROR order 12 failed after 3.5s", "ERROR order 13 failed after 12s")]
    [InlineData("2026-11-25 10:14:56,123 ERROR db - timeout", "2026-11-26 00:00:01,999 ERROR db - timeout")]
    [InlineData("no such file '/var/a.txt'", "no such file '/tmp/b'")]
    [InlineData("user 5f3c2a9d-7a1b-4c3d-8e9f-0a1b2c3d4e5f not found", "user 00000000-7a1b-4c3d-8e9f-0a1b2c3d4e5f not found")]
    [InlineData("bad address 0x7ffe12ab", "bad address 0xdeadbeef")]
    public void Errors_that_differ_in_values_are_of_one_kind(string one, string other) => Assert.Equal(Fingerprint.Normalize(one), Fingerprint.Normalize(other));

    [Theory]
    [InlineData("ERROR cannot connect", "ERROR cannot read")]
    [InlineData("TypeError: x is not a function", "RangeError: x is not a function")]
    public void Errors_that_say_something_else_are_of_two(string one, string other) => Assert.NotEqual(Fingerprint.Normalize(one), Fingerprint.Normalize(other));

    [Fact]
    public void They_are_counted_with_first_and_last_time_an_example_with_its_stack_and_its_trace()
    {
        var groups = new ErrorGroups(Severity.Error);
        Add(groups, 1, "INFO fine");
        Add(groups, 2, "ERROR order 1 failed trace_id=0af7651916cd43dd8448eb211c80319c");
        Add(groups, 3, "    at pay (/srv/app.js:10:5)");
        Add(groups, 4, "Caused by: Error: no route");
        Add(groups, 5, "INFO fine");
        Add(groups, 6, "    at nothing (that belongs to an error)");
        Add(groups, 7, """{"level":"error","msg":"order 2 failed","traceId":"1af7651916cd43dd8448eb211c80319c"}""");
        Add(groups, 8, "ERROR order 3 failed trace_id=2af7651916cd43dd8448eb211c80319c");
        Add(groups, 9, "    at pay (/srv/app.js:10:5)");

        Assert.Equal(2, groups.Groups.Count);
        var group = groups.Groups[0];
        Assert.Equal((2L, 2L, 8L, "2af7651916cd43dd8448eb211c80319c"), (group.Count, group.FirstUnixNanos, group.LastUnixNanos, group.TraceId));
        Assert.Equal("ERROR order 3 failed trace_id=2af7651916cd43dd8448eb211c80319c\n    at pay (/srv/app.js:10:5)", group.Example);
        Assert.Equal("1af7651916cd43dd8448eb211c80319c", groups.Groups[1].TraceId);
    }

    [Fact]
    public void An_exception_that_nobody_caught_is_an_error_although_it_declares_no_severity()
    {
        var groups = new ErrorGroups(Severity.Error);
        Add(groups, 1, "Traceback (most recent call last):", stderr: true);
        Add(groups, 2, "  File \"/srv/app.py\", line 10, in pay", stderr: true);
        Add(groups, 3, "ValueError: no route", stderr: true);
        Add(groups, 4, "TypeError: x is not a function", stderr: false);

        var group = Assert.Single(groups.Groups);
        Assert.EndsWith("ValueError: no route", group.Example, StringComparison.Ordinal);
    }

    private static void Add(ErrorGroups groups, long at, string text, bool stderr = false) =>
        groups.Add(new HistoryLine("s", at, at + 1, new LogSource("web", 0, stderr), at, Encoding.UTF8.GetBytes(text), 0));
}
