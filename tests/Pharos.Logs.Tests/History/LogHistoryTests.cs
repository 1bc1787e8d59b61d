using System.Text;
using Pharos.Linux.Streams;
using Pharos.Logs.History;
using Pharos.Logs.Live;
using Pharos.Logs.Store;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Logs.Tests.History;

public sealed class LogHistoryTests : IDisposable
{
    private readonly TempHome _home = new();
    private readonly LogStore _store;
    private readonly InstanceLog _first;
    private readonly InstanceLog _second;

    public LogHistoryTests()
    {
        _store = new LogStore(new LogFiles(), _home.File("store"), _ => { });
        _first = Samples.Log(_home.Path, store: _store);
        _second = Samples.Log(_home.Path, store: _store, index: 1);
    }

    public void Dispose()
    {
        _store.Dispose();
        _home.Dispose();
    }

    [Fact]
    public void Lines_of_all_streams_come_in_the_order_of_time()
    {
        Samples.Print(_first, "a", at: 10);
        Samples.Print(_second, "b", at: 20);
        Samples.Print(_first, "c", at: 30, stderr: true);
        Samples.Print(_first, "d", at: 40);

        Assert.Equal(["a", "b", "c", "d"], Read(new()));
    }

    [Fact]
    public void A_range_of_time_is_half_open()
    {
        for (var i = 0; i < 10; i++)
            Samples.Print(_first, $"{i}", at: 100 + i);

        Assert.Equal(["3", "4", "5", "6"], Read(new() { Since = 103, Until = 107 }));
        Assert.Empty(Read(new() { Since = 200 }));
    }

    [Fact]
    public void Severity_and_pattern_choose_and_a_line_without_severity_has_none()
    {
        Samples.Print(_first, "INFO all is well");
        Samples.Print(_first, "ERROR order 12 failed");
        Samples.Print(_first, "order 13 failed");
        Samples.Print(_first, "\e[33mWARN\e[0m order 14 failed");

        Assert.Equal(["ERROR order 12 failed", "\e[33mWARN\e[0m order 14 failed"], Read(new() { Level = 13 }));
        Assert.Equal(["ERROR order 12 failed", "order 13 failed"], Read(new() { Grep = LogFilter.Compile("order 1[23] FAILED", ignoreCase: true) }));
        Assert.Throws<ArgumentException>(() => LogFilter.Compile(@"(a)\1", ignoreCase: false));
    }

    [Fact]
    public void The_last_lines_are_of_each_instance_both_streams_together()
    {
        for (var i = 0; i < 20; i++)
        {
            Samples.Print(_first, $"first {i}", at: 100 + (i * 10), stderr: i % 2 == 1);
            Samples.Print(_second, $"second {i}", at: 101 + (i * 10));
        }

        Assert.Equal(["first 17", "second 17", "first 18", "second 18", "first 19", "second 19"], Read(new(), last: 3));
        Assert.Equal(["first 4", "second 4", "first 5", "second 5"], Read(new() { Until = 160 }, last: 2));
        Assert.Empty(Read(new(), last: 0));
    }

    [Fact]
    public void The_last_matching_lines_are_found_however_far_back_they_are()
    {
        Samples.Print(_first, "needle 1", at: 5);
        Samples.Print(_first, "needle 2", at: 6);
        for (var i = 0; i < 1_000; i++)
            Samples.Print(_first, $"hay {i}", at: 10 + i);
        Samples.Print(_first, "needle 3", at: 2_000);

        Assert.Equal(["needle 2", "needle 3"], Read(new() { Grep = LogFilter.Compile("needle", ignoreCase: false) }, last: 2));
    }

    [Fact]
    public void What_is_added_later_follows_without_a_gap_also_behind_a_line_that_was_half_there()
    {
        Samples.Print(_first, "one", at: 1);
        using var history = History(new());
        history.OnlyLast(15);
        Assert.Equal(["one"], Texts(history));
        Samples.Print(_first, "two", at: 2);
        Samples.Print(_second, "other", at: 3);

        Assert.Equal(["two", "other"], Texts(history));
        Assert.Empty(Texts(history));
    }

    [Fact]
    public void It_stops_where_the_live_stream_begins()
    {
        Samples.Print(_first, "one", at: 1);
        var position = _first.PositionOf(stderr: false);
        Samples.Print(_first, "two", at: 2);
        using var history = History(new());

        Assert.Equal(["one"], history.Read(new Dictionary<string, long> { [_store.FolderOf(_first.OutPath)] = position }).Select(Text));
    }

    [Fact]
    public void Many_lines_do_not_stand_in_memory_at_once_and_are_all_there()
    {
        var block = string.Join('\n', Enumerable.Range(0, 5_000).Select(i => $"line {i} {new string('x', 200)}"));
        for (var i = 0; i < 10; i++)
            Samples.Print(_first, block, at: 1 + i);

        Assert.Equal(50_000, Read(new()).Count);
    }

    private List<string> Read(LogFilter filter, int? last = null)
    {
        using var history = History(filter);
        if (last is { } count)
            history.OnlyLast(count);
        return Texts(history);
    }

    private LogHistory History(LogFilter filter) => new(
        new LogFiles(), [.. new[] { _first, _second }.SelectMany(l => l.StorePaths).Select(p => _store.FolderOf(p.Path))], _ => true, filter, (_, _) => { });

    private static List<string> Texts(LogHistory history) => [.. history.Read().Select(Text)];

    private static string Text(HistoryLine line) => Encoding.UTF8.GetString(line.Bytes.Span);
}
