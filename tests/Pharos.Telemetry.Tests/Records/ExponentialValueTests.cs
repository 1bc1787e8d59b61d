using Pharos.Telemetry.Records;
using Xunit;

namespace Pharos.Telemetry.Tests.Records;

public sealed class ExponentialValueTests
{
    [Theory]
    [InlineData(1, 0, -1)]
    [InlineData(2, 0, 0)]
    [InlineData(3, 0, 1)]
    [InlineData(4, 0, 1)]
    [InlineData(4.1, 0, 2)]
    [InlineData(0.5, 0, -2)]
    [InlineData(4, 1, 3)]
    [InlineData(4, -1, 0)]
    [InlineData(1, -1, -1)]
    [InlineData(16, -1, 1)]
    public void A_bucket_is_open_below_and_closed_above(double value, int scale, int index) => Assert.Equal(index, ExponentialValue.IndexOf(value, scale));

    [Fact]
    public void Every_value_lies_within_its_bucket_at_every_scale()
    {
        var random = new Random(20261126);
        for (var i = 0; i < 20_000; i++)
        {
            var value = Math.Pow(10, (random.NextDouble() * 24) - 12);
            for (var scale = -4; scale <= 10; scale++)
            {
                var index = ExponentialValue.IndexOf(value, scale);
                var width = Math.Pow(2, -scale);
                Assert.InRange(value, Math.Pow(2, index * width) * (1 - 1e-9), Math.Pow(2, (index + 1) * width) * (1 + 1e-9));
            }
        }
    }

    [Fact]
    public void No_value_is_lost_however_far_apart_they_are_and_there_are_never_more_than_160_buckets()
    {
        var random = new Random(7);
        var all = ExponentialValue.Empty;
        for (var i = 1; i <= 2000; i++)
        {
            all = all.With(Math.Pow(10, (random.NextDouble() * 40) - 20), 1);
            Assert.Equal(i, all.Count);
            Assert.InRange(all.Counts.Length, 1, ExponentialValue.MaxBuckets);
        }

        var extremes = ExponentialValue.Empty.With(double.Epsilon, 2).With(double.MaxValue, 3).With(0, 4).With(-1, 1).With(double.NaN, 1);
        Assert.Equal((11, 6), (extremes.Count, extremes.Zeros));
        Assert.InRange(extremes.Counts.Length, 1, ExponentialValue.MaxBuckets);
    }

    [Fact]
    public void Values_that_are_close_keep_fine_buckets()
    {
        var all = ExponentialValue.Empty;
        for (var i = 0; i < 100; i++)
            all = all.With(1 + (i / 100.0), 1);
        Assert.InRange(all.Scale, 7, 8); // one doubling in at most 160 buckets
    }

    [Fact]
    public void What_was_added_is_the_difference_also_when_the_buckets_became_coarser_meanwhile()
    {
        var before = ExponentialValue.Empty.With(1.5, 3).With(0, 1);
        var now = before.With(1e9, 2).With(1.5, 1).With(0, 1);
        var delta = now.Minus(before);

        Assert.True(now.Scale < before.Scale);
        Assert.Equal((4, 1), (delta.Count, delta.Zeros));
        Assert.Equal((1, 2), (delta.Counts[ExponentialValue.IndexOf(1.5, delta.Scale) - delta.Offset], delta.Counts[ExponentialValue.IndexOf(1e9, delta.Scale) - delta.Offset]));
    }
}
