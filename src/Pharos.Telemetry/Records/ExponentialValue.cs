namespace Pharos.Telemetry.Records;

/// <summary>
/// A base-2 exponential histogram (OpenTelemetry metrics data model) of values that are not negative: bucket i holds what is above b^(Offset+i) and at most b^(Offset+i+1),
/// b = 2^(2^-Scale).
/// </summary>
/// <param name="Scale">20 (finest) to -10.</param>
/// <param name="Zeros">Values that are 0.</param>
/// <param name="Offset">Index of the first bucket.</param>
/// <param name="Counts">One per bucket; empty: no value above 0.</param>
public sealed record ExponentialValue(int Scale, long Zeros, int Offset, long[] Counts)
{
    /// <summary>Most buckets, as the specification's default.</summary>
    public const int MaxBuckets = 160;

    /// <summary>The finest scale.</summary>
    public const int MaxScale = 20;

    /// <summary>The coarsest: all doubles in a handful of buckets.</summary>
    public const int MinScale = -10;

    /// <summary>No value yet.</summary>
    public static ExponentialValue Empty { get; } = new(MaxScale, 0, 0, []);

    /// <summary>Number of values.</summary>
    public long Count => Zeros + Counts.Sum();

    /// <summary>The bucket of a value.</summary>
    /// <param name="value">Above 0.</param>
    /// <param name="scale">The scale.</param>
    /// <returns>Its index.</returns>
    public static int IndexOf(double value, int scale)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var isNormal = double.IsNormal(value);
        var exponent = isNormal ? (int)((bits >> 52) & 0x7FF) - 1023 : (int)Math.Floor(Math.Log2(value));
        var isPower = isNormal && (bits & 0xF_FFFF_FFFF_FFFF) == 0;
        if (scale <= 0)
            return (isPower ? exponent - 1 : exponent) >> -scale;
        if (isPower)
            return (exponent << scale) - 1; // exact, where a logarithm might round to the wrong side
        var index = (long)Math.Ceiling(Math.Log2(value) * (1L << scale)) - 1;
        return (int)Math.Clamp(index, (long)exponent << scale, ((long)(exponent + 1) << scale) - 1);
    }

    /// <summary>The same values in coarser buckets.</summary>
    /// <param name="scale">Not above the present one.</param>
    /// <returns>The same number of values.</returns>
    public ExponentialValue At(int scale)
    {
        var by = Scale - scale;
        if (by <= 0 || Counts.Length == 0)
            return by <= 0 ? this : this with { Scale = scale };
        var first = Offset >> by;
        var counts = new long[((Offset + Counts.Length - 1) >> by) - first + 1];
        for (var i = 0; i < Counts.Length; i++)
            counts[((Offset + i) >> by) - first] += Counts[i];
        return new(scale, Zeros, first, counts);
    }

    /// <summary>With a number of equal values more.</summary>
    /// <param name="value">0 or more; what is less counts as 0.</param>
    /// <param name="times">How often.</param>
    /// <returns>At most <see cref="MaxBuckets"/> buckets, coarser ones where that is needed.</returns>
    public ExponentialValue With(double value, long times)
    {
        if (times <= 0)
            return this;
        if (!(value > 0) || double.IsPositiveInfinity(value))
            return this with { Zeros = Zeros + times };
        var fits = this;
        var index = IndexOf(value, fits.Scale);
        while (fits.Counts.Length > 0 && fits.Scale > MinScale && Span(fits, index) > MaxBuckets)
        {
            fits = fits.At(fits.Scale - 1);
            index = IndexOf(value, fits.Scale);
        }

        if (fits.Counts.Length == 0)
            return fits with { Offset = index, Counts = [times] };
        var first = Math.Min(fits.Offset, index);
        var counts = new long[Span(fits, index)];
        fits.Counts.CopyTo(counts, fits.Offset - first);
        counts[index - first] += times;
        return fits with { Offset = first, Counts = counts };
    }

    /// <summary>What was added since.</summary>
    /// <param name="before">An earlier state of the same histogram.</param>
    /// <returns>The difference, at the coarser scale of the two.</returns>
    public ExponentialValue Minus(ExponentialValue before)
    {
        var scale = Math.Min(Scale, before.Scale);
        var (now, then) = (At(scale), before.At(scale));
        var counts = now.Counts.ToArray();
        for (var i = 0; i < then.Counts.Length; i++)
        {
            if (then.Offset + i - now.Offset is var at && at >= 0 && at < counts.Length)
                counts[at] = Math.Max(0, counts[at] - then.Counts[i]);
        }

        return new(scale, Math.Max(0, now.Zeros - then.Zeros), now.Offset, counts);
    }

    /// <summary>Buckets from the first to the last with this one. At the finest scale two doubles may lie further apart than an int counts.</summary>
    private static long Span(ExponentialValue value, int index) => Math.Max((long)value.Offset + value.Counts.Length - 1, index) - Math.Min(value.Offset, index) + 1;
}
