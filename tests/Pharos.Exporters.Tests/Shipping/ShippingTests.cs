using System.Collections.Concurrent;
using Pharos.Exporters.Pipeline;
using Pharos.Exporters.Settings;
using Pharos.Telemetry.Catalogue;
using Pharos.TestKit;
using Pharos.TestKit.Otlp;

namespace Pharos.Exporters.Tests.Shipping;

public sealed class ShippingTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly TempHome _home = new();
    private readonly ConcurrentQueue<string> _notices = [];
    private readonly ConcurrentQueue<(string Instance, string Reason)> _droppedEvents = [];
    private OtlpReceiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await OtlpReceiver.StartAsync();

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task Streams_of_many_apps_share_requests_and_every_line_arrives_once_and_in_order()
    {
        var apps = Enumerable.Range(0, 10).Select(i => new MemorySource($"app{i}")).ToArray();
        await using var pipeline = Begin(Settings(), apps);
        await Task.WhenAll(apps.Select(app => Task.Run(() =>
        {
            for (var i = 0; i < 1_000; i++)
                app.Print($"line {i}");
        })));

        await _receiver.UntilAsync(r => r.Logs.Count >= 10_000);
        Assert.True(await pipeline.FlushAsync(Patience));
        foreach (var app in _receiver.Logs.GroupBy(l => l.Place.Resource["service.name"]))
            Assert.Equal(Lines(0, 1_000), app.Select(l => (string)l.Body!));
        Assert.Contains(_receiver.Requests, r => r.Resources > 1);
        Assert.Equal((10_000L, 0L), (pipeline.Statistics.LogsDelivered, pipeline.Statistics.LogsDropped));
        Assert.All(apps, a => Assert.Equal(a.End, a.DeliveredTo));
    }

    [Fact]
    public async Task Without_a_destination_nothing_is_read()
    {
        var app = new MemorySource("web");
        await using var pipeline = Begin(OtlpSettings.None, app);
        app.Print(Lines(0, 10));

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Equal(0, app.Reads);
    }

    [Fact]
    public async Task An_idle_stream_is_not_read_again_and_again()
    {
        var app = new MemorySource("web");
        await using var pipeline = Begin(Settings(), app);
        app.Print("x");
        Assert.True(await pipeline.FlushAsync(Patience));
        var reads = app.Reads;

        app.Print("y");
        await _receiver.UntilAsync(r => r.Logs.Count == 2);
        Assert.InRange(app.Reads - reads, 1, 3);
    }

    [Fact]
    public async Task A_destination_that_was_not_known_gets_what_is_printed_from_now_on_and_new_apps_whole()
    {
        var (before, after) = (new MemorySource("before"), new MemorySource("after"));
        before.Print("old");
        after.Print("first words");
        await using var pipeline = Begin(Settings(), before);
        before.Print("new");
        pipeline.Add(after);

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Equal(["first words", "new"], Bodies().Order());
    }

    [Fact]
    public async Task A_destination_that_was_not_known_can_be_given_the_past()
    {
        var app = new MemorySource("web");
        app.Print("old");
        await using var pipeline = Begin(Settings(), Options(lookBack: TimeSpan.FromHours(1)), app);

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Equal(["old"], Bodies());
    }

    [Fact]
    public async Task The_next_daemon_goes_on_where_this_one_stopped()
    {
        var app = new MemorySource("web");
        await using (var pipeline = Begin(Settings(), app))
        {
            app.Print(Lines(0, 100));
            Assert.True(await pipeline.FlushAsync(Patience));
        }

        app.Print(Lines(100, 100));
        await using var next = Begin(Settings(), app = app.Again());
        app.Print(Lines(200, 10));
        Assert.True(await next.FlushAsync(Patience));
        Assert.Equal(Lines(0, 210), Bodies());
    }

    [Fact]
    public async Task What_was_on_its_way_when_the_daemon_died_is_sent_by_the_next_one()
    {
        _receiver.Default = new OtlpReply.Silence();
        var app = new MemorySource("web");
        await using (Begin(Settings(), app))
        {
            app.Print(Lines(0, 100));
            await _receiver.UntilAsync(r => r.Requests.Count > 0);
        }

        _receiver.Default = new OtlpReply.Ok();
        await using var next = Begin(Settings(), app.Again());
        Assert.True(await next.FlushAsync(Patience));
        Assert.Equal(Lines(0, 100), Bodies());
    }

    [Fact]
    public async Task A_line_of_the_checkpoint_that_was_torn_does_not_count()
    {
        var app = new MemorySource("web");
        await using (var pipeline = Begin(Settings(), app))
        {
            app.Print(Lines(0, 10));
            Assert.True(await pipeline.FlushAsync(Patience));
        }

        var journal = Assert.Single(Directory.GetFiles(_home.Path, "*.at"));
        var whole = await File.ReadAllTextAsync(journal);
        await File.WriteAllTextAsync(journal, whole + whole[..(whole.Length / 2)].Replace(" 7", " 9", StringComparison.Ordinal));
        await using var next = Begin(Settings(), app = app.Again());
        app.Print(Lines(10, 1));
        Assert.True(await next.FlushAsync(Patience));
        Assert.Equal(Lines(0, 11), Bodies());
    }

    [Fact]
    public async Task The_order_of_lines_survives_failures_and_nothing_is_lost_or_doubled()
    {
        _receiver.Script(new OtlpReply.Status(503), new OtlpReply.Reset(), new OtlpReply.Status(429, "0"));
        var app = new MemorySource("web");
        await using var pipeline = Begin(Settings(maxRecords: 70), app);
        app.Print(Lines(0, 1_000));

        await _receiver.UntilAsync(r => r.Logs.Count >= 1_000);
        Assert.Equal(Lines(0, 1_000), Bodies());
    }

    [Fact]
    public async Task What_waits_beyond_the_cap_goes_oldest_first_and_is_counted_exactly_also_over_the_death_of_the_daemon()
    {
        _receiver.Default = new OtlpReply.Status(503);
        var app = new MemorySource("web", bufferBytes: 1_000);
        await using (Begin(Settings(maxRecords: 10), app))
        {
            app.Print(Lines(100, 10)); // the batch on its way is not given up
            await _receiver.UntilAsync(r => r.Requests.Count > 0);
            app.Print(Lines(200, 300));
            await Eventually.True(() => app.Counted[LogDropReasons.BufferFull] == 189, "what is too much is counted while the destination is away");
        }

        _receiver.Default = new OtlpReply.Ok();
        app = app.Again();
        await using var next = Begin(Settings(maxRecords: 10), app);
        Assert.Equal(189, app.Counted[LogDropReasons.BufferFull]);
        Assert.True(await next.FlushAsync(Patience));
        Assert.Equal([.. Lines(100, 10), .. Lines(389, 111)], Bodies());
        Assert.Equal(189, app.Counted[LogDropReasons.BufferFull]);
    }

    [Fact]
    public async Task What_waits_for_too_long_is_counted_as_expired()
    {
        _receiver.Default = new OtlpReply.Status(503);
        var app = new MemorySource("web", age: TimeSpan.FromSeconds(1));
        await using var pipeline = Begin(Settings(maxRecords: 1), app);
        app.Print(Lines(0, 10));

        await Eventually.True(() => app.Counted[LogDropReasons.Expired] == 9, "all but the one on its way expired");
        _receiver.Default = new OtlpReply.Ok();
        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Equal(Lines(0, 1), Bodies());
    }

    [Fact]
    public async Task What_was_rotated_away_is_counted_and_the_rest_sent()
    {
        var app = new MemorySource("web") { Gone = 14 };
        await using var pipeline = Begin(Settings(), app);
        app.Print(Lines(0, 5));

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Equal(Lines(2, 3), Bodies());
        Assert.Equal(2, app.Counted[LogDropReasons.Rotated]);
    }

    [Fact]
    public async Task A_partial_success_is_counted_and_not_sent_again()
    {
        _receiver.Script(new OtlpReply.Partial(2));
        var app = new MemorySource("web");
        await using var pipeline = Begin(Settings(), app);
        app.Print(Lines(0, 5));

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Equal((3L, 2L, 2L), (pipeline.Statistics.LogsDelivered, pipeline.Statistics.LogsDropped, app.Counted[LogDropReasons.Rejected]));
        Assert.Single(_receiver.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_batch_that_the_server_calls_too_large_is_split(bool grpc)
    {
        _receiver.Script(grpc ? new OtlpReply.Grpc(8) : new OtlpReply.Status(413));
        var app = new MemorySource("web");
        await using var pipeline = Begin(Settings(transport: grpc ? OtlpTransport.Grpc : OtlpTransport.HttpProtobuf), app);
        app.Print(Lines(0, 8));

        await _receiver.UntilAsync(r => r.Logs.Count >= 8);
        Assert.Equal(Lines(0, 8), Bodies());
        Assert.Equal(3, _receiver.Requests.Count);
    }

    [Fact]
    public async Task No_request_is_larger_than_it_may_be_and_a_record_that_is_is_cut()
    {
        var app = new MemorySource("web");
        await using var pipeline = Begin(Settings(), Options(maxRequestBytes: 20_000), app);
        app.Print(Enumerable.Range(0, 30).Select(i => i == 7 ? new string('!', 30_000) : i + new string('x', 2_000)));

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Equal(30, _receiver.Logs.Count);
        Assert.All(_receiver.Requests, r => Assert.InRange(r.Bytes, 1, 20_000));
        var cut = Assert.Single(_receiver.Logs, l => l.Attributes.ContainsKey(AttributeNames.LogTruncatedFrom));
        Assert.Equal((30_000L, 5_000), (cut.Attributes[AttributeNames.LogTruncatedFrom], ((string)cut.Body!).Length));
    }

    [Fact]
    public async Task One_poisonous_record_is_found_and_counted_and_the_others_arrive()
    {
        var refusals = new OtlpReply[] { new OtlpReply.Status(400), new OtlpReply.Status(400), new OtlpReply.Status(400), new OtlpReply.Status(400) };
        _receiver.Script(refusals); // the batch of eight, its first half, the first two of it, the first one
        var app = new MemorySource("web");
        await using var pipeline = Begin(Settings(), app);
        app.Print(Lines(0, 8));

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Equal(Lines(1, 7), Bodies());
        Assert.Equal(1, app.Counted[LogDropReasons.Rejected]);
    }

    [Fact]
    public async Task A_destination_that_refuses_everything_ends_in_bounded_tries()
    {
        _receiver.Default = new OtlpReply.Status(400);
        var app = new MemorySource("web");
        await using var pipeline = Begin(Settings(), app);
        app.Print(Lines(0, 2_000));

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Equal(2_000, app.Counted[LogDropReasons.Rejected]);
        Assert.InRange(_receiver.Requests.Count, 1, 100);
    }

    [Fact]
    public async Task A_wrong_key_drops_nothing_and_the_next_daemon_with_a_better_one_sends_all()
    {
        _receiver.Default = new OtlpReply.Status(401);
        var app = new MemorySource("web");
        await using (Begin(Settings(), app))
        {
            app.Print(Lines(0, 5));
            await Eventually.True(() => _notices.Any(n => n.Contains("401", StringComparison.Ordinal)), "it is said");
        }

        _receiver.Default = new OtlpReply.Ok();
        await using var next = Begin(Settings(), app = app.Again());
        Assert.True(await next.FlushAsync(Patience));
        Assert.Equal(Lines(0, 5), Bodies());
        Assert.DoesNotContain(_notices, n => n.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_noisy_app_does_not_keep_the_others_waiting()
    {
        var (noisy, quiet) = (new MemorySource("noisy"), new MemorySource("quiet"));
        noisy.Print(Lines(0, 20_000));
        quiet.Print("hello");
        await using var pipeline = Begin(Settings(maxRecords: 500), Options(lookBack: TimeSpan.FromHours(1)), noisy, quiet);

        await _receiver.UntilAsync(r => r.Logs.Count >= 20_001);
        Assert.Contains(_receiver.Logs.Take(500), l => (string)l.Body! == "hello");
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_holds_one_batch_and_no_more()
    {
        _receiver.Default = new OtlpReply.Silence();
        var app = new MemorySource("web");
        await using var pipeline = Begin(Settings(maxRecords: 100), app);
        app.Print(Lines(0, 10_000));
        await _receiver.UntilAsync(r => r.Requests.Count > 0);
        var reads = app.Reads;
        app.Print(Lines(10_000, 10_000));

        Assert.Equal(reads, app.Reads);
        Assert.Equal(0, app.DeliveredTo);
    }

    [Fact]
    public async Task A_record_that_may_still_grow_is_sent_when_its_time_is_up()
    {
        var app = new MemorySource("web") { Hold = TimeSpan.FromMilliseconds(700) };
        await using var pipeline = Begin(Settings(), app);
        app.Print("Error: boom");

        await _receiver.UntilAsync(r => r.Logs.Count == 1);
        Assert.Equal(["Error: boom"], Bodies());
    }

    [Fact]
    public async Task What_an_app_said_before_it_was_deleted_is_sent()
    {
        _receiver.Script(new OtlpReply.Status(503));
        var app = new MemorySource("web");
        await using var pipeline = Begin(Settings(), app);
        app.Print("last words");
        pipeline.End(app);
        await _receiver.UntilAsync(r => r.Logs.Count == 1);

        await Eventually.True(() => app.Grown is null, "it is forgotten");
        var again = new MemorySource("web");
        again.Print("first words");
        pipeline.Add(again);
        await _receiver.UntilAsync(r => r.Logs.Count == 2);
        Assert.Equal(["last words", "first words"], Bodies());
    }

    [Fact]
    public async Task Events_that_nobody_could_be_told_of_are_told_by_the_next_daemon()
    {
        _receiver.Default = new OtlpReply.Status(503);
        await using (var pipeline = Begin(Settings()))
        {
            for (var i = 0; i < 10; i++)
                pipeline.TryWrite(Samples.Log(Samples.Resource("web", i), $"exited {i}"));
            await _receiver.UntilAsync(r => r.Requests.Count > 0);
        }

        _receiver.Default = new OtlpReply.Ok();
        await using var next = Begin(Settings());
        next.TryWrite(Samples.Log(Samples.Resource("web", 10), "exited 10"));
        Assert.True(await next.FlushAsync(Patience));
        Assert.Equal(Enumerable.Range(0, 11).Select(i => $"exited {i}"), Bodies());
        Assert.Equal(Enumerable.Range(0, 11).Select(i => $"web-{i}"), _receiver.Logs.Select(l => l.Place.Resource["service.instance.id"]));
        Assert.All(_receiver.Logs, l => Assert.Equal((9, "INFO"), (l.Severity, l.SeverityText)));
    }

    [Fact]
    public async Task Events_wait_within_bounds_and_those_that_go_are_counted_for_their_instance()
    {
        _receiver.Default = new OtlpReply.Status(503);
        await using var pipeline = Begin(Settings(maxRecords: 1));
        var body = new string('x', 1024 * 1024);
        pipeline.TryWrite(Samples.Log(Samples.Resource("web", 0), body));
        await _receiver.UntilAsync(r => r.Requests.Count > 0);
        for (var i = 1; i < 20; i++)
            pipeline.TryWrite(Samples.Log(Samples.Resource("web", i), body));

        await Eventually.True(() => _droppedEvents.Count == 4, "the oldest went, but for the one on its way");
        Assert.Equal(Enumerable.Range(1, 4).Select(i => ($"web-{i}", LogDropReasons.BufferFull)), _droppedEvents);
    }

    private static IEnumerable<string> Lines(int from, int count) => Enumerable.Range(from, count).Select(i => $"line {i}");

    private IEnumerable<string> Bodies() => _receiver.Logs.Select(l => (string)l.Body!);

    private OtlpPipeline Begin(OtlpSettings settings, params MemorySource[] apps) => Begin(settings, Options(), apps);

    private static OtlpPipeline Begin(OtlpSettings settings, OtlpPipelineOptions options, params MemorySource[] apps)
    {
        var pipeline = new OtlpPipeline(settings, options);
        foreach (var app in apps)
            pipeline.Add(app);
        pipeline.Begin();
        return pipeline;
    }

    private OtlpSettings Settings(int maxRecords = 4096, OtlpTransport transport = OtlpTransport.HttpProtobuf) => new()
    {
        Logs = Samples.To(transport == OtlpTransport.Grpc ? _receiver.GrpcEndpoint : _receiver.HttpEndpoint, OtlpSignal.Logs, transport),
        LogBatch = new LogBatchSettings { MaxRecords = maxRecords, Delay = TimeSpan.FromMilliseconds(100) },
    };

    private OtlpPipelineOptions Options(int maxRequestBytes = 3 * 1024 * 1024, TimeSpan lookBack = default) => new()
    {
        Folder = _home.Path,
        LookBack = lookBack,
        MaxRequestBytes = maxRequestBytes,
        OnNotice = _notices.Enqueue,
        OnEventDropped = (instance, reason) => _droppedEvents.Enqueue((instance, reason)),
    };
}
