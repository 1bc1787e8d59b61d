using System.Collections.Concurrent;
using Pharos.Exporters.Pipeline;
using Pharos.Exporters.Settings;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;
using Pharos.TestKit.Otlp;

namespace Pharos.Exporters.Tests.Pipeline;

public sealed class OtlpPipelineTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ConcurrentQueue<(string Body, string Reason)> _dropped = [];
    private readonly ConcurrentQueue<string> _notices = [];
    private OtlpReceiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await OtlpReceiver.StartAsync();

    public async Task DisposeAsync() => await _receiver.DisposeAsync();

    [Fact]
    public async Task Without_a_destination_nothing_is_started_and_nothing_is_missed()
    {
        await using var pipeline = new OtlpPipeline(OtlpSettings.None, Options());

        Assert.False(pipeline.IsStarted);
        Assert.True(pipeline.TryWrite(Samples.Log(Samples.Resource(), "x")));
        Assert.True(await pipeline.FlushAsync(TimeSpan.FromSeconds(1)));
        Assert.Equal((0L, 0L), (pipeline.Statistics.LogsDelivered, pipeline.Statistics.LogsDropped));
    }

    [Fact]
    public async Task Logs_metrics_and_spans_of_many_resources_arrive()
    {
        await using var pipeline = new OtlpPipeline(Settings(), Options());
        pipeline.AddSource(new Source(_ => [Samples.Batch(Samples.Resource("a"), Restarts(1)), Samples.Batch(Samples.Resource("b"), Restarts(2))]));
        foreach (var name in (string[])["a", "b", "a"])
            Assert.True(pipeline.TryWrite(Samples.Log(Samples.Resource(name), name)));
        Assert.True(pipeline.TryWrite(Span()));

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Equal(["a", "b", "a"], _receiver.Logs.Select(l => l.Place.Resource["service.name"]));
        Assert.Equal(["a", "b"], _receiver.Points.Select(p => p.Place.Resource["service.name"]));
        Assert.Equal("pharos start", Assert.Single(_receiver.Spans).Name);
        Assert.Equal((3L, 2L, 1L), (pipeline.Statistics.LogsDelivered, pipeline.Statistics.PointsDelivered, pipeline.Statistics.SpansDelivered));
    }

    [Fact]
    public async Task Records_are_batched_and_leave_without_a_flush_when_they_are_old_or_many()
    {
        await using var pipeline = new OtlpPipeline(Settings(maxRecords: 10, delay: TimeSpan.FromMilliseconds(100)), Options());
        Write(pipeline, 25);
        await _receiver.UntilAsync(r => r.Logs.Count == 25);

        Assert.InRange(_receiver.Requests.Count, 3, 25);
    }

    [Fact]
    public async Task The_order_of_lines_survives_failures_and_nothing_is_lost_or_doubled()
    {
        _receiver.Script(new OtlpReply.Status(503), new OtlpReply.Reset(), new OtlpReply.Status(429, "0"));
        await using var pipeline = new OtlpPipeline(Settings(maxRecords: 7), Options());
        Write(pipeline, 100);

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (object)$"line {i}"), _receiver.Logs.Select(l => l.Body));
        Assert.Empty(_dropped);
    }

    [Fact]
    public async Task While_the_destination_is_away_the_queue_is_the_buffer_and_what_does_not_fit_is_counted_exactly()
    {
        _receiver.Default = new OtlpReply.Status(503);
        await using var pipeline = new OtlpPipeline(Settings(maxQueue: 20), Options());
        var refused = Write(pipeline, 50);

        Assert.Equal(30, refused);
        Assert.Equal(30, pipeline.Statistics.LogsDropped);
        Assert.Equal(Enumerable.Range(20, 30).Select(i => ($"line {i}", DropReasons.QueueFull)), _dropped);
        _receiver.Default = new OtlpReply.Ok();
        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (object)$"line {i}"), _receiver.Logs.Select(l => l.Body));
    }

    [Fact]
    public async Task The_queue_is_bounded_in_bytes_as_well()
    {
        _receiver.Default = new OtlpReply.Status(503);
        var record = Samples.Log(Samples.Resource(), new string('x', 1000));
        await using var pipeline = new OtlpPipeline(Settings(), Options(maxQueueBytes: record.Weight * 4));
        var taken = Enumerable.Range(0, 10).Count(_ => pipeline.TryWrite(record));

        Assert.Equal((4, 6L), (taken, pipeline.Statistics.LogsDropped));
    }

    [Fact]
    public async Task What_waits_at_the_end_is_counted_as_lost_to_the_shutdown()
    {
        _receiver.Default = new OtlpReply.Status(503);
        var pipeline = new OtlpPipeline(Settings(maxRecords: 4), Options());
        Write(pipeline, 10);

        Assert.False(await pipeline.FlushAsync(TimeSpan.FromMilliseconds(200)));
        await pipeline.DisposeAsync();
        Assert.Equal(Enumerable.Range(0, 10).Select(i => ($"line {i}", DropReasons.Shutdown)), _dropped);
        Assert.False(pipeline.TryWrite(Samples.Log(Samples.Resource(), "late")));
        Assert.Equal(11, pipeline.Statistics.LogsDropped);
    }

    [Fact]
    public async Task What_the_server_rejects_is_counted_and_not_sent_again()
    {
        _receiver.Script(new OtlpReply.Partial(2), new OtlpReply.Status(400));
        await using var pipeline = new OtlpPipeline(Settings(maxRecords: 5), Options());
        Write(pipeline, 10);

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Equal((3L, 7L), (pipeline.Statistics.LogsDelivered, pipeline.Statistics.LogsDropped));
        Assert.All(_dropped, d => Assert.Equal(DropReasons.Rejected, d.Reason));
        Assert.Equal(2, _receiver.Requests.Count);
    }

    [Fact]
    public async Task A_batch_that_is_too_large_for_a_request_is_split_and_a_record_that_is_too_large_is_dropped()
    {
        await using var pipeline = new OtlpPipeline(Settings(), Options(maxRequestBytes: 20_000));
        for (var i = 0; i < 30; i++)
            pipeline.TryWrite(Samples.Log(Samples.Resource(), i == 7 ? new string('!', 30_000) : i + new string('x', 2_000)));

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Equal(29, _receiver.Logs.Count);
        Assert.All(_receiver.Requests, r => Assert.InRange(r.Bytes, 1, 20_000));
        Assert.Equal(DropReasons.Rejected, Assert.Single(_dropped).Reason);
    }

    [Fact]
    public async Task A_batch_that_the_server_calls_too_large_is_split()
    {
        _receiver.Script(new OtlpReply.Status(413));
        await using var pipeline = new OtlpPipeline(Settings(), Options());
        Write(pipeline, 8);

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Equal(Enumerable.Range(0, 8).Select(i => (object)$"line {i}"), _receiver.Logs.Select(l => l.Body));
        Assert.Equal(3, _receiver.Requests.Count);
    }

    [Fact]
    public async Task Metrics_are_pushed_every_interval()
    {
        await using var pipeline = new OtlpPipeline(Settings(interval: TimeSpan.FromMilliseconds(100)), Options());
        pipeline.AddSource(new Source(n => [Samples.Batch(Samples.Resource(), Restarts(n))]));
        await _receiver.UntilAsync(r => r.Points.Count >= 3);
        var values = _receiver.Points.Select(p => p.Long ?? 0).ToArray();

        Assert.Equal(values.Order().Distinct(), values);
    }

    [Fact]
    public async Task The_end_of_a_series_reaches_the_destination_even_when_its_push_failed()
    {
        var gone = Samples.Resource("gone");
        await using var pipeline = new OtlpPipeline(Settings(), Options());
        pipeline.AddSource(new Source(n => n == 1 ? [Samples.Batch(gone, Restarts(5) with { NoRecordedValue = true }, Restarts(6))] : []));
        await FailToFlushAsync(pipeline);

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.True(Assert.Single(_receiver.Points).NoRecordedValue);
    }

    [Fact]
    public async Task Deltas_of_a_push_that_failed_are_in_the_next_one()
    {
        var resource = Samples.Resource();
        await using var pipeline = new OtlpPipeline(Settings(temporality: TemporalityPreference.Delta), Options());
        pipeline.AddSource(new Source(n => [Samples.Batch(resource, Restarts(n * 10))]));
        Assert.True(await pipeline.FlushAsync(Patience));
        await FailToFlushAsync(pipeline);
        Assert.True(await pipeline.FlushAsync(Patience));

        Assert.Equal([10L, 20L], _receiver.Points.Select(p => p.Long));
        Assert.Equal((2L, 1L), (pipeline.Statistics.PointsDelivered, pipeline.Statistics.PointsFailed));
    }

    [Fact]
    public async Task A_source_with_a_bug_does_not_silence_the_others()
    {
        await using var pipeline = new OtlpPipeline(Settings(), Options());
        pipeline.AddSource(new Source(_ => throw new InvalidOperationException("bug")));
        pipeline.AddSource(new Source(_ => [Samples.Batch(Samples.Resource(), Restarts(1))]));

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Single(_receiver.Points);
        Assert.Contains(_notices, n => n.Contains("source of metrics"));
    }

    [Fact]
    public async Task A_destination_that_goes_away_is_told_once_and_no_secret_with_it()
    {
        _receiver.Script(new OtlpReply.Status(503), new OtlpReply.Status(503));
        await using var pipeline = new OtlpPipeline(Settings(), Options());
        Write(pipeline, 1);
        await _receiver.UntilAsync(r => r.Logs.Count == 1);
        Assert.True(await pipeline.FlushAsync(Patience));

        Assert.Equal(2, _notices.Count);
        Assert.DoesNotContain(_notices, n => n.Contains("s3cret"));
    }

    [Fact]
    public async Task Many_writers_never_wait_and_every_record_is_accounted_for()
    {
        await using var pipeline = new OtlpPipeline(Settings(maxQueue: 500), Options());
        var resource = Samples.Resource();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 2_000; i++)
                pipeline.TryWrite(Samples.Log(resource, "x"));
        })));

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.Equal(8_000, pipeline.Statistics.LogsDelivered + pipeline.Statistics.LogsDropped);
        Assert.Equal(pipeline.Statistics.LogsDelivered, _receiver.Logs.Count);
        Assert.Equal(pipeline.Statistics.LogsDropped, _dropped.Count);
    }

    private static int Write(OtlpPipeline pipeline, int count)
    {
        var resource = Samples.Resource();
        return Enumerable.Range(0, count).Count(i => !pipeline.TryWrite(Samples.Log(resource, $"line {i}")));
    }

    private async Task FailToFlushAsync(OtlpPipeline pipeline)
    {
        _receiver.Default = new OtlpReply.Status(503);
        Assert.False(await pipeline.FlushAsync(TimeSpan.FromMilliseconds(200)));
        _receiver.Default = new OtlpReply.Ok();
    }

    private static MetricPoint Restarts(long value) =>
        Samples.Point(InstanceMetrics.Restarts, value, "crash", start: long.MaxValue / 2, time: (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100);

    private static SpanRecord Span() => new()
    {
        Resource = Samples.Resource("pharos"),
        TraceId = new byte[16],
        SpanId = new byte[8],
        Name = "pharos start",
        StartUnixNanos = 1,
        EndUnixNanos = 2,
    };

    private OtlpSettings Settings(
        int maxRecords = 512, int maxQueue = 65_536, TimeSpan? delay = null, TimeSpan? interval = null, TemporalityPreference temporality = TemporalityPreference.Cumulative) => new()
        {
            Logs = Samples.To(_receiver.HttpEndpoint, OtlpSignal.Logs),
            Metrics = Samples.To(_receiver.HttpEndpoint, OtlpSignal.Metrics),
            Traces = Samples.To(_receiver.HttpEndpoint, OtlpSignal.Traces),
            Temporality = temporality,
            MetricInterval = interval ?? TimeSpan.FromHours(1),
            LogBatch = new LogBatchSettings { MaxRecords = maxRecords, MaxQueueRecords = maxQueue, Delay = delay ?? TimeSpan.FromMilliseconds(500) },
        };

    private OtlpPipelineOptions Options(long maxQueueBytes = 32 * 1024 * 1024, int maxRequestBytes = 3 * 1024 * 1024) => new()
    {
        MaxQueueBytes = maxQueueBytes,
        MaxRequestBytes = maxRequestBytes,
        OnDropped = (record, reason) => _dropped.Enqueue((System.Text.Encoding.UTF8.GetString(record.Body.Span), reason)),
        OnNotice = _notices.Enqueue,
    };

    /// <summary>Tells how often it was asked.</summary>
    private sealed class Source(Func<int, MetricBatch[]> collect) : IMetricSource
    {
        private int _asked;

        public void Collect(List<MetricBatch> batches, long nowUnixNanos, bool final) => batches.AddRange(collect(++_asked));
    }
}
