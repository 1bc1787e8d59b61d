using System.Text;
using Pharos.Core.Specs.Logs;
using Pharos.Logs.Records;
using Pharos.Logs.Records.Fields;
using Pharos.Logs.Records.Joining;
using Pharos.Telemetry.Catalogue;
using Xunit;

namespace Pharos.Logs.Tests.Records;

public sealed class DetailTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("2026-11-22T10:14:56Z", "2026-11-22T10:14:56.0000000Z")]
    [InlineData("2026-11-22 10:14:56,123", "2026-11-22T09:14:56.1230000Z")]
    [InlineData("2026-07-22 10:14:56.123456789", "2026-07-22T08:14:56.1234567Z")]
    [InlineData("2026-11-22T10:14:56.5-0700", "2026-11-22T17:14:56.5000000Z")]
    [InlineData("2026/11/22 10:14:56 +01:30", "2026-11-22T08:44:56.0000000Z")]
    [InlineData("2026-11-22 10:14 x", "2026-11-22T09:14:00.0000000Z")]
    [InlineData("22 Nov 10:14:56", "2026-11-22T09:14:56.0000000Z")]
    [InlineData("22/Nov/2026:10:14:56 +0000", "2026-11-22T10:14:56.0000000Z")]
    [InlineData("Nov 22 10:14:56", "2026-11-22T09:14:56.0000000Z")]
    [InlineData("Sun Nov  1 10:14:56", "2026-11-01T09:14:56.0000000Z")]
    [InlineData("Sun, 22 Nov 2026 10:14:56 GMT", "2026-11-22T10:14:56.0000000Z")]
    [InlineData("Jan  2 10:14:56", "2026-01-02T09:14:56.0000000Z")]
    [InlineData("1795342496", "2026-11-22T10:14:56.0000000Z")]
    [InlineData("1795342496123", "2026-11-22T10:14:56.1230000Z")]
    public void A_time_is_read_as_it_is_written(string text, string expected)
    {
        var times = new Timestamps(Berlin, Made.Now);
        Assert.True(times.TryRead(text, out var nanos));
        Assert.Equal(expected, DateTimeOffset.UnixEpoch.AddTicks(nanos / 100).ToString("O").Replace("+00:00", "Z", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("2026-13-22T10:14:56Z")]
    [InlineData("2026-02-30T10:14:56Z")]
    [InlineData("2026-11-22T25:14:56Z")]
    [InlineData("1850-11-22T10:14:56Z")]
    [InlineData("12345")]
    [InlineData("Nov 99 10:14:56")]
    [InlineData("not a time at all")]
    public void What_is_no_time_is_none(string text) => Assert.False(new Timestamps(Berlin, Made.Now).TryRead(text, out _));

    [Fact]
    public void Decembers_line_read_in_January_is_of_last_year()
    {
        var january = new DateTimeOffset(2027, 1, 1, 0, 0, 5, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1_000_000;
        Assert.True(new Timestamps(TimeZoneInfo.Utc, january).TryRead("Dec 31 23:59:59", out var nanos));
        Assert.Equal(2026, DateTimeOffset.FromUnixTimeMilliseconds(nanos / 1_000_000).Year);
    }

    [Theory]
    [InlineData("""{"dd":{"trace_id":"1234567890123456789","span_id":"987654321"},"msg":"x"}""", "0000000000000000112210f47de98115", "000000003ade68b1")]
    [InlineData("""{"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","msg":"x"}""", "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")]
    [InlineData("""{"traceID":"a3ce929d0e0e4736","spanID":"00f067aa0ba902b7"}""", "0000000000000000a3ce929d0e0e4736", "00f067aa0ba902b7")]
    [InlineData("""{"trace_id":"00000000000000000000000000000000","msg":"x"}""", "", "")]
    [InlineData("level=info msg=x trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7", "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")]
    [InlineData("INFO [shop] trace_id: 4bf92f3577b34da6a3ce929d0e0e4736 saved", "4bf92f3577b34da6a3ce929d0e0e4736", "")]
    public void Ids_of_trace_and_span_are_lifted(string line, string trace, string span)
    {
        var record = Made.Record(line).Record;
        Assert.Equal((trace, span), (Convert.ToHexStringLower(record.TraceId.Span), Convert.ToHexStringLower(record.SpanId.Span)));
    }

    [Fact]
    public void Attributes_are_bounded_and_what_is_beyond_is_counted()
    {
        var line = "{" + string.Join(',', Enumerable.Range(0, 100).Select(i => $"\"k{i}\":\"{new string('v', 50)}\"")) + ",\"big\":\"" + new string('b', 10_000) + "\"}";
        var record = Made.Record(line).Record;
        Assert.Equal(RecordFields.MostAttributes + 1, record.Attributes.Count);
        Assert.Equal(37, record.DroppedAttributes);
        Assert.Equal(4096, ((string)Made.Attribute(Made.Record("{\"big\":\"" + new string('b', 10_000) + "\"}"), "big")!).Length);
    }

    [Fact]
    public void A_line_that_was_split_has_its_severity_in_the_first_part_only()
    {
        var made = Made.Records(Encoding.UTF8.GetBytes("ERROR " + new string('x', 600) + "\nnext\n"), [100], new() { MaxLineBytes = 256 });
        Assert.Equal([(17, 1L), (0, 2L), (0, 3L), (0, null)], made.Select(m => (m.Made.Record.SeverityNumber, (long?)Made.Attribute(m.Made, AttributeNames.LogPart))));
    }

    [Fact]
    public void Level_and_sampling_leave_out_with_a_reason_and_the_same_each_time()
    {
        var spec = new LogSpec { Level = LogLevel.Info, Samples = [new(LogLevel.Info, 0.25)] };
        Assert.Equal(LogDropReasons.Level, Made.Record("DEBUG x", spec).LeftOut);
        Assert.Null(Made.Record("no level at all", spec).LeftOut);
        Assert.Null(Made.Record("ERROR x", spec).LeftOut);
        var lines = string.Concat(Enumerable.Range(0, 2000).Select(_ => "INFO the same\n"));
        var fates = Made.Records(Encoding.UTF8.GetBytes(lines), [777], spec).Select(r => r.Made.LeftOut).ToList();
        Assert.InRange(fates.Count(f => f is null), 400, 600);
        Assert.Equal(fates, Made.Records(Encoding.UTF8.GetBytes(lines), [13], spec).Select(r => r.Made.LeftOut));
        var traced = Enumerable.Range(1, 200).Select(i => Made.Records(Encoding.UTF8.GetBytes($$"""{"level":"info","trace_id":"{{Guid.NewGuid():N}}","msg":"a"}""" + "\n"), [9], spec)[0].Made);
        Assert.All(traced, t => Assert.Equal(t.LeftOut, Filter.Reason(spec, t.Record, 999)));
    }

    [Fact]
    public void A_record_waits_for_its_further_lines_until_the_deadline()
    {
        var joiner = new RecordJoiner(new LogMultiline { Flush = TimeSpan.FromMilliseconds(500) });
        List<string> got = [];
        void Keep(in JoinedLines lines) => got.Add($"{lines.First}-{lines.Next} {Encoding.UTF8.GetString(lines.Bytes)}");
        joiner.Push(0, 9, 1000, "Error: x"u8, 0, Keep);
        Assert.Equal(500_001_000, joiner.Deadline);
        joiner.Push(9, 20, 2000, "    at f()"u8, 0, Keep);
        Assert.Empty(got);
        joiner.Push(20, 31, 700_000_000, "    at g()"u8, 0, Keep); // too late: a record of its own
        Assert.Equal(["0-20 Error: x\n    at f()"], got);
        joiner.Abandon();
        Assert.Null(joiner.Deadline);
        joiner.Push(20, 31, 700_000_000, "    at g()"u8, 0, Keep);
        joiner.Flush(Keep);
        Assert.Equal("20-31     at g()", got[^1]);
    }

    [Fact]
    public void An_own_pattern_says_where_a_record_begins()
    {
        var made = Made.Records("# a\nb\nc\n# d\n"u8, [3], new() { Multiline = new() { Start = "^# " } });
        Assert.Equal(["# a\nb\nc", "# d"], made.Select(m => Made.Body(m.Made)));
    }

    [Fact]
    public void A_record_without_end_is_given_out_within_bounds()
    {
        var made = Made.Records(Encoding.UTF8.GetBytes("Error: x\n" + string.Concat(Enumerable.Repeat("    at f()\n", 5000))), [4096]);
        Assert.True(made.Max(m => m.Lines) <= RecordJoiner.MostLines);
        Assert.Equal(5001, made.Sum(m => m.Lines));
    }

    [Theory]
    [InlineData("order 4711 failed after 12 ms", "order 4712 failed after 1,340.5 ms")]
    [InlineData("2026-11-22 10:14:56,123 ERROR no 'a' in /srv/a/b.js", "2026-11-23 11:15:57,456 ERROR no 'b c' in /opt/x/b.js")]
    [InlineData("user 550e8400-e29b-41d4-a716-446655440000 at 0x7ffe is away", "user 123e4567-e89b-12d3-a456-426614174000 at 0x12 is away")]
    [InlineData("Error: x\n    at f (/srv/a.js:1:2)\n    at g (/srv/b.js:3:4)", "Error: x\n    at f (/opt/a.js:7:9)\n    at g (/opt/b.js:8:1)\n    at h (c.js:1:1)\n    at i (c.js:1:1)")]
    public void The_same_error_has_the_same_fingerprint(string one, string other)
    {
        if (one.Contains('\n', StringComparison.Ordinal))
            other = string.Join('\n', other.Split('\n').Take(3));
        Assert.Equal(Fingerprint.Of(one), Fingerprint.Of(other));
    }

    [Theory]
    [InlineData("order 4711 failed", "order 4711 was saved")]
    [InlineData("Error: x\n    at f (/srv/a.js:1:2)", "Error: x\n    at g (/srv/a.js:1:2)")]
    public void Another_error_has_another(string one, string other) => Assert.NotEqual(Fingerprint.Of(one), Fingerprint.Of(other));

    [Fact]
    public void Parse_none_reads_nothing_out_of_a_line()
    {
        var made = Made.Record("""{"level":"error","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}""", new() { Parse = LogParse.None });
        Assert.Equal((0, 0, 1), (made.Record.SeverityNumber, made.Record.TraceId.Length, made.Record.Attributes.Count));
    }
}
