using Pharos.Exporters.Settings;
using Pharos.Exporters.Wire;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Tests.Wire;

public sealed class TemporalityTests
{
    private readonly TelemetryResource _resource = Samples.Resource();
    private readonly Temporality _delta = new(TemporalityPreference.Delta, Samples.Now);

    [Fact]
    public void A_delta_counts_from_the_last_point_that_was_taken()
    {
        Take(Restarts(5, time: 100));
        var second = _delta.ToDelta(_resource, Restarts(8, time: 200));
        var notTaken = _delta.ToDelta(_resource, Restarts(9, time: 300));

        Assert.Equal((3L, Samples.Now + 100), (second.Long, second.StartUnixNanos));
        Assert.Equal((4L, Samples.Now + 100), (notTaken.Long, notTaken.StartUnixNanos));
    }

    [Fact]
    public void A_counter_that_begins_anew_counts_as_a_whole()
    {
        Take(Restarts(5, time: 100));
        var anew = _delta.ToDelta(_resource, Restarts(2, start: 150, time: 200));
        var fell = _delta.ToDelta(_resource, Restarts(1, time: 200));

        Assert.Equal((2L, Samples.Now + 150), (anew.Long, anew.StartUnixNanos));
        Assert.Equal((1L, Samples.Now + 100), (fell.Long, fell.StartUnixNanos));
    }

    [Fact]
    public void What_a_daemon_before_us_has_sent_is_not_sent_again()
    {
        var first = _delta.ToDelta(_resource, Restarts(40, start: -1_000, time: 10));
        Take(Restarts(40, start: -1_000, time: 10));
        var second = _delta.ToDelta(_resource, Restarts(41, start: -1_000, time: 20));

        Assert.Equal((0L, 1L), (first.Long, second.Long));
    }

    [Fact]
    public void Histograms_are_subtracted_bucket_by_bucket()
    {
        Take(Run([1, 2, 0], 3));
        var delta = _delta.ToDelta(_resource, Run([1, 4, 1], 10));

        Assert.Equal([0, 2, 1], delta.Histogram!.Counts);
        Assert.Equal(7, delta.Histogram.Sum);
    }

    [Fact]
    public void Series_do_not_mix()
    {
        Take(Restarts(5, time: 100));

        Assert.Equal(7, _delta.ToDelta(_resource, Restarts(7, time: 200) with { Attribute1 = "manual" }).Long);
        Assert.Equal(7, _delta.ToDelta(Samples.Resource("other"), Restarts(7, time: 200)).Long);
    }

    [Theory]
    [InlineData(TemporalityPreference.Cumulative, false, false, false, false)]
    [InlineData(TemporalityPreference.Delta, true, true, true, false)]
    [InlineData(TemporalityPreference.LowMemory, true, false, true, false)]
    public void The_preference_decides_per_kind(TemporalityPreference preference, bool counted, bool observed, bool histogram, bool upDown)
    {
        var temporality = new Temporality(preference, 0);

        Assert.Equal(counted, temporality.IsDelta(InstanceMetrics.Restarts));
        Assert.Equal(observed, temporality.IsDelta(InstanceMetrics.CpuTime));
        Assert.Equal(histogram, temporality.IsDelta(InstanceMetrics.RunDuration));
        Assert.Equal(upDown, temporality.IsDelta(InstanceMetrics.MemoryUsage));
        Assert.False(temporality.IsDelta(InstanceMetrics.Uptime));
    }

    private static MetricPoint Restarts(long value, long start = 0, long time = 0) =>
        Samples.Point(InstanceMetrics.Restarts, value, "crash", start: Samples.Now + start, time: Samples.Now + time);

    private static MetricPoint Run(long[] counts, double sum) => Samples.Point(InstanceMetrics.RunDuration, 0, "success") with { Histogram = new(counts, sum) };

    private void Take(MetricPoint point) => _delta.Commit([Samples.Batch(_resource, point)]);
}
