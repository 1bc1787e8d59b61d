using System.Text;
using Pharos.Core.Specs.Logs;
using Pharos.Linux.Streams;
using Pharos.Logs.Live;
using Pharos.Logs.Shipping;
using Pharos.Logs.Store;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Shipping;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Logs.Tests.Shipping;

public sealed class StreamSourceTests : IDisposable
{
    private readonly TempHome _home = new();
    private readonly LogStore _store;
    private readonly List<ILogSource> _added = [];
    private readonly List<ILogSource> _ended = [];
    private readonly StreamSources _sources;

    public StreamSourceTests()
    {
        _store = new LogStore(new LogFiles(), _home.File("store"), _ => { });
        _sources = new StreamSources(_store);
        _sources.Open(_added.Add, _ended.Add);
    }

    public void Dispose()
    {
        _store.Dispose();
        _home.Dispose();
    }

    [Fact]
    public void Lines_become_records_of_their_instance_and_a_read_goes_on_where_the_last_one_stopped()
    {
        var log = Attached();
        log.MaskSecretsOf([new("API_TOKEN", "s3cret-value")]);
        Print(log, "ERROR one s3cret-value", 5);
        Print(log, "two", 6);
        Print(log, "three", 7);
        var source = _added[0];

        List<SourceItem> items = [];
        Assert.Null(source.Read(0, 1, 1_000_000, items)); // one, and what does not wait for a continuation any more
        Assert.Equal(["ERROR one [redacted]", "two"], items.Select(Body));
        Assert.Equal((17, 5L, "web"), (items[0].Record!.SeverityNumber, items[0].Record!.ObservedUnixNanos, items[0].Record!.Resource["service.name"]));
        Assert.Contains(items[0].Record!.Attributes, a => a is { Key: "log.iostream", Value: "stdout" });
        var next = items[^1].Next;
        items.Clear();
        source.Read(next, 100, 1_000_000, items);
        Assert.Equal(["three"], items.Select(Body));
        Assert.Equal(source.End, items[^1].Next);
    }

    [Fact]
    public void Lines_of_a_stack_trace_are_one_record_which_waits_for_its_end_and_is_read_again_by_who_comes_later()
    {
        var log = Attached();
        var now = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        Print(log, "before", now);
        Print(log, "Traceback (most recent call last):", now);
        Print(log, "  File \"app.py\", line 1, in <module>", now);
        var source = _added[0];
        List<SourceItem> items = [];
        Assert.NotNull(source.Read(0, 100, 1_000_000, items));
        Assert.Equal(["before"], items.Select(Body));

        // Another daemon, or another batch, begins behind what was given out: nothing is missing.
        Print(log, "ValueError: no", now);
        Print(log, "after", now - 10_000_000_000); // long ago: nobody waits for its continuation
        foreach (var from in new[] { items[^1].Next, 0L })
        {
            items.Clear();
            source.Read(from, 100, 1_000_000, items);
            Assert.Contains("Traceback (most recent call last):\n  File \"app.py\", line 1, in <module>\nValueError: no", items.Select(Body));
            Assert.Equal("after", Body(items[^1]));
            Assert.Equal(3, items[^2].Lines);
        }
    }

    [Fact]
    public void Whoever_reads_is_told_of_what_is_added_and_how_far_it_goes()
    {
        var log = Attached();
        var told = 0;
        _added[1].Grown = () => told++;
        Print(log, "out", 1);
        Assert.Equal(0, told);
        Print(log, "err", 2, stderr: true);
        Assert.Equal((1, 4L), (told, _added[1].End));
    }

    [Fact]
    public void What_is_passed_over_is_counted_to_the_line_and_ends_where_a_line_begins()
    {
        var log = Attached();
        for (var i = 0; i < 10; i++)
            Print(log, $"line {i}", 1);
        var source = _added[0];

        List<SourceItem> items = [];
        source.Skip(7, 30, LogDropReasons.BufferFull, items);
        var item = Assert.Single(items);
        Assert.Equal((35L, 4, LogDropReasons.BufferFull), (item.Next, item.Lines, item.Reason));
        source.Dropped(item, item.Reason!);
        Assert.Equal(4, log.Telemetry.DroppedBy(LogDropReasons.BufferFull));
    }

    [Fact]
    public void Instances_that_share_a_file_share_a_source_and_each_has_its_own_records_and_counts()
    {
        var shared = new LogSpec { Merge = true };
        var (first, second) = (Attached(shared), Attached(shared, index: 1));
        Assert.Equal(2, _added.Count);
        Print(first, "one", 1);
        Print(second, "two", 2);
        var source = _added[0];
        List<SourceItem> items = [];
        source.Read(0, 100, 1_000_000, items);
        Assert.Equal(["one", "two"], items.Select(Body));
        source.Dropped(items[1], LogDropReasons.Rejected);
        Assert.Equal((0L, 1L), (first.Telemetry.DroppedBy(LogDropReasons.Rejected), second.Telemetry.DroppedBy(LogDropReasons.Rejected)));

        var counts = source.DroppedSoFar();
        source.Dropped(items[1], LogDropReasons.Rejected);
        source.RestoreDropped(counts);
        Assert.Equal(2, second.Telemetry.DroppedBy(LogDropReasons.Rejected));
        source.RestoreDropped([.. counts.Select(c => c * 5)]);
        Assert.Equal((0L, 5L), (first.Telemetry.DroppedBy(LogDropReasons.Rejected), second.Telemetry.DroppedBy(LogDropReasons.Rejected)));

        _sources.Detach(first);
        Assert.Empty(_ended);
        _sources.Detach(second);
        Assert.Equal(_added, _ended);
    }

    [Fact]
    public void An_app_that_does_not_want_to_be_shipped_is_not_read()
    {
        Attached(new LogSpec { Ship = false });
        Assert.Empty(_added);
    }

    [Fact]
    public void What_rotation_deletes_before_it_was_sent_is_counted_to_the_line()
    {
        var log = Attached(new LogSpec { Rotation = new LogRotation { SizeBytes = 4096, Keep = 1, Compression = LogCompression.None } });
        for (var i = 0; i < 1_000; i++)
            PumpLike(log, $"line {i:000}", 1 + i);
        List<SourceItem> items = [];
        _added[0].Read(0, 10_000, 1_000_000, items);

        var sent = items.Count(i => i.Record is not null);
        var lost = items.Where(i => i.Reason == LogDropReasons.Rotated).Sum(i => i.Lines);
        Assert.InRange(sent, 300, 950);
        Assert.Equal(1_000, sent + lost);
        Assert.Equal("line 999", Body(items[^1]));
    }

    private static void PumpLike(InstanceLog log, string text, long at)
    {
        log.Store.Open(log.FilesOf(stderr: false)[0]).Ready(at); // rotates when it is due
        Print(log, text, at);
    }

    private InstanceLog Attached(LogSpec? logs = null, int index = 0)
    {
        var log = Samples.Log(_home.Path, logs: logs, store: _store, index: index);
        _sources.Attach(log);
        return log;
    }

    private static void Print(InstanceLog log, string text, long at, bool stderr = false)
    {
        Samples.Print(log, text, at, stderr);
        log.Grown?.Invoke(stderr);
    }

    private static string Body(SourceItem item) => Encoding.UTF8.GetString(item.Record!.Body.Span);
}
