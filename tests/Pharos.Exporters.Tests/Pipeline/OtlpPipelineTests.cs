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
    private readonly ConcurrentQueue<(string Instance, string Reason)> _dropped = [];
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
        await using var pipeline = Pipeline(Settings(), Options());
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
    public async Task Metrics_are_pushed_every_interval()
    {
        await using var pipeline = Pipeline(Settings(interval: TimeSpan.FromMilliseconds(100)), Options());
        pipeline.AddSource(new Source(n => [Samples.Batch(Samples.Resource(), Restarts(n))]));
        await _receiver.UntilAsync(r => r.Points.Count >= 3);
        var values = _receiver.Points.Select(p => p.Long ?? 0).ToArray();

        Assert.Equal(values.Order().Distinct(), values);
    }

    [Fact]
    public async Task The_end_of_a_series_reaches_the_destination_even_when_its_push_failed()
    {
        var gone = Samples.Resource("gone");
        await using var pipeline = Pipeline(Settings(), Options());
        pipeline.AddSource(new Source(n => n == 1 ? [Samples.Batch(gone, Restarts(5) with { NoRecordedValue = true }, Restarts(6))] : []));
        await FailToFlushAsync(pipeline);

        Assert.True(await pipeline.FlushAsync(Patience));
        Assert.True(Assert.Single(_receiver.Points).NoRecordedValue);
    }

    [Fact]
    public async Task Deltas_of_a_push_that_failed_are_in_the_next_one()
    {
        var resource = Samples.Resource();
        await using var pipeline = Pipeline(Settings(temporality: TemporalityPreference.Delta), Options());
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
        await using var pipeline = Pipeline(Settings(), Options());
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
        await using var pipeline = Pipeline(Settings(), Options());
        Write(pipeline, 1);
        await _receiver.UntilAsync(r => r.Logs.Count == 1);
        Assert.True(await pipeline.FlushAsync(Patience));

        Assert.Equal(2, _notices.Count);
        Assert.DoesNotContain(_notices, n => n.Contains("s3cret"));
    }

    /// <summary>Events that are written before the pipeline begins are sent as well.</summary>
    private static OtlpPipeline Pipeline(OtlpSettings settings, OtlpPipelineOptions options)
    {
        var pipeline = new OtlpPipeline(settings, options);
        pipeline.Begin();
        return pipeline;
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
        TimeSpan? interval = null, TemporalityPreference temporality = TemporalityPreference.Cumulative) => new()
        {
            Logs = Samples.To(_receiver.HttpEndpoint, OtlpSignal.Logs),
            Metrics = Samples.To(_receiver.HttpEndpoint, OtlpSignal.Metrics),
            Traces = Samples.To(_receiver.HttpEndpoint, OtlpSignal.Traces),
            Temporality = temporality,
            MetricInterval = interval ?? TimeSpan.FromHours(1),
        };

    private OtlpPipelineOptions Options() => new()
    {
        OnEventDropped = (instance, reason) => _dropped.Enqueue((instance, reason)),
        OnNotice = _notices.Enqueue,
    };

    /// <summary>Tells how often it was asked.</summary>
    private sealed class Source(Func<int, MetricBatch[]> collect) : IMetricSource
    {
        private int _asked;

        public void Collect(List<MetricBatch> batches, long nowUnixNanos, bool final) => batches.AddRange(collect(++_asked));
    }
}
