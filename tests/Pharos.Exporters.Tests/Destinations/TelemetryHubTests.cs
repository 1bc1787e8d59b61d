using Pharos.Exporters.Destinations;
using Pharos.Exporters.Settings;
using Pharos.Exporters.Tests.Shipping;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;
using Pharos.Telemetry.Shipping;
using Pharos.TestKit;
using Pharos.TestKit.Otlp;

namespace Pharos.Exporters.Tests.Destinations;

public sealed class TelemetryHubTests : IDisposable
{
    private readonly TempHome _home = new();
    private readonly List<string> _notices = [];

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Two_destinations_get_everything_each_in_its_own_way_and_one_that_is_away_keeps_the_other_not_waiting()
    {
        await using var first = await OtlpReceiver.StartAsync();
        await using var second = await OtlpReceiver.StartAsync();
        second.Default = new OtlpReply.Status(503);
        var series = new Ending();
        await using var hub = Hub();
        await hub.ApplyAsync([To("one", first), To("two", second, TemporalityPreference.Delta, HistogramEncoding.Exponential)], forget: true);
        hub.Begin(series);

        hub.TryWrite(Samples.Log(Samples.Resource(), "event one"));
        await first.UntilAsync(r => r.Logs.Count == 1 && r.Points.Any(p => p.Kind == "histogram"));
        Assert.Empty(second.Logs);

        series.End = true;
        await first.UntilAsync(r => r.Points.Any(p => p.NoRecordedValue));
        second.Default = new OtlpReply.Ok();
        await second.UntilAsync(r => r.Logs.Count == 1 && r.Points.Any(p => p.NoRecordedValue)); // both are told of the end, which the source tells once
        Assert.Contains(second.Points, p => p is { Kind: "exponential", Temporality: 1 });
        Assert.All(first.Points.Where(p => p.Kind == "histogram"), p => Assert.Equal(2, p.Temporality));
    }

    [Fact]
    public async Task A_destination_comes_and_goes_while_the_other_is_not_touched()
    {
        await using var first = await OtlpReceiver.StartAsync();
        await using var second = await OtlpReceiver.StartAsync();
        await using var hub = Hub();
        var one = To("one", first);
        await hub.ApplyAsync([one], forget: true);
        hub.Begin(new Ending());
        Assert.True(hub.Wants);

        await hub.ApplyAsync([To("one", first), To("two", second)], forget: true);
        hub.TryWrite(Samples.Log(Samples.Resource(), "to both"));
        await first.UntilAsync(r => r.Logs.Count == 1);
        await second.UntilAsync(r => r.Logs.Count == 1);
        Assert.Same(one, hub.Destinations.Single(d => d.Name == "one"));

        await hub.ApplyAsync([To("one", first)], forget: true);
        hub.TryWrite(Samples.Log(Samples.Resource(), "to one"));
        await first.UntilAsync(r => r.Logs.Count == 2);
        Assert.Single(second.Logs);

        await hub.ApplyAsync([], forget: true);
        Assert.False(hub.Wants);
    }

    [Fact]
    public async Task A_better_key_under_the_same_name_goes_on_where_the_worse_one_stood_and_a_name_that_is_gone_is_forgotten()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        receiver.Default = new OtlpReply.Status(401);
        var output = new MemorySource("web-out");
        await using (var hub = Hub(output))
        {
            await hub.ApplyAsync([To("one", receiver, key: "wrong")], forget: true);
            hub.Begin(new Ending());
            output.Print("waits");
            await receiver.UntilAsync(r => r.Requests.Any(q => q.Signal == "logs"));
            await hub.ApplyAsync([To("one", receiver, key: "right")], forget: true);
            receiver.Default = new OtlpReply.Ok();
            await receiver.UntilAsync(r => r.Logs.Any(l => (string?)l.Body == "waits"));
            Assert.Equal("right", receiver.Requests.Last(q => q.Signal == "logs").Headers["x-key"]);
            Assert.True(Directory.Exists(_home.File("to/one")));
            await hub.ApplyAsync([], forget: true);
        }

        Assert.False(Directory.Exists(_home.File("to/one")));
    }

    [Fact]
    public async Task What_is_forgotten_is_only_what_is_known_to_be_gone()
    {
        Directory.CreateDirectory(_home.File("to/kept"));
        await using var hub = Hub();
        await hub.ApplyAsync([], forget: false);
        Assert.True(Directory.Exists(_home.File("to/kept")));
        await hub.ApplyAsync([], forget: true);
        Assert.False(Directory.Exists(_home.File("to/kept")));
    }

    private TelemetryHub Hub(ILogSource? output = null) => new(new HubOptions
    {
        Folder = _home.Path,
        OwnResource = Samples.Resource("pharos"),
        OnNotice = _notices.Add,
        OpenOutput = (add, _) =>
        {
            if (output is not null)
                add(output);
            return new MemoryStream();
        },
    });

    private static Destination To(
        string name, OtlpReceiver receiver, TemporalityPreference temporality = TemporalityPreference.Cumulative, HistogramEncoding histograms = HistogramEncoding.Explicit, string key = "k")
    {
        OtlpSignalSettings Of(OtlpSignal signal) => new() { Endpoint = new Uri(receiver.HttpEndpoint, $"/v1/{signal.ToString().ToLowerInvariant()}"), Headers = [new("x-key", key)] };
        return new Destination(name, new OtlpSettings
        {
            Name = name,
            Logs = Of(OtlpSignal.Logs),
            Metrics = Of(OtlpSignal.Metrics),
            Temporality = temporality,
            Histograms = histograms,
            MetricInterval = TimeSpan.FromMilliseconds(200),
            LogBatch = new LogBatchSettings { Delay = TimeSpan.FromMilliseconds(20) },
        });
    }

    /// <summary>A source that tells the end of its series once.</summary>
    private sealed class Ending : IMetricSource
    {
        private bool _told;

        public volatile bool End;

        public void Collect(List<MetricBatch> batches, long nowUnixNanos, bool final)
        {
            if (_told)
                return;
            _told = End;
            batches.Add(Samples.Batch(Samples.Resource(), new MetricPoint
            {
                Metric = InstanceMetrics.StartDuration,
                Attribute1 = "success",
                StartUnixNanos = nowUnixNanos - 1000,
                TimeUnixNanos = nowUnixNanos,
                NoRecordedValue = End,
                Histogram = new HistogramValue([1, .. new long[InstanceMetrics.StartDuration.Bounds.Length]], 0.001) { Exponential = ExponentialValue.Empty.With(0.001, 1) },
            }));
        }
    }
}
